import ArgumentParser
import Foundation
import SweepMPI

/// The command line: parses, runs one command, and turns errors into exit codes.
@main
struct Framesweep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "framesweep",
    abstract:
      "Measure the frames that neural-network architectures induce, over whole grids of them.",
    discussion: """
      A sweep file (YAML) describes a grid of architectures and what to measure. `plan` checks it,
      `run` computes it, alone or as many ranks under mpirun, into one HDF5 file, and `inspect` shows
      what came out.

        framesweep plan jobs/quickstart.yaml
        mpirun -n 2 framesweep run jobs/quickstart.yaml -o quickstart.h5
        framesweep inspect quickstart.h5
        framesweep verify quickstart.h5

      Exit codes: 0 all points ok; 3 finished, some points not ok; 64 wrong usage; 65 the sweep file
      or an input file is wrong; 73 the output cannot be written; 75 stopped early, resumable; 70
      internal error.
      """,
    version: versionText,
    subcommands: [
      PlanCommand.self, RunCommand.self, MergeCommand.self, InspectCommand.self, VerifyCommand.self,
      SubmitCommand.self, BenchCommand.self, PresetsCommand.self, SchemaCommand.self,
      ProbeCommand.self, WeightsProbeCommand.self,
    ])

  static func main() {
    // Of several ranks one speaks: what they all would say, and commands that are not shared.
    let isSilent = (MPIWorld.launchRank ?? 0) > 0
    do {
      var command = try parseAsRoot()
      let isShared = command is RunCommand || command is BenchCommand
      if isSilent, !isShared { return }
      try command.run()
      // What `verify`, `run` and `merge` are asked for is a code or a file.
      let isText = !(command is VerifyCommand || command is RunCommand || command is MergeCommand)
      if isText, fflush(nil) != 0 {
        throw Failure(.cannotWrite, "standard output: it cannot be written, expected room in it")
      }
    } catch let failure as Failure {
      if isSilent { return }
      failure.report()
      Foundation.exit(failure.code.rawValue)
    } catch {
      if isSilent { return }
      exit(withError: error)
    }
  }
}
