import Foundation
import Measurements
import SweepEmbedded
import SweepJobs
import SweepMPI
import SweepRuntime
import SweepStore

/// The workers of this start of the program: threads of one process, or the ranks of an MPI job.
struct World {
  private enum Kind {
    case embedded(workers: Int)
    case mpi(MPIWorld)
  }

  /// What a sweep needs, the same on every rank.
  struct Work {
    /// The points to compute; used on the coordinator's rank only.
    var points: [Int32]
    /// The cost model's word for each of them, in seconds.
    var predictedSeconds: [Float]
    /// The number of points of the plan.
    var planCount: Int
    /// What all ranks must agree on.
    var planHash: [UInt8]
    /// Points that earlier ends are blamed on; used on the coordinator's rank only.
    var suspects: [Suspect] = []
    /// The processes of all workers.
    var processes: [ProcessIdentity] = []
    /// The seconds that a point may take; nil without a limit.
    var pointTimeout: Double?
  }

  /// How a sweep ended for this process.
  struct Ending {
    /// What was done; nil on ranks that do not coordinate.
    var summary: SweepSummary?
    /// Whether all ranks are there to leave together.
    var departure = Departure.orderly
    /// Whether a compute thread still has a point at hand.
    var leavesThreads = false
  }

  private let kind: Kind
  private let watch: StartWatch

  /// Joins the MPI job that this process was launched in, or stands alone.
  ///
  /// **Throws**: `Failure` where a launcher of another MPI started this process.
  static func join(workers: Int?) throws -> World {
    let watch = StartWatch()
    do {
      if let world = try MPIWorld.joinIfLaunched() {
        guard workers == nil else {
          throw Failure(
            .usage,
            "--workers is for one process alone, expected one worker per rank under mpirun; "
              + "start more ranks instead")
        }
        watch.hear()
        return World(kind: .mpi(world), watch: watch)
      }
    } catch let error as WrongLauncher {
      throw Failure(.usage, error.description)
    }
    return World(
      kind: .embedded(workers: workers ?? CoreAllowance.ofThisProcess.coresOfProcess), watch: watch)
  }

  /// Whether this process coordinates, reads the files and writes the output.
  var isCoordinator: Bool {
    switch kind {
    case .embedded: true
    case .mpi(let world): world.rank == 0
    }
  }

  var workerCount: Int {
    switch kind {
    case .embedded(let workers): workers
    case .mpi(let world): world.size
    }
  }

  /// What there is, in words.
  var description: String {
    switch kind {
    case .embedded(let workers):
      "1 process, \(workers) worker \(workers == 1 ? "thread" : "threads")"
    case .mpi(let world): "\(world.size) MPI \(world.size == 1 ? "rank" : "ranks")"
    }
  }

  /// The version text of the MPI library in use; nil without one.
  var mpiVersion: String? {
    switch kind {
    case .embedded: nil
    case .mpi(let world): world.libraryVersion
    }
  }

  /// The processes of all workers, on every rank; collective.
  func processes() throws -> [ProcessIdentity] {
    let own = ProcessIdentity.current()
    defer { watch.hear() }
    switch kind {
    case .embedded(let workers): return Array(repeating: own, count: workers)
    case .mpi(let world):
      return try world.exchange(own.text).map { ProcessIdentity(text: $0) }
    }
  }

  /// The workers of this process.
  var localWorkerCount: Int {
    switch kind {
    case .embedded(let workers): workers
    case .mpi: 1
    }
  }

  /// What to say where workers have to share cores, which makes every one of them slow; nil where
  /// they have not.
  func warning(hosts: [String]) -> String? {
    let allowance = CoreAllowance.ofThisProcess
    switch kind {
    case .embedded(let workers): return allowance.warning(workers: workers)
    case .mpi:
      let own = ProcessInfo.processInfo.hostName
      return allowance.warning(ranksOnNode: hosts.count { $0 == own })
    }
  }

  /// Gives every rank the coordinator's bytes; nil, on every rank, where the coordinator has none.
  func share(_ bytes: [UInt8]?) throws -> [UInt8]? {
    defer { watch.hear() }
    switch kind {
    case .embedded: return bytes
    case .mpi(let world): return try world.share(bytes)
    }
  }

  /// What keeps ranks from taking part, each with its host, on every rank; empty where nothing does.
  ///
  /// Collective. A problem that all ranks of a host have is said once.
  func problems(_ own: String?) throws -> [String] {
    defer { watch.hear() }
    switch kind {
    case .embedded: return own.map { [$0] } ?? []
    case .mpi(let world):
      let host = ProcessInfo.processInfo.hostName
      let texts = try world.exchange(own.map { "host \(host): \($0)" } ?? "")
      var seen: Set<String> = []
      return texts.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
  }

  /// Runs a sweep to its end.
  func run<Host: SweepHost>(
    _ work: Work, host: inout Host,
    makeCompute: @escaping @Sendable (_ worker: Int) -> ComputeThread.Compute
  ) throws -> Ending {
    // From here on the coordinator and the workers watch each other.
    watch.end()
    switch kind {
    case .embedded(let workers):
      return try run(
        work, on: EmbeddedTransport(workers: workers), host: &host, makeCompute: makeCompute)
    case .mpi(let world):
      return try run(work, on: world.makeTransport(), host: &host, makeCompute: makeCompute)
    }
  }

  private func run<Carrier: Transport, Host: SweepHost>(
    _ work: Work, on transport: Carrier, host: inout Host,
    makeCompute: @escaping @Sendable (_ worker: Int) -> ComputeThread.Compute
  ) throws -> Ending {
    let isCoordinator = transport.hostsCoordinator
    var driver = try Driver(
      transport: transport, planHash: work.planHash, host: ProcessInfo.processInfo.hostName,
      pointTimeout: work.pointTimeout, watch: watch(work.processes), makeCompute: makeCompute)
    guard isCoordinator else {
      let departure = try driver.runWorkers()
      return Ending(departure: departure, leavesThreads: driver.leavesThreads)
    }
    var coordinator = Coordinator(
      points: work.points, predictedSeconds: work.predictedSeconds, planCount: work.planCount,
      workers: workerCount, planHash: work.planHash, suspects: work.suspects,
      ownWorker: isParallel ? 0 : nil)
    let summary = try driver.run(&coordinator, host: &host)
    return Ending(
      summary: summary, departure: summary.lostWorkers.isEmpty ? .orderly : .alone,
      leavesThreads: summary.leavesThreads)
  }

  /// Whether the workers are processes of their own.
  var isParallel: Bool {
    switch kind {
    case .embedded: false
    case .mpi: true
    }
  }

  /// What is known of the other processes; on the same machine the system says whether they run.
  private func watch(_ processes: [ProcessIdentity]) -> Watch {
    var watch = Watch()
    guard isParallel, let coordinator = processes.first else { return watch }
    let own = ProcessIdentity.current()
    watch.isGone = { processes.indices.contains($0) && processes[$0].isGone(seenFrom: own) }
    watch.whyOrphaned = {
      if coordinator.isGone(seenFrom: own) {
        return "rank 0 (\(coordinator.description)) ended"
      }
      return Interruption.launcherHasEnded ? "the launcher ended" : nil
    }
    return watch
  }

  /// Leaves the MPI job in good order; collective.
  func leave() throws {
    watch.end()
    if case .mpi(let world) = kind { try world.leave() }
  }

  /// Ends this process at once, without what all ranks do together or threads must be done for.
  static func quit(_ code: ExitStatus) -> Never {
    fflush(nil)
    _exit(code.rawValue)
  }

  /// Ends all ranks at once where the job cannot go on.
  func abort(_ code: ExitStatus) -> Never {
    // A launcher may drop what was written just before the abort.
    Thread.sleep(forTimeInterval: 0.2)
    if case .mpi(let world) = kind { world.abort(code: code.rawValue) }
    Self.quit(code)
  }
}

extension CoreAllowance {
  /// The cores of this process and its node.
  static var ofThisProcess: CoreAllowance {
    let process = ProcessInfo.processInfo
    return CoreAllowance(
      process.environment, schedulable: process.activeProcessorCount,
      online: process.processorCount)
  }
}
