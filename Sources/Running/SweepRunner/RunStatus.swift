internal import Foundation
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec
package import SweepStore

/// How far a sweep is, and how fast it gets on: what `status` and `watch` show.
package struct RunStatus: Encodable {
  /// What becomes of it.
  enum State: String, Encodable {
    /// Somebody works on it.
    case running
    /// It waits in Slurm's queue.
    case waiting
    /// Points are missing, or the results file is, and nobody works on it.
    case stopped
    /// Every point that was asked for has a result.
    case complete
  }

  /// What a rank, or a worker thread, did in the last run.
  struct Rank: Encodable {
    let rank: Int
    let host: String
    let done: Int
    let notOk: Int
    /// The seconds that it computed.
    let busySeconds: Double
    /// When its last result came, in seconds since 1970.
    let lastResult: Double?
  }

  /// What became of a shard.
  struct Part: Encodable {
    let shard: Int
    let state: String
    let file: String
    let done: Int
    let points: Int
    let notOk: Int
    let pointsPerHour: Double?
    let coreHours: Double
    /// Who works on it, or on what it waits; empty if nobody does.
    let remark: String
  }

  /// The results file, or the folder of shards.
  let file: String
  /// The sweep's name; nil if its text cannot be read.
  let sweep: String?
  let state: State
  /// The points that were asked for.
  let points: Int
  /// Those with a result.
  let done: Int
  let ok: Int
  let notOk: Int
  let pending: Int
  /// Pending points that workers have now; nil if nobody works on it.
  let inProgress: Int?
  /// The points with each status that occurs.
  let statuses: [String: Int]
  /// The share of the predicted work that is done, 0 … 1; nil if the sweep's text cannot be read.
  let workShare: Double?
  /// How fast the last run gets, or got, on.
  let pointsPerHour: Double?
  /// The predicted time until all is done; nil if nobody works, or too little is done to tell.
  let secondsLeft: Double?
  /// The seconds of the last run so far.
  let elapsedSeconds: Double?
  /// The workers of the last run.
  let workers: Int?
  /// The part of their time in which they computed, 0 … 1.
  let busyShare: Double?
  /// What all runs took of the machine: workers times hours.
  let coreHours: Double
  /// The run that works on it, or left its lock.
  let run: ResultSummary.Running?
  /// Empty for a folder of shards.
  let ranks: [Rank]
  /// Empty for a results file.
  let shards: [Part]

  /// Whether it may get on without anybody's help.
  package var isActive: Bool { state == .running || state == .waiting }

  /// The code that `watch` ends with.
  package var exitStatus: ExitStatus {
    pending > 0 ? .stoppedEarly : notOk > 0 ? .someNotOK : .ok
  }

  /// The status for other programs.
  package var json: String { jsonText(self) }
}

// MARK: - One results file

extension RunStatus {
  /// Looks at a results file, or at the journal beside it.
  ///
  /// - Parameters:
  ///   - output: the results file, which may not exist yet.
  ///   - sweep: its sweep, if it is known.
  ///   - predicted: the predicted seconds of all points of the sweep.
  ///   - now: in seconds since 1970.
  ///
  /// **Throws**: `StoreError` if there is nothing of it.
  package init(
    output: String, _ sweep: SweepFile?, predicted: [Float]?,
    now: Double = Date().timeIntervalSince1970
  ) throws(StoreError) {
    // Before the log: what ends meanwhile is complete in it.
    let live = LiveRun(of: output)
    let log = try ExecutionLog(of: output)
    let pace = Pace(
      log, isRunning: live?.mayWrite == true, sweep, predicted: predicted, now: now)
    let counts = Dictionary(pace.entries.map { ($0.status, 1) }, uniquingKeysWith: +)
    file = output
    self.sweep = sweep?.spec.name
    points = pace.pointCount
    done = pace.entries.count
    ok = counts[.ok] ?? 0
    notOk = done - ok
    pending = points - done
    // All points may be in the journal while the file could not be written.
    let isWritten = FileManager.default.fileExists(atPath: output)
    state =
      live?.mayWrite == true ? .running : pending > 0 || !isWritten ? .stopped : .complete
    inProgress = state == .running ? log.handedOutCount : nil
    statuses = Self.named(counts, pending: pending)
    workShare = pace.workShare
    pointsPerHour = pace.pointsPerHour
    secondsLeft = state == .running ? pace.secondsLeft : nil
    elapsedSeconds = pace.elapsed
    workers = pace.workers
    busyShare = pace.busyShare
    coreHours = pace.coreSeconds / 3_600
    run = live.map { .init($0, RunProgress(done: pace.entries.count, total: pace.pointCount)) }
    ranks = Self.ranks(log)
    shards = []
  }

  private static func named(_ counts: [PointStatus: Int], pending: Int) -> [String: Int] {
    var named = Dictionary(uniqueKeysWithValues: counts.map { ($0.key.name, $0.value) })
    if pending > 0 { named[PointStatus.pending.name] = pending }
    return named
  }

  private static func ranks(_ log: ExecutionLog) -> [Rank] {
    let last = log.runs.count - 1
    let hosts = (log.runs.last?["hosts"] ?? "").split(separator: "\n").map(String.init)
    let own = Dictionary(
      grouping: log.entries.filter { $0.run == last && $0.rank >= 0 }, by: \.rank)
    return own.keys.sorted().map { rank in
      let entries = own[rank] ?? []
      return Rank(
        rank: rank, host: hosts.indices.contains(rank) ? hosts[rank] : hosts.first ?? "",
        done: entries.count, notOk: entries.count { $0.status != .ok },
        busySeconds: entries.reduce(0) { $0 + ($1.wallSeconds.isNaN ? 0 : $1.wallSeconds) },
        lastResult: entries.lazy.map(\.end).filter(\.isFinite).max())
    }
  }
}

/// How fast the last run of an output gets, or got, on.
struct Pace {
  /// The points that were asked for.
  let pointCount: Int
  /// Those of them that have a result.
  let entries: [ExecutionLog.Entry]
  /// The seconds of the last run so far; nil without a run.
  let elapsed: Double?
  let workers: Int?
  /// The part of their time in which the workers of the last run computed, 0 … 1; nil before a result.
  let busyShare: Double?
  /// Workers times seconds, over all runs.
  let coreSeconds: Double
  let pointsPerHour: Double?
  /// The share of the predicted work that is done, 0 … 1; nil without a sweep.
  let workShare: Double?
  /// The predicted seconds of what is done in a second; nil if too little is done to tell.
  let speed: Double?
  /// The predicted seconds of the pending points; nil without a sweep.
  let workLeft: Double?

  /// - Parameters:
  ///   - log: what was computed, when and by whom.
  ///   - isRunning: whether somebody works on it.
  ///   - sweep: its sweep, if it is known.
  ///   - predicted: the predicted seconds of all points of the sweep.
  ///   - now: in seconds since 1970.
  init(
    _ log: ExecutionLog, isRunning: Bool, _ sweep: SweepFile?, predicted: [Float]?, now: Double
  ) {
    let shard = Shard(of: log.runs)
    let asked = sweep.map { AskedPoints($0, shard: shard, selection: nil) }
    let entries = log.entries.filter { asked?.contains($0.point) ?? true }
    self.entries = entries
    pointCount = (0..<log.planCount).count { asked?.contains($0) ?? true }
    let last = log.runs.count - 1
    let own = entries.filter { $0.run == last }
    let spans = log.runs.indices.map { run in
      Self.seconds(
        of: log.runs[run], entries.lazy.filter { $0.run == run },
        until: isRunning && run == last ? now : nil)
    }
    let counts = log.runs.map { $0["workers"].flatMap { Int($0) } }
    coreSeconds = zip(spans, counts).reduce(0) { $0 + $1.0 * Double($1.1 ?? 0) }
    elapsed = spans.last
    workers = counts.last ?? nil
    let busy = own.reduce(0) { $0 + ($1.wallSeconds.isNaN ? 0 : $1.wallSeconds) }
    let span = spans.last ?? 0
    // Nobody knows how long workers have computed that have not finished a point.
    busyShare = (counts.last ?? nil).flatMap {
      span > 0 && !own.isEmpty ? min(1, busy / (span * Double($0))) : nil
    }
    pointsPerHour = own.isEmpty || span <= 0 ? nil : 3_600 * Double(own.count) / span
    guard let predicted, let asked else {
      (workShare, speed, workLeft) = (nil, nil, nil)
      return
    }
    let seconds = predicted.map(Double.init)
    let all = seconds.indices.reduce(0) { asked.contains($1) ? $0 + seconds[$1] : $0 }
    let done = entries.reduce(0) { $0 + seconds[$1.point] }
    let ownDone = own.reduce(0) { $0 + seconds[$1.point] }
    workShare = all > 0 ? min(1, done / all) : 1
    workLeft = max(0, all - done)
    speed = span > 0 && ownDone > 0.01 * (all - done + ownDone) ? ownDone / span : nil
  }

  /// The predicted time until all is done.
  var secondsLeft: Double? {
    guard let speed, let workLeft else { return nil }
    return workLeft / speed
  }

  /// How long a run took: from its start to its end, or to its last result if nobody noted an end.
  private static func seconds(
    of run: RunFacts, _ entries: some Sequence<ExecutionLog.Entry>, until now: Double?
  ) -> Double {
    func date(_ name: String) -> Double? {
      run[name].flatMap { try? Date($0, strategy: .iso8601) }?.timeIntervalSince1970
    }
    var (first, last) = (Double.infinity, -Double.infinity)
    for entry in entries where entry.end.isFinite {
      first = min(first, entry.start)
      last = max(last, entry.end)
    }
    // Notes of starts and ends have whole seconds.
    let computed = max(0, last - first)
    guard let start = date("start"), let end = now ?? date("end") ?? (last > first ? last : nil)
    else { return computed }
    return max(computed, end - start)
  }
}
