import ArgumentParser
import Digest
import Foundation
import Measurements
import OpenBLAS
import SweepRecords
import SweepRuntime
import SweepSpec
import SweepStore

/// Computes a sweep into one results file.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Compute a sweep into one HDF5 file, alone or as the ranks of an MPI job.",
    discussion: """
      Alone, it uses a worker thread per core; under mpirun, every rank is a worker, rank 0 too. The \
      root group of the file is the same, bit for bit, either way. While it runs, results are safe in \
      OUT.h5.journal; when it ends, OUT.h5 gets its name and the journal goes. A run that was stopped \
      or killed goes on with --resume.

        framesweep run jobs/quickstart.yaml -o quickstart.h5
        mpirun -n 2 framesweep run jobs/quickstart.yaml -o quickstart.h5
      """)

  @Argument(help: ArgumentHelp("The sweep file (YAML); - for standard input.", valueName: "sweep"))
  var path: String

  @Option(name: .shortAndLong, help: "The results file to write (HDF5).")
  var output: String

  @Option(
    name: .long, parsing: .unconditional,
    help: "Worker threads without mpirun (default: one per core).")
  var workers: Int?

  @Flag(
    name: .long,
    help: "Go on with the output of an earlier run of the same plan; start afresh without one.")
  var resume = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Go on, and compute points of these statuses again: names with commas, or all but ok.",
      valueName: "status,…|all"))
  var retry: RetryStatuses?

  @Option(
    name: .long,
    help: "Take over the points of another results file that are equal and measured alike.")
  var reuse: [String] = []

  @Flag(
    name: .long,
    help:
      "Take over an output whose lock was left by a run on another host; one that lives is not robbed."
  )
  var takeOver = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Compute only these points, such as 17,40-60.", valueName: "points"),
    transform: PointSelection.argument)
  var points: PointSelection?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Compute one of n shards of about equal cost, counted from 0; merge joins them.",
      valueName: "i/n"),
    transform: Shard.argument)
  var shard: Shard?

  @Option(
    name: .long, parsing: .unconditional,
    help:
      "End points that take longer, such as 90s, 15m or 2-00:00:00; they get the status timeout.")
  var pointTimeout: TimeSpan?

  @Option(
    name: .long, parsing: .unconditional,
    help: "The memory that a worker may use, such as 4GiB (default: its share of the node's).")
  var memoryLimit: ByteCount?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Stop when so many points are not ok; the rest is skipped.")
  var maxFailures: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Stop in time to be done after this long, such as 48h (default: the job's own end).")
  var walltime: TimeSpan?

  @Option(
    name: .long, parsing: .unconditional,
    help: "How often the results file is written while the run goes on; 0s for at the end only.")
  var refresh = TimeSpan(seconds: 60)

  @Option(
    name: .long, parsing: .unconditional,
    help: "The largest results file that is allowed, such as 64GiB.")
  var maxOutput = ByteCount(bytes: 0x1p34)

  @Flag(name: .long, help: "Show no progress.")
  var quiet = false

  func validate() throws {
    if let workers, workers < 1 {
      throw ValidationError("--workers is \(workers), expected at least 1")
    }
    if let workers, workers > 1_024 {
      throw ValidationError("--workers is \(workers), expected at most 1024")
    }
    if points != nil, shard != nil {
      throw ValidationError("--points and --shard exclude each other, expected one of them")
    }
    if let maxFailures, maxFailures < 1 {
      throw ValidationError("--max-failures is \(maxFailures), expected at least 1")
    }
    for (name, span) in [("--point-timeout", pointTimeout), ("--walltime", walltime)] {
      if let span, span.seconds <= 0 {
        throw ValidationError("\(name) is 0 seconds, expected more")
      }
    }
    guard !output.isEmpty, !output.hasSuffix("/") else {
      throw ValidationError("--output is '\(output)', expected the name of a file")
    }
  }

  func run() throws {
    Interruption.catchSignals()
    BLASLibrary.setThreadCount(1)
    guard Self.faults != nil else {
      throw Failure(.usage, "FRAMESWEEP_FAULT does not say what shall happen to which point")
    }
    let start = ContinuousClock.now
    let world = try World.join(workers: workers)
    let end: RunEnd
    do {
      end = try world.isCoordinator ? coordinate(world, start) : follow(world)
    } catch let failure as Failure {
      // What the coordinator finds wrong before the sweep starts ends every rank in good order.
      if world.isCoordinator { failure.report() }
      try? world.leave()
      throw Failure(failure.code, "")
    } catch {
      standardError("\(error)")
      world.abort(.internalError)
    }
    guard end.departure == .orderly else { World.quit(end.status) }
    try world.leave()
    // At an ordinary exit, libraries would be taken apart under the threads that still compute.
    if end.leavesThreads { World.quit(end.status) }
    guard end.status == .ok else { throw Failure(end.status, "") }
  }

  private func limits() -> RunLimits {
    var limits = RunLimits()
    limits.pointSeconds = pointTimeout?.seconds
    limits.memoryBytes = memoryLimit?.bytes
    limits.maximumFailures = maxFailures
    limits.refreshSeconds = refresh.seconds
    return limits
  }

  /// The ranks that only compute: they derive the plan from the coordinator's bytes.
  private func follow(_ world: World) throws -> RunEnd {
    let nothing = RunEnd(status: .ok)
    guard let bytes = try world.share(nil), let inputs = try world.share(nil),
      let images = try world.share(nil), let rates = try world.share(nil)
    else { return nothing }
    var derived: SweepFile?
    var problem: String?
    do {
      derived = try SweepFile(
        path: path, bytes: bytes, inputs: String(decoding: inputs, as: UTF8.self))
      problem = derived?.missingHere
    } catch let failure as Failure {
      // The others wait for this rank's word, so it must not go without one.
      problem = failure.message
    }
    guard try world.problems(problem).isEmpty, try world.share(nil) != nil, var sweep = derived
    else { return nothing }
    sweep.receiveImages(images)
    sweep.rates = MachineRates(text: String(decoding: rates, as: UTF8.self))
    let processes = try world.processes()
    guard let text = try world.share(nil), let run = Int(String(decoding: text, as: UTF8.self))
    else { return nothing }
    var host = NoHost()
    let limits = limits()
    let ending = try world.run(
      World.Work(
        points: [], predictedSeconds: [], planCount: sweep.plan.count,
        planHash: sweep.plan.planHash.bytes, processes: processes,
        pointTimeout: limits.pointSeconds),
      host: &host,
      makeCompute: Self.compute(
        sweep, run: run, limits, processes, localWorkers: world.localWorkerCount, output: output))
    if case .orphaned(let reason) = ending.departure {
      standardError("a rank ends early: \(reason); go on with the same command and --resume")
      World.quit(.stoppedEarly)
    }
    return RunEnd(
      status: .ok, departure: ending.departure, leavesThreads: ending.leavesThreads)
  }

  private func coordinate(_ world: World, _ start: ContinuousClock.Instant) throws -> RunEnd {
    var sweep: SweepFile
    let bytes: [UInt8]
    let images: [UInt8]
    do {
      bytes = try SweepFile.bytes(at: path)
      sweep = try SweepFile(path: path, bytes: bytes)
      sweep.showWarnings()
      try sweep.check(maximumOutput: maxOutput)
      if let points, points.largest >= sweep.plan.count {
        throw Failure(
          .usage, "--points names \(points.largest), expected 0 to \(sweep.plan.count - 1)")
      }
      try sweep.probeWeights()
      images = try sweep.loadImages()
    } catch {
      _ = try world.share(nil)
      throw error
    }
    sweep.calibrate()
    _ = try world.share(bytes)
    _ = try world.share(Array(sweep.inputs.text.utf8))
    _ = try world.share(images)
    _ = try world.share(Array(sweep.rates.text.utf8))
    let problems = try world.problems(sweep.missingHere)
    guard problems.isEmpty else {
      throw Failure(.badInput, problems.joined(separator: "\n"))
    }
    var session: RunSession
    do {
      var limits = limits()
      limits.setDeadline(walltime: walltime?.seconds, from: start, sweep)
      session = try RunSession(
        sweep, output: output,
        OpeningOptions(
          resume: resume, retry: retry?.statuses ?? [], reuse: reuse, takeOver: takeOver,
          points: points, shard: shard),
        limits, quiet: quiet)
    } catch {
      _ = try world.share(nil)
      throw error
    }
    _ = try world.share([])
    return try session.run(world, world.processes())
  }

  /// Mishaps that a test asked for; nil where its words make no sense.
  private static let faults = Faults(
    ProcessInfo.processInfo.environment["FRAMESWEEP_FAULT"] ?? "")

  /// What every compute thread does with a point.
  static func compute(
    _ sweep: SweepFile, run: Int, _ limits: RunLimits, _ processes: [ProcessIdentity],
    localWorkers: Int, output: String
  ) throws -> @Sendable (_ worker: Int) -> ComputeThread.Compute {
    let plan = sweep.plan
    let recipe = sweep.recipe
    let inputs = sweep.inputs
    let images = try SweepImages(inputs, of: sweep.spec)
    let rates = sweep.rates
    let own = ProcessInfo.processInfo.hostName
    var pointLimits = PointLimits()
    pointLimits.seconds = limits.pointSeconds
    pointLimits.workersInProcess = localWorkers
    pointLimits.workerBytes =
      limits.memoryBytes
      ?? MemoryLimit.share(workersOnNode: processes.count { $0.host == own })
    let faults = faults ?? Faults()
    return { [pointLimits] worker in
      var computer = PointComputer(
        plan: plan, recipe: recipe, run: run, rank: worker, limits: pointLimits, inputs: inputs,
        images: images, rates: rates, faults: faults,
        checkpoints: sweep.checkpoints(beside: output))
      return { point, records in
        let record = computer.record(of: point)
        record.encode(into: &records)
        return record.status == .ok
      }
    }
  }
}

/// How a run ended for this process.
struct RunEnd {
  var status: ExitStatus
  var departure = Departure.orderly
  var leavesThreads = false
}

/// Stores nothing: ranks that do not coordinate have no journal.
private struct NoHost: SweepHost {
  mutating func store(_ block: ResultBlock, from worker: Int) {}
  mutating func giveUp(_ point: Int32, _ reason: GivingUp) {}
  mutating func commit() {}
  mutating func tick(_ progress: SweepProgress) -> StopRequest? { nil }
}
