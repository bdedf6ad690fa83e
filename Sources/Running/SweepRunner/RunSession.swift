internal import Digest
internal import Foundation
internal import HDF5
internal import Measurements
internal import OpenBLAS
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec
internal import SweepStore

/// One start of the program on an output: journal, sweep, results file, summary.
struct RunSession {
  private let sweep: SweepFile
  private let request: RunRequest
  private let lock: OutputLock
  private let journal: Journal
  private let asked: AskedPoints
  private let limits: RunLimits
  private let points: [Int32]
  private let suspects: [Int32]
  private let suspicions: [Int: Suspicion]
  private let resumedCount: Int
  private let reusedCount: Int
  /// The points that were done and lack files of weights, and the first such file.
  private let unsaved: (points: [Int], file: String)
  /// How often pending points were tried before this run.
  private var tries: [Int: Int] = [:]

  /// Opens the journal and finds what is left to do; nothing that exists is changed before that.
  ///
  /// **Throws**: `Failure` where the output exists, belongs to another plan, or cannot be written.
  init(
    _ sweep: SweepFile, _ request: RunRequest, _ limits: RunLimits
  ) throws {
    self.sweep = sweep
    self.request = request
    self.limits = limits
    let output = request.output
    do throws(StoreError) {
      lock = try OutputLock(
        output: output, job: ProcessInfo.processInfo.environment["SLURM_JOB_ID"] ?? "",
        takeOver: request.takeOver)
    } catch {
      throw Failure(error)
    }
    // A link that leads nowhere counts as an output: renaming would replace it.
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: output) {
      throw Failure(
        .cannotWrite, "\(output): is a symbolic link to \(target), expected the file's own name")
    }
    let asked = AskedPoints(sweep, shard: request.shard, selection: request.points)
    if let end = try Self.whatIsFinished(sweep, request, asked: asked) { throw end }
    let others = try request.reuse.map { try ReusableResults($0, for: sweep) }
    let isNew =
      !Journal.exists(at: Journal.path(besides: output))
      && !FileManager.default.fileExists(atPath: output)
    if isNew {
      try Self.checkSavedWeights(
        of: sweep, (0..<sweep.plan.count).lazy.filter(asked.contains), output: output)
    }
    journal = try Self.openJournal(
      for: sweep, output: output, resume: request.resumes)
    journal.lock = lock
    let recorded = journal
    try asked.check(recorded.runs, of: output)
    self.asked = asked
    unsaved =
      request.resume ? try Self.unsaved(sweep, in: recorded, among: asked.contains) : ([], "")
    let again = Set(unsaved.points).union(
      (0..<sweep.plan.count).filter {
        asked.contains($0) && request.retry.contains(recorded.status(of: $0))
      })
    if !isNew {
      let computed = (0..<sweep.plan.count).lazy.filter {
        asked.contains($0) && (recorded.status(of: $0) == .pending || again.contains($0))
      }
      try Self.checkSavedWeights(of: sweep, computed, output: output)
    }
    // From here on the output changes.
    try Self.reopen(again, in: recorded)
    reusedCount = try Self.reuse(others, for: sweep, in: recorded)
    let pending = (0..<Int32(sweep.plan.count)).filter {
      recorded.status(of: Int($0)) == .pending
    }
    let wanted = pending.filter { asked.contains(Int($0)) }
    // The last run may have ended without a word: a new one starts from what it left.
    recorded.endLastRun()
    suspicions = recorded.suspicions.filter {
      $0.value.losses > 0 || $0.value.jobEnds >= Self.patienceWithJobEnds
    }
    let suspicions = suspicions
    points = wanted.filter { suspicions[Int($0)] == nil }
    suspects = wanted.filter { suspicions[Int($0)] != nil }
    resumedCount = sweep.plan.count - pending.count
  }

  /// A point that was at hand at so many unexplained ends of the whole job is put last.
  private static let patienceWithJobEnds = 3

  /// Runs what is left to do and writes the results file.
  ///
  /// Where the output cannot be written, that is said, and is the status of the end: what is in the
  /// journal stays there, and how this process may leave is known.
  ///
  /// - Parameter run: the number that `beginRun` gave.
  ///
  /// **Throws**: where the sweep could not be run.
  mutating func run(_ run: Int, _ world: World) throws -> RunEnd {
    let processes = world.processes
    for line in Provenance.mixtures(of: journal.runs) { say("warning: \(line)") }
    let costs = PredictedCosts(sweep, points)
    let predicted = costs.seconds
    if let warning = world.warning(processes) {
      say("warning: \(warning)")
    }
    if !request.quiet { announce(world, costs.time(workers: world.workerCount)) }
    var host = JournalHost(
      journal, run: run, limits, isUnderLauncher: world.isParallel, tries: tries,
      progress: ProgressLine(quiet: request.quiet, after: workBefore(predicted)),
      refresh: { [sweep, journal, request] in
        try ResultFile.write(sweep.table, from: journal, to: request.output)
      })
    let ending = try world.run(
      work(predicted, processes), host: &host,
      makeCompute: PointComputer.threads(
        sweep, request, run: run, limits, processes, localWorkers: world.localWorkerCount))
    host.progress.end()
    var end = RunEnd(
      status: .ok, departure: ending.departure, leavesThreads: ending.leavesThreads)
    do {
      let summary = ending.summary ?? SweepSummary()
      if let failure = summary.failure { throw failure }
      if summary.stopReason == RunLimits.tooManyFailures { try skipRest() }
      try journal.note(Provenance.end(journalSeconds: host.journalSeconds), run: run)
      try journal.commit()
      end.status = try finish(world, summary)
    } catch let error as StoreError {
      let failure = Failure(error)
      say(failure.message)
      end.status = failure.code
    }
    return end
  }

  /// Notes the new run, and returns its number.
  ///
  /// **Throws**: `Failure` where the journal cannot be written.
  mutating func beginRun(_ world: World) throws -> Int {
    do throws(StoreError) {
      var facts = Provenance.facts(of: world, sweep: sweep)
      facts["shard"] = asked.shard?.description
      let run = try journal.beginRun(facts)
      try journal.commit()
      tries = try journal.triesOfPendingPoints()
      return run
    } catch {
      throw Failure(error)
    }
  }

  private func work(_ predicted: [Float], _ processes: [ProcessIdentity]) -> World.Work {
    let seconds = sweep.predictedSeconds(of: suspects)
    var work = World.Work(
      points: points, predictedSeconds: predicted, planCount: sweep.plan.count,
      planHash: sweep.plan.planHash.bytes)
    work.suspects = zip(suspects, seconds).map { point, seconds in
      let suspicion = suspicions[Int(point)] ?? Suspicion()
      return Suspect(
        point: point, predictedSeconds: Double(seconds), losses: suspicion.losses,
        jobEnds: suspicion.jobEnds)
    }
    work.processes = processes
    work.pointTimeout = limits.pointSeconds
    work.clock = limits.clock
    return work
  }

  /// The points of this run that have no result.
  private var left: [Int32] {
    (points + suspects).filter { journal.status(of: Int($0)) == .pending }
  }

  /// Records that points were not tried because too many others failed.
  private func skipRest() throws(StoreError) {
    var bytes: [UInt8] = []
    for point in left {
      Record(
        point: Int(point), status: .skipped, message: "the run stopped at --max-failures",
        execution: Execution(run: journal.runs.count - 1, attempts: 0)
      ).encode(into: &bytes)
    }
    try journal.append(records: bytes)
  }

  /// What was done of the points that were asked for before this run.
  private func workBefore(_ predictedSeconds: [Float]) -> ProgressLine.Before {
    var isLeft = [Bool](repeating: false, count: sweep.plan.count)
    for point in points { isLeft[Int(point)] = true }
    for point in suspects { isLeft[Int(point)] = true }
    let done = (0..<Int32(sweep.plan.count)).filter {
      !isLeft[Int($0)] && asked.contains(Int($0))
    }
    guard !done.isEmpty else { return ProgressLine.Before() }
    func sum(_ seconds: [Float]) -> Double { seconds.reduce(0) { $0 + Double($1) } }
    let own = sum(predictedSeconds) + sum(sweep.predictedSeconds(of: suspects))
    let before = sum(sweep.predictedSeconds(of: done))
    return ProgressLine.Before(
      points: done.count, workShare: before + own > 0 ? before / (before + own) : 0)
  }

  private func announce(_ world: World, _ time: PredictedTime) {
    let count = points.count + suspects.count
    var line = "\(sweep.spec.name): \(Show.points(count)) on \(world.description)"
    if let shard = asked.shard { line = "shard \(shard) of \(line)" }
    if resumedCount > 0 { line += ", \(Show.count(resumedCount)) are done already" }
    if reusedCount > 0 { line += ", \(Show.count(reusedCount)) of them reused" }
    line += ", \(time.text) (predicted)"
    say(line)
    if !unsaved.points.isEmpty {
      let count = unsaved.points.count
      say(
        "\(Show.points(count)) \(count == 1 ? "was" : "were") done and \(count == 1 ? "lacks" : "lack") "
          + "files of trained weights, such as \(unsaved.file): computed again")
    }
    if !suspects.isEmpty {
      let list = PointSelection(suspects.map { Int($0) }.sorted()).text(atMost: 20)
      say("earlier runs or ranks ended while they computed points \(list): these come last")
    }
  }

  private func finish(_ world: World, _ summary: SweepSummary) throws -> ExitStatus {
    // Nothing else is computed any more.
    var table = sweep.table
    table.threads = SweepFile.threadCount
    let written = try ResultFile.write(table, from: journal, to: request.output)
    // A shard is done when its own points are; the file then holds all that the journal does.
    let isShardDone = asked.shard != nil && left.isEmpty
    if written.isComplete || isShardDone {
      try journal.remove()
      sweep.checkpoints(beside: request.output).removeAll()
      sweep.savedWeights?.removeLeftovers(of: (0..<sweep.plan.count).lazy.filter(asked.contains))
    }
    // Skipped points were not tried: they have a line of their own.
    let skipped = written.counts[.skipped] ?? 0
    let notOK = written.counts.reduce(0) {
      [.ok, .pending, .skipped].contains($1.key) ? $0 : $0 + $1.value
    }
    lock.release()
    if !request.quiet { report(world, summary, notOK: notOK) }
    if !summary.lostWorkers.isEmpty {
      let ranks = summary.lostWorkers.map(String.init).joined(separator: ", ")
      say("ranks that ended early: \(ranks); the others finished what could be")
    }
    if skipped > 0 {
      say("\(Show.points(skipped)) skipped; --retry skipped computes what was")
    }
    if let reason = summary.stopReason, !left.isEmpty {
      say(
        "stopped early (\(reason)) with \(Show.points(left.count)) left; resume with the same command "
          + "and --resume")
      return .stoppedEarly
    }
    if !written.isComplete, asked.shard == nil {
      say(
        "\(Show.points(written.counts[.pending] ?? 0)) not asked for, and pending")
    }
    return notOK + skipped == 0 ? .ok : .someNotOK
  }

  private func report(_ world: World, _ summary: SweepSummary, notOK: Int) {
    var line = "\(request.output): \(Show.points(resumedCount + summary.stored))"
    if notOK > 0 { line += ", \(Show.count(notOK)) not ok (see inspect --failed)" }
    if summary.stored > 0 { line += " in \(Show.duration(summary.spanSeconds))" }
    let efficiency = summary.efficiency(workers: world.workerCount)
    if efficiency.isFinite {
      line += String(format: ", efficiency %.1f %%", 100 * efficiency)
    }
    say(line)
  }
}
