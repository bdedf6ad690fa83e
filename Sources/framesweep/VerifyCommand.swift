import ArgumentParser
import SweepRunner

/// Tells whether a results file is whole, undamaged and complete.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a results file, and say which command computes what is missing.",
    usage: "framesweep verify <file> [--json]",
    discussion: """
      Compares the columns with what the file's own sweep text says, recomputes the checksum of the \
      data, and counts the points that are missing or not ok.

        framesweep verify quickstart.h5

      The file of a shard is judged by the points of that shard. Of a folder of shards it says which \
      are complete, running, waiting, stopped and missing, and which line submits the rest.

        framesweep verify first.jobs

      Of an output that a run holds, it says who runs, since when, and how far it is.

      Exit codes: 0 all points ok; 3 finished, some points not ok; 75 incomplete; 65 damaged or of \
      another plan.
      """)

  @Argument(help: ArgumentHelp("The results file, or a folder of shards.", valueName: "file"))
  var path: String

  @Flag(name: .long, help: "As JSON; docs/json.md lists the keys.")
  var json = false

  func run() throws {
    let found = try Verification(of: path)
    print(json ? found.json : found.text)
    guard found.status == .ok else { throw Failure(found.status, "") }
  }
}
