import ArgumentParser
import Digest
import Foundation
import Paths
import SweepJobs
import SweepRunner
import SweepRuntime
import SweepSpec
import SweepStore

/// Shows and submits the Slurm jobs of a sweep.
struct SubmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Show the Slurm jobs of a sweep, and submit them with --yes.",
    usage: "framesweep submit <sweep> --profile <profile> [<options>]",
    discussion: """
      One MPI job, or with --shards an array whose elements need no MPI, and a merge after it. A job \
      that runs into its wall time is queued again and resumes. Without --yes nothing is written or \
      submitted; --scripts shows what would be.

        framesweep submit jobs/first.yaml --profile generic-slurm -o first.h5
        framesweep submit jobs/first.yaml --profile generic-slurm --shards 8 --yes

      A profile says what a site's nodes and Slurm are like; cluster/README.md lists its keys.
      """)

  @Argument(help: ArgumentHelp("The sweep file (YAML).", valueName: "sweep"))
  var path: String

  @Option(name: .long, help: "The site: the name of a profile, or its path.")
  var profile: String

  @Option(name: .shortAndLong, help: "The results file; if not given, the sweep's name and .h5.")
  var output: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Ranks of the MPI job; if not given, so many that it takes an hour.")
  var ranks: Int?

  @Option(
    name: .long, parsing: .unconditional, help: "Shards of a job array, in place of one MPI job.")
  var shards: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Cores of each shard: one, or those of a node where jobs have whole nodes.")
  var cores: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Shards that run at the same time; the profile's limit if not given.")
  var running: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The wall time of a job, such as 90s, 1h30m, 1:30:00 or 2-00:00:00; if not given, the predicted \
      time with the profile's margin.
      """,
      valueName: "duration"),
    transform: TimeSpan.positiveArgument)
  var time: TimeSpan?

  @Option(name: .long, help: "The partition, in place of the profile's.")
  var partition: String?

  @Option(name: .long, help: "The account, in place of the profile's.")
  var account: String?

  @Flag(name: .long, help: "Write the scripts and submit them.")
  var yes = false

  @Flag(name: .long, help: "Show the scripts as well.")
  var scripts = false

  @Flag(name: .long, help: "As JSON; docs/json.md lists the keys.")
  var json = false

  func validate() throws {
    for (name, value) in [
      ("ranks", ranks), ("shards", shards), ("cores", cores), ("running", running),
    ] {
      if let value, !(1...Shard.maximumCount).contains(value) {
        throw ValidationError("--\(name) is \(value), expected 1 to \(Shard.maximumCount)")
      }
    }
    if ranks != nil, shards != nil {
      throw ValidationError("--ranks and --shards exclude each other, expected one of them")
    }
    if shards == nil, cores != nil || running != nil {
      throw ValidationError("--cores and --running are for --shards, expected --shards as well")
    }
    for (name, value) in [("partition", partition), ("account", account)] {
      if let value, value.isEmpty || value.contains(where: \.isWhitespace) {
        throw ValidationError("--\(name) is '\(value)', expected a name without blanks")
      }
    }
    if let output { try OutputName.check(output) }
    guard path != "-" else {
      throw ValidationError("the sweep is '-', expected a file that the jobs can read")
    }
  }

  func run() throws {
    var site = try ProfileFile.read(profile)
    let sweep = try SweepFile(path: path, bytes: SweepFile.bytes(at: path))
    sweep.showWarnings()
    guard site.scheduler != nil else {
      throw Failure(
        .usage,
        "the profile \(site.name) has no Slurm, expected one that has; here the sweep runs with\n  "
          + "framesweep run \(shellQuoted(path)) -o \(shellQuoted(outputPath(sweep)))")
    }
    if let partition { site.scheduler?.partition = partition }
    if let account { site.scheduler?.account = account }
    if let running { site.scheduler?.maximumRunning = running }
    try checkOutput(sweep)
    let forecast = JobForecast(sweep, shards: shards, cores: cores, ranks: ranks, site: site)
    let request = try request(sweep, forecast, site)
    let obstacles = request.obstacles(at: site)
    guard obstacles.isEmpty else {
      throw Failure(.usage, obstacles.map { "\(site.name): \($0)" }.joined(separator: "\n"))
    }
    try checkNobodyWorks(on: request)
    if forecast.cores > forecast.usefulCores {
      standardError(
        "\(path): the sweep keeps at most \(Show.count(forecast.usefulCores)) "
          + "\(forecast.usefulCores == 1 ? "core" : "cores") busy, then its longest point is the limit; "
          + "the jobs ask for \(Show.count(forecast.cores)) (warning)")
    }
    let submission = Submission(request, at: site)
    let submitter = Submitter(
      submission, shardFolder: request.shardFolder, note: SubmittedShards(request, at: site))
    if json {
      let jobs = yes ? try submitter.submit() : nil
      print(jsonText(SubmissionReport(sweep, forecast, request, submission, site, jobs: jobs)))
      return
    }
    show(sweep, forecast, request, submission, site)
    guard yes else {
      print(
        "\nNothing was submitted. Say --yes to write the scripts and submit them"
          + (scripts ? "." : ", --scripts to see them."))
      return
    }
    let jobs = try submitter.submit()
    print("")
    for (job, step) in zip(jobs, submission.steps) { print("job \(job): \(step.summary)") }
    print("\nfollow them  framesweep watch \(shellQuoted(submission.folder))")
    print("stop them    scancel \(jobs.joined(separator: " "))")
  }

  private func outputPath(_ sweep: SweepFile) -> String { output ?? sweep.spec.name + ".h5" }

  /// Refuses an output that the jobs could not go on with; hours in a queue would end with that.
  private func checkOutput(_ sweep: SweepFile) throws {
    let output = outputPath(sweep)
    guard FileManager.default.fileExists(atPath: output) else { return }
    do {
      let reader = try ResultReader.openProbed(output)
      if reader.planSHA256 == sweep.plan.planHash.hexadecimal {
        guard reader.isComplete else { return }
        throw Failure(
          .usage,
          "\(output): is complete, expected points to compute; --retry of run tries again those "
            + "that are not ok")
      }
    } catch let error as StoreError {
      throw Failure(error)
    }
    throw Failure(
      .badInput, "\(output): exists and belongs to another plan, expected another output")
  }

  /// Refuses jobs for what other runs hold, or what waits in the queue; they would end with that.
  private func checkNobodyWorks(on request: JobRequest) throws {
    if let live = LiveRun(of: request.output), live.mayWrite {
      throw Failure(
        .cannotWrite,
        "\(request.output): \(live.name), works on it, expected that to end, or another output")
    }
    guard case .shards = request.shape, SubmittedShards.read(in: request.folder) != nil else {
      return
    }
    let queued = SlurmQueue.elements(of: "\(request.folder)/shards.sbatch").map(\.shard)
    let runs = LiveRun.all(of: ShardFile.members(of: request.shardFolder))
    let held = runs.values.filter(\.mayWrite).map(\.output).sorted()
    guard !queued.isEmpty || !held.isEmpty else { return }
    let what =
      queued.isEmpty
      ? "runs hold \(held.prefix(3).joined(separator: ", "))"
      : "the shards \(PointSelection(Set(queued).sorted()).text(atMost: 20)) run or wait already"
    throw Failure(
      .cannotWrite,
      "\(request.folder): \(what), expected them to end, or another output; framesweep verify "
        + "\(shellQuoted(request.folder)) says what is missing")
  }

  private func request(
    _ sweep: SweepFile, _ forecast: JobForecast, _ site: SiteProfile
  ) throws -> JobRequest {
    let program =
      try site.program
      ?? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    // Five minutes for the start, and whole five minutes, which schedulers fill gaps with.
    let wanted = ((forecast.spanSeconds * site.margin + 300) / 300).rounded(.up) * 300
    let limit = site.scheduler?.maximumSeconds ?? wanted
    return JobRequest(
      shape: forecast.shape, name: sweep.spec.name, sweep: PathName.absolute(path),
      output: PathName.absolute(outputPath(sweep)), program: program,
      wallSeconds: time?.seconds ?? min(wanted, limit),
      memoryBytesPerCore: forecast.memoryBytesPerCore,
      origin: (["framesweep"] + CommandLine.arguments.dropFirst()).map { shellQuoted($0) }
        .joined(separator: " "))
  }

  private func show(
    _ sweep: SweepFile, _ forecast: JobForecast, _ request: JobRequest, _ submission: Submission,
    _ site: SiteProfile
  ) {
    var rows = [
      ["sweep", "\(sweep.spec.name), \(Show.points(sweep.plan.count))"],
      ["site", site.description.isEmpty ? site.name : "\(site.name): \(site.description)"],
      ["work", "\(Self.coreHours(forecast.totalSeconds)) (predicted)"],
    ]
    switch request.shape {
    case .ranks(let count):
      rows.append(["jobs", "one MPI job of \(Show.count(count)) \(count == 1 ? "rank" : "ranks")"])
    case .shards(let count, let cores):
      let arrays = submission.steps.count { $0.array != nil }
      rows.append([
        "jobs",
        "\(Show.count(count)) shards of \(cores) \(cores == 1 ? "core" : "cores") in "
          + "\(arrays == 1 ? "an array" : "\(arrays) arrays"), and a merge",
      ])
      rows.append([
        "per shard",
        "\(Self.coreHours(forecast.lightestSeconds)) to "
          + Self.coreHours(forecast.heaviestSeconds),
      ])
    }
    let option = site.nodes.areShared ? site.scheduler?.memoryOption : nil
    rows.append([
      "memory",
      "\(Show.bytes(request.memoryBytesPerCore)) per core"
        + (option.map { " (predicted); the jobs ask for the profile's \($0)" } ?? ""),
    ])
    let isEnough = request.wallSeconds >= forecast.spanSeconds
    rows.append([
      "wall time",
      "\(WallTime.slurmText(request.wallSeconds)) for \(Show.duration(forecast.spanSeconds)) "
        + "predicted" + (isEnough ? "" : "; jobs are queued again until all is done"),
    ])
    rows.append(["results", request.output])
    rows.append(["scripts", "\(submission.folder)/"])
    print(Terminal.standardOutput.wrapped(rows))
    guard scripts else { return }
    for script in submission.scripts {
      print("\n--- \(script.name)\n\(script.text)", terminator: "")
    }
    print("\n--- submitted with")
    let names = submission.steps.indices.map { "JOB\($0 + 1)" }
    for step in submission.steps.indices {
      print(submission.command(of: step, jobs: names).map(shellQuoted).joined(separator: " "))
    }
  }

  private static func coreHours(_ seconds: Double) -> String {
    seconds < 360
      ? "\(Show.duration(seconds)) of a core" : String(format: "%.1f core-hours", seconds / 3_600)
  }
}
