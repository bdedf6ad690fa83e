internal import Foundation
internal import Paths
internal import SweepJobs
internal import SweepRuntime
internal import SweepSpec
internal import SweepStore

/// The command that resumes an output.
struct ResumeCommand {
  let sweep: SweepFile
  let runs: [RunFacts]
  private let first: String
  private let launcher: String
  private let sweepPath: String
  private let output: String

  init(_ sweep: SweepFile, runs: [RunFacts], output: String) {
    self.sweep = sweep
    self.runs = runs
    self.output = output
    let last = runs.last ?? RunFacts()
    let isParallel = last["mpi_version"].map { $0 != "none" } ?? false
    let known = last["launcher"] ?? "mpirun -n \(last["workers"] ?? "1")"
    launcher = isParallel ? known + " " : ""
    // The file that the last run read, if it still says the same.
    let file = last["sweep_file"] ?? "-"
    let plan = file == "-" ? nil : try? SweepFile(path: file, bytes: SweepFile.bytes(at: file))
    if let plan, plan.plan.planHash == sweep.plan.planHash {
      first = ""
      sweepPath = shellQuoted(PathName.fromHere(file))
    } else {
      sweepPath = shellQuoted(Self.restored(file, output))
      first = "framesweep inspect \(shellQuoted(output)) --sweep >\(sweepPath) && "
    }
  }

  /// Where the text of a sweep is written if its file is gone or says something else by now.
  ///
  /// What the sweep names starts at the folder of its file, so a new file goes there too, and never in
  /// place of another one.
  private static func restored(_ file: String, _ output: String) -> String {
    let folder = PathName.folder(of: file)
    guard file != "-", ShardFile.isFolder(folder) else { return output + ".yaml" }
    guard FileManager.default.fileExists(atPath: file) else { return PathName.fromHere(file) }
    let name = output.split(separator: "/").last ?? "sweep"
    return PathName.fromHere(PathName.resolved("\(name).yaml", in: folder))
  }

  /// The command for the output, as it was run.
  func text(_ option: String) -> String { text(option, Shard(of: runs), output) }

  /// The command for a shard of the same sweep.
  func text(_ option: String, _ shard: Shard?, _ output: String) -> String {
    let share = shard.map { " --shard \($0)" } ?? ""
    return
      "\(first)\(launcher)framesweep run \(sweepPath)\(share) -o \(shellQuoted(output)) \(option)"
  }
}
