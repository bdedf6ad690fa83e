internal import Foundation
internal import Measurements
internal import Processes
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec
internal import SweepStore

/// What ends a run early, and how often its results file is written meanwhile.
struct RunLimits {
  /// The seconds that a point may take; nil without a limit.
  var pointSeconds: Double?
  /// The bytes that a worker may use; nil for its share of the node's memory.
  var memoryBytes: Double?
  /// The run stops when so many of its points are not ok; nil for never.
  var maximumFailures: Int?
  /// When the job or the user's patience ends; nil where no end is known.
  var deadline: ContinuousClock.Instant?
  /// The seconds before the deadline that the last results file gets.
  var reserve = 10.0
  /// The seconds between results files while the run goes on; 0 for none.
  var refreshSeconds = 60.0
  /// What the first of them is predicted to take, in seconds.
  var rewriteSeconds = 0.0
  /// What tells how long points take and others are silent.
  var clock = RunningClock()

  /// The reason that is given when points fail too often.
  static let tooManyFailures = "--max-failures"

  /// Sets the end that comes first: the user's or the job's.
  mutating func setDeadline(
    walltime: Double?, from start: ContinuousClock.Instant, _ sweep: SweepFile
  ) {
    let now = ContinuousClock.now
    let wanted = walltime.map { start + .seconds($0) }
    let given = JobEnd.secondsLeft().map { now + .seconds($0) }
    deadline = [wanted, given].compactMap { $0 }.min()
    guard let deadline else { return }
    // The last file has to be written in time, at 20 MB/s or more; short runs have less to lose.
    let bytes = TableShape(sweep).resultBytes(sweep.plan.count)
    reserve = max(min(10, ((deadline - now) / .seconds(1)) / 5), 1 + bytes / 2e7)
  }
}

/// Journals results, shows progress, rewrites the results file, and looks for reasons to stop.
struct JournalHost: SweepHost {
  let journal: Journal
  let run: Int
  let limits: RunLimits
  let isUnderLauncher: Bool
  /// Writes the results file from the journal.
  let refresh: () throws -> Void
  /// How often points were tried before.
  var tries: [Int: Int]
  var progress: ProgressLine
  private let clock = ContinuousClock()
  private let start = ContinuousClock.now
  private var nextRefresh: ContinuousClock.Instant?
  private var refreshedCount = -1
  /// The CPU time that the journal took, in seconds.
  private(set) var journalSeconds = 0.0

  /// A rewrite starts no sooner than so many times the last one took.
  private static let refreshRatio = 50.0

  init(
    _ journal: Journal, run: Int, _ limits: RunLimits, isUnderLauncher: Bool,
    tries: [Int: Int], progress: ProgressLine, refresh: @escaping () throws -> Void
  ) {
    self.journal = journal
    self.run = run
    self.limits = limits
    self.isUnderLauncher = isUnderLauncher
    self.tries = tries
    self.progress = progress
    self.refresh = refresh
    if limits.refreshSeconds > 0 {
      nextRefresh = start + .seconds(Self.pause(limits, behind: limits.rewriteSeconds))
    }
  }

  /// The seconds from a rewrite that took so many to the next.
  private static func pause(_ limits: RunLimits, behind seconds: Double) -> Double {
    max(limits.refreshSeconds, refreshRatio * seconds)
  }

  mutating func store(_ block: ResultBlock, from worker: Int) throws {
    let start = threadCPUSeconds()
    defer { journalSeconds += threadCPUSeconds() - start }
    guard !tries.isEmpty else { return try journal.append(records: block.records) }
    var records = block.records
    try Record.addTries({ tries[$0] ?? 0 }, to: &records)
    try journal.append(records: records)
  }

  mutating func giveUp(_ point: Int32, _ reason: GivingUp) throws {
    var record = Record(point: Int(point), status: .lost)
    record.execution.run = run
    record.execution.start = Date().timeIntervalSince1970
    record.execution.attempts = 1 + (tries[Int(point)] ?? 0)
    switch reason {
    case .lost(let count, let worker):
      record.execution.rank = worker
      record.execution.attempts = max(count, tries[Int(point)] ?? 0)
      record.message = "\(count) ranks ended while they computed it, the last was rank \(worker)"
    case .unyielding(let seconds, let worker):
      record.status = .timeout
      record.execution.rank = worker
      record.execution.wallSeconds = seconds
      record.message =
        "took \(Int(seconds)) s without looking at --point-timeout, and was left alone"
    }
    var bytes: [UInt8] = []
    record.encode(into: &bytes)
    try journal.append(records: bytes)
  }

  mutating func note(_ flight: FlightNote) throws {
    let start = threadCPUSeconds()
    defer { journalSeconds += threadCPUSeconds() - start }
    switch flight {
    case .assigned(let points): try journal.note(.assigned, points: points)
    case .returned(let points): try journal.note(.returned, points: points)
    case .lost(let points, let worker):
      try journal.note(.lost, points: points)
      for point in points { tries[Int(point), default: 0] += 1 }
      progress.end()
      say(
        "rank \(worker) ended; \(Show.count(points.count)) points that it had are tried elsewhere")
    }
  }

  mutating func commit() throws {
    let start = threadCPUSeconds()
    defer { journalSeconds += threadCPUSeconds() - start }
    try journal.commit()
  }

  var secondsLeft: Double? {
    limits.deadline.map { ($0 - clock.now) / .seconds(1) - limits.reserve }
  }

  mutating func tick(_ state: SweepProgress) throws -> StopRequest? {
    progress.show(state)
    if let request = Surroundings.current.stopRequest() { return request }
    if isUnderLauncher, Surroundings.current.launcherHasEnded() {
      return StopRequest("the launcher ended", patience: Surroundings.patience)
    }
    if let secondsLeft, secondsLeft <= 0 {
      return StopRequest("the time is over", patience: limits.reserve / 2)
    }
    if let most = limits.maximumFailures, state.notOK >= most, state.stored < state.total {
      return StopRequest(RunLimits.tooManyFailures)
    }
    try refreshIfDue(state)
    return nil
  }

  /// A results file that cannot be written now is not the end of the run: the journal holds all.
  private mutating func refreshIfDue(_ state: SweepProgress) throws {
    guard let due = nextRefresh, clock.now >= due, state.stored < state.total else { return }
    let begin = clock.now
    if state.stored != refreshedCount {
      refreshedCount = state.stored
      try journal.commit()
      do {
        try refresh()
      } catch let error as StoreError where error.kind == .occupied {
        throw error
      } catch {
        progress.end()
        say("warning: \(error); the run continues, and results are safe in the journal")
      }
    }
    let pause = Self.pause(limits, behind: (clock.now - begin) / .seconds(1))
    nextRefresh = clock.now + .seconds(pause)
  }
}
