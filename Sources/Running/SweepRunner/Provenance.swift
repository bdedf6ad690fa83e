internal import Foundation
internal import HDF5
internal import Measurements
internal import OneDNN
internal import OpenBLAS
internal import Paths
internal import SweepJobs
internal import SweepMPI
internal import SweepStore

/// framesweep's own version.
package let framesweepVersion = "0.2.0"

/// The versions that the numbers and files depend on, a line each.
package var versionText: String {
  """
  framesweep \(framesweepVersion)
  MPI \(MPIWorld.builtAgainst)
  HDF5 \(File.libraryVersion)
  BLAS \(BLASLibrary.configuration), core \(BLASLibrary.coreName)
  oneDNN \(OneDNNLibrary.version), kernels for \(OneDNNLibrary.instructionSet)
  """
}

/// What a results file keeps about each start of the program.
enum Provenance {
  /// The facts that are known at the start.
  static func facts(of world: World, sweep: SweepFile) -> RunFacts {
    var facts = RunFacts()
    facts["framesweep_version"] = framesweepVersion
    facts["mpi_version"] = world.mpiVersion ?? "none"
    facts["hdf5_version"] = File.libraryVersion
    facts["blas_version"] = BLASLibrary.configuration
    facts["blas_core"] = BLASLibrary.coreName
    facts["onednn_version"] = OneDNNLibrary.version
    facts["onednn_instruction_set"] = OneDNNLibrary.instructionSet
    facts["compiler"] = compiler
    facts["hosts"] = world.processes.map(\.host).joined(separator: "\n")
    for name in machine.keys.sorted() {
      facts[name] = world.machines.map { $0[name] ?? "" }.joined(separator: "\n")
    }
    facts["command_line"] = Surroundings.current.commandLine.joined(separator: " ")
    facts["launcher"] = launcher
    facts["sweep_file"] =
      sweep.path == "-"
      ? "-" : PathName.absolute(sweep.path)
    facts["inputs"] = sweep.inputs.text
    facts["workers"] = "\(world.workerCount)"
    let environment = ProcessInfo.processInfo.environment
    for name in ["SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "PBS_JOBID"] {
      if let value = environment[name] { facts[name.lowercased()] = value }
    }
    facts["start"] = now
    return facts
  }

  /// The facts of a merge, which computes nothing: bits do not depend on the machine it runs on.
  static func factsOfMerge(
    of sweep: SweepFile, sweepFile: String?, from shards: [String]
  ) -> RunFacts {
    var facts = RunFacts()
    facts["hosts"] = ProcessInfo.processInfo.hostName
    facts["command_line"] = Surroundings.current.commandLine.joined(separator: " ")
    facts["sweep_file"] = sweepFile
    facts["merged_from"] =
      shards.map(PathName.absolute).joined(separator: "\n")
    facts["inputs"] = sweep.inputs.text
    facts["start"] = now
    return facts
  }

  /// The facts that are known at the end.
  ///
  /// - Parameter journalSeconds: the CPU time that the coordinator spent on the journal; nil without.
  static func end(journalSeconds: Double? = nil) -> RunFacts {
    var facts = RunFacts()
    facts["end"] = now
    facts["journal_cpu_seconds"] = journalSeconds.map { "\($0)" }
    return facts
  }

  /// What this process computes with: facts that the last bits can depend on, which are kept of each rank.
  static let machine = [
    "processors": ProcessorModel.name, "blas_cores": BLASLibrary.coreName,
    "onednn_instruction_sets": OneDNNLibrary.instructionSet,
  ]

  /// What ranks and runs did not have in common although bits can depend on it, a line each.
  static func mixtures(of runs: [RunFacts]) -> [String] {
    mixtures(runs.enumerated().map { ($0.offset, $0.element) }, "run")
  }

  /// The same for the runs of shards that are not merged yet, with the shards in place of the runs.
  static func mixtures(ofShards runs: [(shard: Int, facts: RunFacts)]) -> [String] {
    mixtures(runs.map { ($0.shard, $0.facts) }, "shard")
  }

  private static func mixtures(_ runs: [(number: Int, facts: RunFacts)], _ noun: String) -> [String]
  {
    Mixture.all(of: runs.map(\.facts)).map { mixture in
      let parts = mixture.parts.map { part in
        "\(part.value) (\(places(of: part, among: runs.map(\.number), noun)))"
      }
      return
        "what computed the results differs in \(mixture.name): \(parts.joined(separator: ", ")); "
        + "a run on machines of one kind may give other bits"
    }
  }

  /// Which runs or shards, by their numbers, and which of their ranks had a value.
  private static func places(
    of part: Mixture.Part, among numbers: [Int], _ noun: String
  ) -> String {
    let whole = Set(part.places.filter { $0.ranks == nil }.map { numbers[$0.run] }).sorted()
    var texts: [String] = []
    if !whole.isEmpty { texts.append(numbered(noun, whole)) }
    for place in part.places {
      guard let ranks = place.ranks else { continue }
      let hosts = place.hosts.prefix(3).joined(separator: ", ")
      texts.append(
        (numbers.count > 1 ? "\(noun) \(numbers[place.run]), " : "") + numbered("rank", ranks)
          + (hosts.isEmpty ? "" : " on \(hosts)") + (place.hosts.count > 3 ? ", …" : ""))
    }
    return texts.prefix(5).joined(separator: "; ") + (texts.count > 5 ? "; …" : "")
  }

  private static func numbered(_ noun: String, _ numbers: [Int]) -> String {
    "\(noun)\(numbers.count == 1 ? "" : "s") \(PointSelection(numbers).text(atMost: 10))"
  }

  /// The launcher's command line as a shell reads it, up to the program; nil if it is not known.
  private static var launcher: String? {
    guard let program = Surroundings.current.commandLine.first else { return nil }
    return RankProcesses()?.launcherWords(of: program)?.map(shellQuoted).joined(separator: " ")
  }

  private static var now: String { Date().formatted(.iso8601) }

  private static var compiler: String {
    #if compiler(>=6.3)
      "Swift 6.3 or later"
    #else
      "Swift 6.2"
    #endif
  }
}
