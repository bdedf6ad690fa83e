import ArgumentParser
import SweepRunner

/// Joins the shards of one plan into one results file.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join the shards of a sweep into one results file.",
    usage: "framesweep merge <shard> ... -o <output> [<options>]",
    discussion: """
      Takes results files, journals of shards that are not finished, and folders of both. Shards may \
      overlap: a result that is ok is preferred to one that is not. Shards may be missing: merge says \
      which points they lack. The root group is bit for bit that of a run of the whole sweep.

        framesweep run jobs/first.yaml --shard 0/2 -o shards/0.h5
        framesweep run jobs/first.yaml --shard 1/2 -o shards/1.h5
        framesweep merge shards -o first.h5

      Exit codes: 0 all points ok; 3 finished, some points not ok; 75 points are missing; 65 a shard \
      belongs to another plan, or none can be read, and nothing is written.
      """)

  @Argument(help: ArgumentHelp("Results files, journals and folders of them.", valueName: "shard"))
  var shards: [String]

  @Option(name: .shortAndLong, help: "The results file to write (HDF5).")
  var output: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The sweep file; if not given, the text in the first results file.", valueName: "sweep"))
  var sweep: String?

  @Flag(name: .long, help: "Add to an output that exists; its own results count as a shard's.")
  var resume = false

  @Flag(name: .long, help: "Take over an output whose lock was left by a run on another host.")
  var takeOver = false

  func validate() throws {
    try OutputName.check(output)
    guard !shards.contains("") else {
      throw ValidationError("a shard is '', expected the name of a file or folder")
    }
  }

  func run() throws {
    var merge = Merge(shards, into: output)
    merge.sweep = sweep
    merge.resume = resume
    merge.takeOver = takeOver
    let status = try merge.run()
    guard status == .ok else { throw Failure(status, "") }
  }
}
