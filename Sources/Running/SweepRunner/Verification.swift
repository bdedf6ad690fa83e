internal import SweepRecords
internal import SweepRuntime
internal import SweepStore

/// What `verify` finds of a results file, or of a folder of shards.
public struct Verification {
  /// What is found, for a person.
  public let text: String
  /// The same for other programs.
  public let json: String
  /// Whether all points are there and ok.
  public let status: ExitStatus

  /// Looks at a file or folder.
  ///
  /// **Throws**: `Failure` if the file is damaged, or belongs to another plan, or is not written yet.
  public init(of path: String) throws {
    do {
      if ShardFile.isFolder(path) {
        let survey = try ShardSurvey(folder: path, checksData: true)
        (text, json, status) = (survey.text(), survey.json, survey.status)
        return
      }
      // Before everything else: what ends meanwhile is judged by what it left.
      let live = LiveRun(of: path)
      let name = Journal.path(besides: path)
      let journal = Journal.exists(at: name) ? try Journal.read(at: name) : nil
      let file =
        if let view = try JournalView.ofUnwritten(path) { try VerifiedFile(path, view) } else {
          try VerifiedFile(path, journal, live)
        }
      (text, json, status) = (file.lines.joined(separator: "\n"), jsonText(file), file.status)
    } catch let error as StoreError {
      throw Failure(error)
    }
  }
}

/// A results file whose checksum is right, and what is missing of it.
private struct VerifiedFile: Encodable {
  /// Points that ended alike.
  struct Group: Encodable {
    let status: String
    let count: Int
    /// Points and ranges, as `run --points` reads them; empty for those that are ok.
    let points: String
  }

  let file: String
  /// Whether nothing is missing of what the file was to hold.
  private(set) var complete = false
  /// The shard whose points were looked at; nil for all points.
  let shard: String?
  /// The points that were looked at.
  private(set) var points = 0
  private(set) var groups: [Group] = []
  /// What runs and ranks did not have in common although bits can depend on it.
  let warnings: [String]
  /// The run that works on it, or left its lock.
  private(set) var running: ResultSummary.Running?
  /// The pending points that the journal holds already.
  private(set) var inJournal = 0
  /// The command that computes what is missing; nil if nothing is, or somebody works on it.
  private(set) var resumeCommand: String?
  /// The command that computes again what is not ok.
  private(set) var retryCommand: String?
  /// The code that `verify` ends with.
  private(set) var exitCode = ExitStatus.ok.rawValue

  /// The same for a person.
  private(set) var lines: [String]
  private(set) var status = ExitStatus.ok

  private enum CodingKeys: String, CodingKey {
    case file, complete, shard, points, groups, warnings, running, inJournal, resumeCommand
    case retryCommand, exitCode
  }

  /// Checks a file.
  ///
  /// - Parameters:
  ///   - path: the results file.
  ///   - journal: the journal beside it.
  ///   - live: the run that works on it.
  ///
  /// **Throws**: `StoreError` and `Failure` if it is damaged, or not what its sweep says.
  init(_ path: String, _ journal: Journal?, _ live: LiveRun?) throws {
    let reader = try ResultReader.openProbed(path)
    let runs = try reader.runs()
    let sweep = try SweepFile(
      path: "\(path) (its sweep)", bytes: Array(reader.sweepText().utf8),
      inputs: runs.last?["inputs"])
    var table = sweep.table
    table.threads = SweepFile.threadCount
    try reader.checkSchema(table)
    try reader.checkData()
    let statuses = try reader.statuses()
    file = path
    warnings = Provenance.mixtures(of: runs)
    lines = ["\(path): whole, its checksum is right"] + warnings.map { "warning: \($0)" }
    let asked = AskedPoints(sweep, shard: Shard(of: runs), selection: nil)
    shard = asked.shard?.description
    if let shard { lines.append("it holds shard \(shard); other points are not looked at") }
    let command = ResumeCommand(sweep, runs: runs, output: path)
    complete = try report(statuses, journal, command, asked, live)
    let isOK = statuses.indices.allSatisfy { !asked.contains($0) || statuses[$0] == .ok }
    status = !complete ? .stoppedEarly : isOK ? .ok : .someNotOK
    exitCode = status.rawValue
  }

  /// Looks at the journal of a file that is not written yet.
  init(_ path: String, _ view: JournalView) throws {
    let journal = view.journal
    file = path
    warnings = Provenance.mixtures(of: journal.runs)
    lines = [view.unwrittenLine] + warnings.map { "warning: \($0)" }
    shard = Shard(of: journal.runs)?.description
    (status, exitCode) = (.stoppedEarly, ExitStatus.stoppedEarly.rawValue)
    guard let sweep = try? ShardFile(path: path).sweep() else {
      points = journal.planCount
      inJournal = journal.recordedCount
      running = view.live.map { ResultSummary.Running($0, view.progress) }
      lines.append(view.outlook)
      return
    }
    let asked = AskedPoints(sweep, shard: Shard(of: journal.runs), selection: nil)
    let command = ResumeCommand(sweep, runs: journal.runs, output: path)
    let statuses = (0..<journal.planCount).map(journal.status)
    if try report(statuses, journal, command, asked, view.live), view.live?.mayWrite != true {
      // All results are there, and the file still has to be written.
      let text = command.text("--resume" + (view.live == nil ? "" : " --take-over"))
      resumeCommand = text
      lines.append("to write the file:\n  \(text)")
    }
  }

  /// Says what is missing or not ok, and what computes it; whether nothing is missing.
  private mutating func report(
    _ statuses: [PointStatus], _ journal: Journal?, _ command: ResumeCommand, _ asked: AskedPoints,
    _ live: LiveRun?
  ) throws -> Bool {
    var found: [PointStatus: [Int]] = [:]
    for (point, status) in statuses.enumerated() where asked.contains(point) {
      found[status, default: []].append(point)
    }
    points = found.values.reduce(0) { $0 + $1.count }
    for status in PointStatus.allCases {
      guard let some = found[status] else { continue }
      let selection = PointSelection(some)
      groups.append(
        Group(
          status: status.name, count: some.count, points: status == .ok ? "" : selection.text()))
      lines.append(
        "\(status.name): \(Show.count(some.count)) of \(Show.points(points))"
          + (status == .ok ? "" : ": \(selection.text(atMost: 20))"))
    }
    if let live {
      let progress = RunProgress(asked, of: statuses.count) { point in
        journal.map { $0.status(of: point) } ?? statuses[point]
      }
      running = ResultSummary.Running(live, progress)
      lines.append(live.text(progress))
      if live.mayWrite { return progress.left == 0 }
    }
    if let journal {
      inJournal = (found[.pending] ?? []).count { point in
        point < journal.planCount && journal.status(of: point) != .pending
      }
      if inJournal > 0 {
        lines.append("the journal holds \(Show.count(inJournal)) of the pending points already")
      }
    }
    let takeOver = live == nil ? "" : " --take-over"
    if found[.pending] != nil {
      if let survey = try MergedShards.survey(of: file, command.runs, command.sweep) {
        lines.append(survey.text(to: file))
      } else if let advice = MergedShards.adviceWhileRunning(command.runs, to: file) {
        lines += advice
      } else {
        let text = command.text("--resume\(takeOver)")
        resumeCommand = text
        lines.append("to compute what is missing:\n  \(text)")
      }
    }
    let wrong = PointStatus.allCases.filter { ![.pending, .ok].contains($0) && found[$0] != nil }
    if !wrong.isEmpty {
      let names = wrong.map(\.name).joined(separator: ",")
      let text = command.text("--retry \(names)\(takeOver)")
      retryCommand = text
      lines.append("to try again what is not ok:\n  \(text)")
    }
    return found[.pending] == nil
  }
}
