import ArgumentParser
import Foundation
import Measurements
import OpenBLAS
import SweepRecords
import SweepRunner
import SweepRuntime

/// Computes a sweep into one results file.
struct RunCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Compute a sweep into one HDF5 file, alone or as the ranks of an MPI job.",
    discussion: """
      Alone, it uses a worker thread per core; under mpirun, every rank is a worker, rank 0 too. The \
      root group of the file is the same, bit for bit, either way. While it runs, results are safe in \
      OUT.h5.journal; when it ends, OUT.h5 gets its name and the journal goes. A run that was stopped \
      or killed resumes with --resume.

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
    help: "Resume the output of an earlier run of the same plan; start a new one if there is none.")
  var resume = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Resume, and compute points with these statuses again: names with commas, or all but ok.",
      valueName: "status,…|all"))
  var retry: RetryStatuses?

  @Option(
    name: .long,
    help: "Take over the points of another results file that are equal and measured alike.")
  var reuse: [String] = []

  @Flag(
    name: .long,
    help:
      "Take over an output whose lock was left by a run on another host; never that of a run that is alive."
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
      "End points that take longer, such as 90s, 1h30m or 2-00:00:00; they get the status timeout.",
    transform: TimeSpan.positiveArgument)
  var pointTimeout: TimeSpan?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      """
      The memory that a worker may use, such as 4G, 4GB or 4GiB, which are the same: 4 · 1024³ bytes \
      (default: its share of the node's).
      """, valueName: "size"),
    transform: ByteCount.argument)
  var memoryLimit: ByteCount?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Stop when so many points are not ok; the rest is skipped.")
  var maxFailures: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Stop in time to be done after this long, such as 48h (default: the job's own end).",
    transform: TimeSpan.positiveArgument)
  var walltime: TimeSpan?

  @Option(
    name: .long, parsing: .unconditional,
    help:
      """
      How often the results file is written while the run continues; 0s for at the end only (default: \
      60s).
      """,
    transform: TimeSpan.argument)
  var refresh = TimeSpan(seconds: 60)

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "The largest results file that is allowed, such as 64G (default: 16G).", valueName: "size"),
    transform: ByteCount.argument)
  var maxOutput = ByteCount(bytes: RunRequest.usualOutputBytes)

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
    try OutputName.check(output)
  }

  /// Everything but --quiet, which changes nothing of what is computed.
  var terms: [StartRequest.Term] {
    [
      .text("the sweep file", at: path), .path("--output", output), .option("--workers", workers),
      .option("--resume", resume),
      .option("--retry", retry?.statuses.map(\.name).sorted().joined(separator: ",")),
      StartRequest.Term("--reuse", paths: reuse), .option("--take-over", takeOver),
      .option("--points", points?.text()), .option("--shard", shard),
      .option("--point-timeout", pointTimeout?.seconds),
      .option("--memory-limit", memoryLimit?.bytes), .option("--max-failures", maxFailures),
      .option("--walltime", walltime?.seconds), .option("--refresh", refresh.seconds),
      .option("--max-output", maxOutput.bytes),
      StartRequest.Term("FRAMESWEEP_FAULT", Self.faultText),
    ]
  }

  func prepare() {
    Interruption.catchSignals()
    BLASLibrary.setThreadCount(1)
  }

  func run(in job: RankedJob?) throws {
    guard let faults = Faults(Self.faultText) else {
      throw Failure(.usage, "FRAMESWEEP_FAULT does not say what shall happen to which point")
    }
    let world = try World(of: job, workers: workers)
    let end: RunEnd
    do {
      end = try SweepRun(request(faults), in: world).run()
    } catch let failure as Failure {
      // What the coordinator finds wrong before the sweep starts ends every rank in good order.
      failure.report()
      try? world.leave()
      throw Failure(failure.code, "")
    } catch {
      standardError("\(error)")
      world.abort(.internalError)
    }
    guard end.departure == .orderly else { endProcess(end.status) }
    try world.leave()
    // At an ordinary exit, libraries would be taken apart under the threads that still compute.
    if end.leavesThreads { endProcess(end.status) }
    guard end.status == .ok else { throw Failure(end.status, "") }
  }

  private func request(_ faults: Faults) -> RunRequest {
    var request = RunRequest(sweep: path, output: output)
    request.resume = resume
    request.retry = retry?.statuses ?? []
    request.reuse = reuse
    request.takeOver = takeOver
    request.points = points
    request.shard = shard
    request.pointSeconds = pointTimeout?.seconds
    request.memoryBytes = memoryLimit?.bytes
    request.maximumFailures = maxFailures
    request.wallSeconds = walltime?.seconds
    request.refreshSeconds = refresh.seconds
    request.maximumOutputBytes = maxOutput.bytes
    request.quiet = quiet
    request.faults = faults
    return request
  }

  private static let faultText = ProcessInfo.processInfo.environment["FRAMESWEEP_FAULT"] ?? ""
}
