internal import Foundation
internal import Measurements
package import Processes
package import SweepJobs
internal import SweepMPI
package import SweepRuntime
package import SweepStore

/// The workers of a run: threads of one process, or the ranks of a job.
public struct World {
  private enum Kind {
    case threads(Int)
    case ranks(RankedJob)
  }

  /// What a sweep needs, the same on every rank.
  package struct Work {
    /// The points to compute; used on the coordinator's rank only.
    package var points: [Int32]
    /// The cost model's word for each of them, in seconds.
    package var predictedSeconds: [Float]
    /// The number of points of the plan.
    package var planCount: Int
    /// What all ranks must agree on.
    package var planHash: [UInt8]
    /// Points that earlier ends are blamed on; used on the coordinator's rank only.
    package var suspects: [Suspect] = []
    /// The processes of all workers.
    package var processes: [ProcessIdentity] = []
    /// The seconds that a point may take; nil without a limit.
    package var pointTimeout: Double?
    /// What tells how long points take and others are silent.
    package var clock = RunningClock()

    /// Collects what has no default.
    package init(
      points: [Int32], predictedSeconds: [Float], planCount: Int, planHash: [UInt8]
    ) {
      self.points = points
      self.predictedSeconds = predictedSeconds
      self.planCount = planCount
      self.planHash = planHash
    }
  }

  /// How a sweep ended for this process.
  package struct Ending {
    /// What was done; nil on ranks that do not coordinate.
    package var summary: SweepSummary?
    /// Whether all ranks are there to leave together.
    package var departure = Departure.orderly
    /// Whether a compute thread still has a point at hand.
    package var leavesThreads = false
  }

  private let kind: Kind

  /// The ranks of a job, or this process alone.
  ///
  /// - Parameter workers: the threads of one process; nil for as many as there is room for.
  ///
  /// **Throws**: `Failure` if ranks are given a number of threads, or if there is no room for one.
  public init(of job: RankedJob?, workers: Int?) throws {
    guard let job else {
      kind = .threads(try WorkerRoom.take(asked: workers))
      return
    }
    guard workers == nil else {
      throw Failure(
        .usage,
        "--workers is for one process alone, expected one worker per rank under mpirun; "
          + "start more ranks instead")
    }
    kind = .ranks(job)
  }

  /// Whether this process coordinates, reads the files and writes the output.
  public var isCoordinator: Bool {
    switch kind {
    case .threads: true
    case .ranks(let job): job.ranks.rank == 0
    }
  }

  /// The number of workers.
  public var workerCount: Int {
    switch kind {
    case .threads(let workers): workers
    case .ranks(let job): job.ranks.size
    }
  }

  /// What there is, in words.
  public var description: String {
    switch kind {
    case .threads(let workers):
      "1 process, \(workers) worker \(workers == 1 ? "thread" : "threads")"
    case .ranks(let job): "\(job.ranks.size) MPI \(job.ranks.size == 1 ? "rank" : "ranks")"
    }
  }

  /// The version text of the MPI library in use; nil without one.
  var mpiVersion: String? {
    switch kind {
    case .threads: nil
    case .ranks(let job): job.ranks.libraryVersion
    }
  }

  /// The processes of all workers.
  var processes: [ProcessIdentity] {
    switch kind {
    case .threads(let workers): Array(repeating: .current(), count: workers)
    case .ranks(let job): job.processes
    }
  }

  /// What the last bits of each worker's results can depend on, by the names of provenance; of use on the
  /// coordinator's rank only.
  var machines: [[String: String]] {
    switch kind {
    case .threads(let workers): Array(repeating: Provenance.machine, count: workers)
    case .ranks(let job): job.machines
    }
  }

  /// The workers of this process.
  var localWorkerCount: Int {
    switch kind {
    case .threads(let workers): workers
    case .ranks: 1
    }
  }

  /// What to say where workers have to share cores, which makes every one of them slow; nil where
  /// they have not.
  func warning(_ processes: [ProcessIdentity]) -> String? {
    let allowance = CoreAllowance.ofThisProcess
    switch kind {
    case .threads(let workers): return allowance.warning(workers: workers)
    case .ranks:
      let own = ProcessInfo.processInfo.hostName
      return allowance.warning(ranksOnNode: processes.count { $0.host == own })
        ?? CoreBinding.warning(processes.map { CoreBinding(host: $0.host, cores: $0.cores) })
    }
  }

  /// Gives every rank what the coordinator has read; nil, on every rank, if it could not.
  ///
  /// Collective.
  func share(_ data: StartData?) throws -> StartData? {
    guard case .ranks(let job) = kind else { return data }
    return try job.share(data?.bytes).map { try StartData(bytes: $0) }
  }

  /// Gives every rank the number of the coordinator's run; nil, on every rank, if none began.
  ///
  /// Collective.
  func share(run: Int?) throws -> Int? {
    guard case .ranks(let job) = kind else { return run }
    return try job.share(run.map { Array("\($0)".utf8) })
      .flatMap { Int(String(decoding: $0, as: UTF8.self)) }
  }

  /// Takes what the worker of a rank needs of the system.
  ///
  /// **Returns**: why there is no room for it; nil if there is.
  func takeRoom() -> Failure? {
    guard isParallel else { return nil }
    do throws(Failure) { _ = try WorkerRoom.take(asked: 1) } catch { return error }
    return nil
  }

  /// What keeps ranks from taking part, each with its host, on every rank; nil if nothing does.
  ///
  /// Collective. What all ranks of a host have in common is said once.
  func agree(_ own: Failure?) throws -> Failure? {
    guard case .ranks(let job) = kind else { return own }
    let host = ProcessInfo.processInfo.hostName
    let words = try job.exchange(
      own.map { "\($0.code.rawValue) host \(host): \($0.message)" } ?? "")
    var (codes, messages) = ([Int32](), [String]())
    for word in words where !word.isEmpty {
      let parts = word.split(separator: " ", maxSplits: 1)
      let message = String(parts.last ?? "")
      guard !messages.contains(message) else { continue }
      messages.append(message)
      codes.append(Int32(parts[0]) ?? ExitStatus.internalError.rawValue)
    }
    guard let code = codes.max() else { return nil }
    return Failure(
      ExitStatus(rawValue: code) ?? .internalError, messages.joined(separator: "\n"))
  }

  /// Runs a sweep to its end.
  package func run<Host: SweepHost>(
    _ work: Work, host: inout Host,
    makeCompute: @escaping @Sendable (_ worker: Int) -> ComputeThread.Compute
  ) throws -> Ending {
    Surroundings.current.begin(.running)
    switch kind {
    case .threads(let workers):
      return try run(
        work, on: EmbeddedTransport(workers: workers), host: &host, makeCompute: makeCompute)
    case .ranks(let job):
      // From here on the coordinator and the workers watch each other.
      job.watch?.end()
      return try run(work, on: job.ranks.makeTransport(), host: &host, makeCompute: makeCompute)
    }
  }

  private func run<Carrier: Transport, Host: SweepHost>(
    _ work: Work, on transport: Carrier, host: inout Host,
    makeCompute: @escaping @Sendable (_ worker: Int) -> ComputeThread.Compute
  ) throws -> Ending {
    let isCoordinator = transport.hostsCoordinator
    var driver = try Driver(
      transport: transport, planHash: work.planHash, host: ProcessInfo.processInfo.hostName,
      pointTimeout: work.pointTimeout, watch: watch(work.processes), clock: work.clock,
      makeCompute: makeCompute)
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
    case .threads: false
    case .ranks: true
    }
  }

  /// What is known of the other processes; on the same machine the system says whether they run.
  private func watch(_ processes: [ProcessIdentity]) -> Watch {
    var watch = Watch()
    guard isParallel, let coordinator = processes.first else { return watch }
    let own = ProcessIdentity.current()
    watch.isGone = { processes.indices.contains($0) && processes[$0].isGone(seenFrom: own) }
    watch.isAlive = { processes.indices.contains($0) && processes[$0].isAlive(seenFrom: own) }
    let surroundings = Surroundings.current
    watch.whyOrphaned = {
      if coordinator.isGone(seenFrom: own) {
        return "rank 0 (\(coordinator.description)) ended"
      }
      return surroundings.launcherHasEnded() ? "the launcher ended" : nil
    }
    return watch
  }

  /// Leaves the job in good order; collective.
  public func leave() throws {
    if case .ranks(let job) = kind { try job.leave() }
  }

  /// Ends all ranks at once if the job cannot continue.
  public func abort(_ code: ExitStatus) -> Never {
    // A launcher may drop what was written just before the abort.
    Thread.sleep(forTimeInterval: 0.2)
    if case .ranks(let job) = kind { job.ranks.abort(code: code.rawValue) }
    endProcess(code)
  }
}

/// Ends this process at once, without what all ranks do together or threads must be done for.
public func endProcess(_ code: ExitStatus) -> Never {
  fflush(nil)
  _exit(code.rawValue)
}

extension CoreAllowance {
  /// The cores of this process and its node.
  package static var ofThisProcess: CoreAllowance {
    let process = ProcessInfo.processInfo
    let binding = CoreBinding.ofThisProcess
    return CoreAllowance(
      process.environment,
      schedulable: CoreBinding.count(binding) ?? process.activeProcessorCount,
      online: process.processorCount, quota: ControlGroup.cores, binding: binding)
  }
}

extension CoreBinding {
  /// The cores that the system lets this process run on, such as `0-3,8`; empty where it does not tell.
  ///
  /// **Source**: `Cpus_allowed_list` of `/proc/self/status`.
  package static var ofThisProcess: String {
    ProcessFacts.status("Cpus_allowed_list") ?? ""
  }
}
