import ArgumentParser
import Foundation
import SweepMPI
import SweepRunner
import SweepSpec

/// The command line: parses, runs one command, and turns errors into exit codes.
@main
struct Framesweep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "framesweep",
    abstract:
      "Measure the frames that neural-network architectures induce, over whole grids of them.",
    discussion: """
      A sweep file (YAML) describes a grid of architectures and what to measure. `plan` checks it. \
      `run` computes it, alone or as many ranks under mpirun, into one HDF5 file. `inspect` shows \
      what came out.

        framesweep plan jobs/quickstart.yaml
        mpirun -n 2 framesweep run jobs/quickstart.yaml -o quickstart.h5
        framesweep inspect quickstart.h5
        framesweep verify quickstart.h5

      Exit codes: 0 all points ok; 3 finished, some points not ok; 64 wrong usage; 65 the sweep file \
      or an input file is wrong; 73 the output cannot be written; 75 stopped early, resumable; 70 \
      internal error.
      """,
    version: versionText,
    subcommands: [
      NewCommand.self, PlanCommand.self, RunCommand.self, StatusCommand.self, WatchCommand.self,
      MergeCommand.self, InspectCommand.self, VerifyCommand.self, FigureCommand.self,
      ReportCommand.self,
      SubmitCommand.self, BenchCommand.self, PresetsCommand.self, NetworkCommand.self,
      SchemaCommand.self, ProbeCommand.self, WeightsProbeCommand.self,
    ])

  static func main() {
    BLASCore.replaceFallback()
    let asked = AskedCommand()
    do {
      try Surroundings.$current.withValue(.ofThisProgram) { try run(asked) }
    } catch let failure as Failure {
      failure.report()
      Foundation.exit(failure.code.rawValue)
    } catch {
      exit(withError: error)
    }
  }

  /// Runs what this process was asked for, or lets rank 0 do it for all ranks.
  private static func run(_ asked: AskedCommand) throws {
    let isSilent = (MPIWorld.launchRank ?? 0) > 0
    let job = try join(asked)
    do {
      let command = try asked.command.get()
      if let command = command as? any RankedCommand { return try command.run(in: job) }
    } catch {
      try? job?.leave()
      // All ranks were asked alike, and rank 0 speaks for them.
      if isSilent { return }
      throw error
    }
    // One process is enough for what is left.
    try job?.leave()
    var command = try asked.command.get()
    let isChild = command is ProbeCommand || command is WeightsProbeCommand
    if isSilent, !isChild { return }
    try command.run()
    // What `verify` and `merge` are asked for is a code or a file.
    let isText = !(command is VerifyCommand || command is MergeCommand)
    if isText, fflush(nil) != 0 {
      throw Failure(.cannotWrite, "standard output: it cannot be written, expected room in it")
    }
  }

  /// Meets the other ranks of this job; nil if there are none, or if they cannot be met.
  ///
  /// **Throws**: `Failure` if they were asked for something else, or have to be met and cannot.
  private static func join(_ asked: AskedCommand) throws -> RankedJob? {
    switch asked.company {
    case .none: return nil
    case .needed:
      if case .success(let command as any RankedCommand) = asked.command { command.prepare() }
      return try RankedJob.join(asked.request)
    case .welcome:
      guard let size = MPIWorld.launchSize, size > 1 else { return nil }
      if MPIWorld.isStartedByLauncher { return try RankedJob.join(asked.request) }
      if MPIWorld.launchRank == 0, let command = try? asked.command.get() {
        let name = type(of: command).configuration.commandName ?? ""
        standardError(
          "\(name) runs once, on rank 0 of \(size): if other ranks were asked for something else, that "
            + "is not done")
      }
      return nil
    }
  }

  /// Refuses a command that there is not, and names the one that was probably meant.
  static func checkCommand(_ arguments: [String]) throws(Failure) {
    let commands = configuration.subcommands.map { $0.configuration }
    let known = commands.compactMap(\.commandName) + ["help"]
    let shown = commands.filter(\.shouldDisplay).compactMap(\.commandName)
    for word in arguments.prefix(2) {
      guard !word.hasPrefix("-"), !known.contains(word) else {
        if word == "help" { continue }
        return
      }
      let file = word.lowercased()
      let forFile =
        file.hasSuffix(".yaml") || file.hasSuffix(".yml")
        ? "plan" : file.hasSuffix(".h5") ? "inspect" : nil
      guard let forFile else {
        if ["continue", "restart", "resume"].contains(where: {
          nearMiss(of: word, among: [$0]) != nil
        }) {
          throw Failure(
            .usage,
            "there is no command '\(word)'; did you mean framesweep run SWEEP -o OUT.h5 --resume?")
        }
        throw .unknown("there is no command '\(word)'", word, among: shown)
      }
      throw Failure(
        .usage,
        "'\(word)' is not a command, expected \(oneOf(shown)); did you mean framesweep \(forFile) "
          + "\(word)?")
    }
  }
}
