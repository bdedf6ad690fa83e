internal import Digest
internal import Foundation
public import Measurements
internal import OpenBLAS
public import SweepRecords
public import SweepRuntime
internal import SweepSpec
internal import SweepStore

/// What a run of a sweep was asked for.
public struct RunRequest: Sendable {
  /// The sweep file; "-" for standard input.
  public var sweep: String
  /// The results file to write.
  public var output: String
  /// Whether it resumes an output that exists.
  public var resume = false
  /// The statuses whose points are computed again.
  public var retry: Set<PointStatus> = []
  /// Results files whose points are taken over.
  public var reuse: [String] = []
  /// Whether a lock of another host is taken over.
  public var takeOver = false
  /// What is computed of the points that have no result; nil for all.
  public var points: PointSelection?
  /// The share of the sweep that the output holds; nil for the whole.
  public var shard: Shard?
  /// The seconds that a point may take; nil without a limit.
  public var pointSeconds: Double?
  /// The bytes that a worker may use; nil for its share of the node's memory.
  public var memoryBytes: Double?
  /// The run stops when so many of its points are not ok; nil for never.
  public var maximumFailures: Int?
  /// The seconds after which the run has to be done; nil for no end but that of the job.
  public var wallSeconds: Double?
  /// The seconds between results files while the run continues; 0 for one at the end only.
  public var refreshSeconds = 60.0
  /// The bytes that the results file may have.
  public var maximumOutputBytes = RunRequest.usualOutputBytes
  /// Whether no progress is shown.
  public var quiet = false
  /// Mishaps that a test asks for.
  public var faults = Faults()

  /// The largest results file unless another limit is asked for, in bytes.
  public static let usualOutputBytes = 0x1p34

  /// A run of a whole sweep into a new file.
  public init(sweep: String, output: String) {
    self.sweep = sweep
    self.output = output
  }

  /// What compute threads and the coordinator look at.
  var limits: RunLimits {
    var limits = RunLimits()
    limits.pointSeconds = pointSeconds
    limits.memoryBytes = memoryBytes
    limits.maximumFailures = maximumFailures
    limits.refreshSeconds = refreshSeconds
    return limits
  }
}

/// How a run ended for this process.
public struct RunEnd: Sendable {
  /// What it came to.
  public var status: ExitStatus
  /// Whether all ranks are there to leave together.
  public var departure = Departure.orderly
  /// Whether a compute thread still computes a point, so that the process has to end at once.
  public var leavesThreads = false
}

/// A run of a sweep, as one process of its job takes part in it.
///
/// All ranks call `run()`, each with a world of its own. What they tell each other before the sweep is in
/// that one function, so every message meets its counterpart.
public struct SweepRun {
  private let request: RunRequest
  private let world: World
  private let start = ContinuousClock.now
  private let limits: RunLimits

  /// Prepares a run; its wall time begins now.
  public init(_ request: RunRequest, in world: World) {
    self.request = request
    self.world = world
    limits = request.limits
  }

  /// Computes what is left to do and, on the coordinator, writes the results file.
  ///
  /// **Returns**: how it ended. The world is not left yet.
  ///
  /// **Throws**: `Failure` on the coordinator if the run could not begin; any other error if the ranks
  /// cannot talk to each other any more.
  public func run() throws -> RunEnd {
    let nothing = RunEnd(status: .ok)
    let room = world.takeRoom()
    let read = world.isCoordinator ? try attempt { try readAll(room) } : nil
    guard let data = try world.share(read?.value?.data) else {
      if let failure = read?.failure { throw failure }
      return nothing
    }
    let derived = try attempt { try derive(data, read?.value?.sweep, room) }
    if let failure = try world.agree(derived.failure) {
      guard world.isCoordinator else { return nothing }
      throw failure
    }
    guard let sweep = derived.value else { return nothing }
    var opened = world.isCoordinator ? try attempt { try openOutput(sweep) } : nil
    guard let run = try world.share(run: opened?.value?.run) else {
      if let failure = opened?.failure { throw failure }
      return nothing
    }
    guard var session = opened?.value?.session else { return try follow(sweep, run) }
    // The session is changed in place: its journal has one owner.
    opened = nil
    return try session.run(run, world)
  }

  /// What came of a step that may fail in good order.
  private struct Attempt<Value> {
    var value: Value?
    var failure: Failure?
  }

  private func attempt<Value>(_ body: () throws -> Value) throws -> Attempt<Value> {
    do {
      return Attempt(value: try body())
    } catch let failure as Failure {
      return Attempt(failure: failure)
    }
  }

  /// Reads the sweep and all that it names, on the coordinator.
  private func readAll(_ room: Failure?) throws -> (sweep: SweepFile, data: StartData) {
    if let room {
      throw Failure(room.code, "host \(ProcessInfo.processInfo.hostName): \(room.message)")
    }
    let bytes = try SweepFile.bytes(at: request.sweep)
    var sweep = try SweepFile(path: request.sweep, bytes: bytes)
    sweep.showWarnings()
    try sweep.check(maximumOutputBytes: request.maximumOutputBytes)
    if let points = request.points, points.largest >= sweep.plan.count {
      throw Failure(
        .usage, "--points names \(points.largest), expected 0 to \(sweep.plan.count - 1)")
    }
    try sweep.probeWeights()
    let files = try sweep.loadFiles()
    sweep.calibrate()
    return (
      sweep,
      StartData(
        sweep: bytes, inputs: sweep.inputs.text, expansion: sweep.plan.expansion,
        rates: sweep.rates.text, files: files)
    )
  }

  /// Derives the plan on this rank, and looks whether the rank can take part.
  private func derive(
    _ data: StartData, _ own: SweepFile?, _ room: Failure?
  ) throws -> SweepFile {
    if let room { throw room }
    let sweep = try own ?? SweepFile(path: request.sweep, receiving: data)
    if let missing = sweep.missingHere { throw Failure(.badInput, missing) }
    return sweep
  }

  /// Opens the output and notes the run in its journal, on the coordinator.
  private func openOutput(_ sweep: SweepFile) throws -> (session: RunSession, run: Int) {
    Surroundings.current.begin(.opening)
    var limits = limits
    limits.setDeadline(walltime: request.wallSeconds, from: start, sweep)
    limits.rewriteSeconds = TableShape(sweep).rewriteSeconds(sweep.plan.count)
    var session = try RunSession(sweep, request, limits)
    return (session, try session.beginRun(world))
  }

  /// Computes what the coordinator assigns.
  private func follow(_ sweep: SweepFile, _ run: Int) throws -> RunEnd {
    let processes = world.processes
    var host = NoHost()
    var work = World.Work(
      points: [], predictedSeconds: [], planCount: sweep.plan.count,
      planHash: sweep.plan.planHash.bytes)
    work.processes = processes
    work.pointTimeout = limits.pointSeconds
    work.clock = limits.clock
    let ending = try world.run(
      work, host: &host,
      makeCompute: PointComputer.threads(
        sweep, request, run: run, limits, processes, localWorkers: world.localWorkerCount))
    var end = RunEnd(
      status: .ok, departure: ending.departure, leavesThreads: ending.leavesThreads)
    if case .orphaned(let reason) = ending.departure {
      say("a rank ends early: \(reason); resume with the same command and --resume")
      end.status = .stoppedEarly
    }
    return end
  }
}

extension PointComputer {
  /// What every compute thread of a run does with a point.
  static func threads(
    _ sweep: SweepFile, _ request: RunRequest, run: Int, _ limits: RunLimits,
    _ processes: [ProcessIdentity], localWorkers: Int
  ) throws -> @Sendable (_ worker: Int) -> ComputeThread.Compute {
    let plan = sweep.plan
    let measurements = sweep.measurements
    let inputs = sweep.inputs
    let images = try SweepImages(inputs, of: sweep.spec)
    let rates = sweep.rates
    let own = ProcessInfo.processInfo.hostName
    var pointLimits = PointLimits()
    pointLimits.seconds = limits.pointSeconds
    pointLimits.clock = limits.clock
    pointLimits.workersInProcess = localWorkers
    pointLimits.workerBytes =
      min(
        limits.memoryBytes
          ?? MemoryLimit.share(workersOnNode: processes.count { $0.host == own }),
        WorkerRoom.bytesForPoints(workers: localWorkers))
    let faults = request.faults
    let checkpoints = sweep.checkpoints(beside: request.output)
    return { [pointLimits] worker in
      var computer = PointComputer(
        plan: plan, sweep: measurements, run: run, rank: worker, limits: pointLimits,
        inputs: inputs,
        images: images, rates: rates, faults: faults, checkpoints: checkpoints)
      return { point, records in
        let record = computer.record(of: point)
        record.encode(into: &records)
        return record.status == .ok
      }
    }
  }
}

/// Stores nothing: ranks that do not coordinate have no journal.
private struct NoHost: SweepHost {
  mutating func store(_ block: ResultBlock, from worker: Int) {}
  mutating func giveUp(_ point: Int32, _ reason: GivingUp) {}
  mutating func commit() {}
  mutating func tick(_ progress: SweepProgress) -> StopRequest? { nil }
}
