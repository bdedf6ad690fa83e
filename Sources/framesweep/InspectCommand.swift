import ArgumentParser
import Measurements
import SweepRecords
import SweepRunner
import SweepStore

/// Summarises a results file in the terminal, or prints its points for other programs.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a results file.",
    usage: "framesweep inspect <file> [<options>]",
    discussion: """
      Without options: points by status, the range of every statistic, a small plot by family, the \
      slowest and the failed points, and what the file was made with.

        framesweep inspect quickstart.h5
        framesweep inspect quickstart.h5 --points --where 'width>=32'
        framesweep inspect quickstart.h5 --points --sort frame_potential
        framesweep inspect quickstart.h5 --points --csv > points.csv
        framesweep inspect quickstart.h5 --json
        framesweep inspect quickstart.h5 --point 17
        framesweep inspect quickstart.h5 --failed

      A journal can be shown as well, with --points for what it holds; and a folder of shards: which \
      are complete, running, waiting, stopped and missing, and which line submits the rest.
      """)

  @Argument(help: ArgumentHelp("The results file, or a folder of shards.", valueName: "file"))
  var path: String

  @Flag(
    name: .long,
    help: """
      A row for each point: what varies, status, each statistic (means over draws). Aligned on a \
      terminal, tab-separated elsewhere.
      """)
  var points = false

  @Option(name: .long, parsing: .unconditional, help: "Everything about one point.")
  var point: Int?

  @Flag(name: .long, help: "The points that are not ok, and why.")
  var failed = false

  @Flag(name: .long, help: "The text of the sweep file.")
  var sweep = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Only points whose column compares so: =, !=, <, <=, > or >= and a number or label; = and != \
      take several, separated by commas. All of several conditions hold.
      """, valueName: "condition"))
  var `where`: [String] = []

  @Option(name: .long, help: ArgumentHelp("Points in the order of this column.", valueName: "name"))
  var sort: String?

  @Flag(name: .long, help: "The largest first.")
  var descending = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("The first points only.", valueName: "count"))
  var limit: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("The columns to print, separated by commas.", valueName: "names"))
  var columns: String?

  @Flag(name: .long, help: "Points as comma-separated values, every digit of them.")
  var csv = false

  @Flag(name: .long, help: "As JSON; docs/json.md lists the keys.")
  var json = false

  /// Whether an option was given that says which points to print, or how.
  private var asksForPoints: Bool {
    points || csv || descending || !self.where.isEmpty || sort != nil || limit != nil
      || columns != nil
  }

  /// Whether an option was given that journals do not have.
  private var asksForMoreThanJournal: Bool {
    csv || descending || !self.where.isEmpty || sort != nil || limit != nil || columns != nil
      || point != nil || failed || sweep
  }

  /// Whether an option was given that folders of shards do not have.
  private var asksForMoreThanFolder: Bool { asksForPoints || point != nil || failed || sweep }

  func validate() throws {
    guard [asksForPoints, point != nil, failed, sweep].count(where: { $0 }) <= 1 else {
      throw ValidationError(
        "--points with its options, --point, --failed and --sweep exclude each other, expected one "
          + "of them")
    }
    guard !(csv && json) else {
      throw ValidationError("--csv and --json exclude each other, expected one of them")
    }
    guard !json || !sweep else {
      throw ValidationError("--json and --sweep exclude each other, expected one of them")
    }
    guard !descending || sort != nil else {
      throw ValidationError("--descending needs --sort")
    }
    if let limit, limit < 0 { throw ValidationError("--limit is \(limit), expected 0 or more") }
  }

  func run() throws {
    do {
      if JournalView.isJournal(path) {
        guard !asksForMoreThanJournal else {
          throw Failure(
            .usage,
            "\(path): is a journal, expected --points, --json or nothing else, or a results file")
        }
        let view = try JournalView(path)
        try show(view, summary: view.summary)
        return
      }
      if ShardFile.isFolder(path) {
        guard !asksForMoreThanFolder else {
          throw Failure(
            .usage, "\(path): is a folder of shards, expected --json or nothing else, or one file")
        }
        let survey = try ShardSurvey(folder: path, checksData: false)
        print(json ? survey.json : survey.text())
        return
      }
      if let view = try JournalView.ofUnwritten(path) {
        let summary = "\(view.unwrittenLine)\n\(view.outlook)"
        guard !asksForMoreThanJournal else { throw Failure(.stoppedEarly, summary) }
        try show(view, summary: summary)
        throw Failure(.stoppedEarly, "")
      }
      guard sweep || point != nil || failed || asksForPoints else {
        let summary = try ResultSummary.probed(path)
        print(json ? summary.json : summary.text(Terminal.standardOutput))
        return
      }
      let reader = try ResultReader.openProbed(path)
      if let point, !(0..<reader.pointCount).contains(point) {
        throw Failure(.usage, "--point is \(point), expected 0 to \(reader.pointCount - 1)")
      }
      let view = try ResultView(of: reader)
      if sweep {
        try print(reader.sweepText(), terminator: "")
      } else if let point {
        if json {
          print(jsonText(try PointReport(point, view, of: reader)))
        } else {
          try print(view.text(ofPoint: point, in: reader, for: .standardOutput))
        }
      } else if failed {
        let failures = try FailureList(of: reader)
        print(json ? jsonText(failures.entries) : failures.text)
      } else {
        try printPoints(view, of: reader)
      }
    } catch let error as StoreError {
      throw Failure(error)
    }
  }

  private func show(_ view: JournalView, summary: String) throws {
    if json {
      print(points ? jsonText(try view.rows()) : jsonText(view.facts))
    } else if points {
      try view.writePoints(to: standardOutputText)
    } else {
      print(summary)
    }
  }

  private func printPoints(_ view: ResultView, of reader: borrowing ResultReader) throws {
    var table = PointTable(view)
    for condition in self.where { try table.keep(PointCondition(condition, view), of: reader) }
    if let sort { try table.sort(by: view.column(sort), descending: descending, of: reader) }
    if let limit { table.keepFirst(limit) }
    var shown = try columns.map { try view.columns(named: $0) } ?? view.shown(in: reader)
    if columns == nil, let sort {
      // What the points are sorted by stands beside their numbers.
      let column = try view.column(sort)
      shown.removeAll { $0 == column && $0.name != "point" }
      if column.name != "point" { shown.insert(column, at: 1) }
    }
    let terminal = Terminal.standardOutput
    let format: PointTable.Format =
      csv ? .csv : json ? .json : terminal.isTerminal ? .aligned(terminal) : .tabs
    try table.write(
      shown, as: format, leavingOutConstants: columns == nil, of: reader, to: standardOutputText)
  }
}
