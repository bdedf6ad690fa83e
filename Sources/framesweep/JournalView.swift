import Foundation
import SweepRecords
import SweepStore

/// What `inspect` shows of a journal, which holds the results of a run that goes on or was stopped.
struct JournalView {
  /// Whether a file begins as journals do.
  static func isJournal(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    return (try? file.read(upToCount: 8)) == Data("FSWEEPJ\n".utf8)
  }

  private let journal: Journal
  /// Who works on the output; nil where nobody does.
  private let holder: String?

  init(_ path: String) throws(StoreError) {
    journal = try Journal.read(at: path)
    let output = path.hasSuffix(".journal") ? String(path.dropLast(8)) : path
    holder = OutputLock.holder(of: output)
  }

  /// Says what becomes of a results file whose first run has not written it yet.
  ///
  /// **Throws**: `Failure` where there is only a journal, `StoreError` where that cannot be read.
  static func explainMissingFile(_ output: String) throws {
    let path = Journal.path(besides: output)
    guard Journal.exists(at: path), !FileManager.default.fileExists(atPath: output) else { return }
    let view: JournalView
    do throws(StoreError) {
      view = try JournalView(path)
    } catch {
      // The run may have ended just now.
      if FileManager.default.fileExists(atPath: output) { return }
      throw error
    }
    var line =
      "\(output): is not written yet; \(path) holds \(Show.count(view.journal.recordedCount)) of "
      + "\(Show.count(view.journal.planCount)) points: "
    if let holder = view.holder {
      line += "its first run goes on (\(holder)), inspect \(path) shows how far it is"
    } else {
      line += "it was stopped, go on with the same command and --resume"
    }
    throw Failure(.stoppedEarly, line)
  }

  func printSummary() {
    let runs = journal.runs.count == 1 ? "1 run" : "\(journal.runs.count) runs"
    print("journal        \(Show.points(journal.planCount)), \(runs)")
    for status in PointStatus.allCases {
      let count = (0..<journal.planCount).count { journal.status(of: $0) == status }
      if count > 0 { print("\(status.name): \(Show.count(count))") }
    }
    for (index, run) in journal.runs.enumerated() {
      let isLast = index == journal.runs.count - 1
      let end = run["end"] ?? (isLast && holder != nil ? "now" : "an end without a word")
      print("run \(index): \(run["start"] ?? "?") to \(end)")
    }
    if let holder { print("\(holder) works on it") }
  }

  /// One line for each point that has a record: index, status, run, rank, tries, start, seconds.
  func printPoints() throws {
    var first = 0
    while first < journal.planCount {
      let block = first..<min(first + 1 << 16, journal.planCount)
      first = block.upperBound
      var lines: [(point: Int, text: String)] = []
      try journal.forEachRecord(of: block) { record throws(StoreError) in
        let facts = record.execution
        lines.append(
          (
            record.point,
            "\(record.point)\t\(record.status.name)\t\(facts.run)\t\(facts.rank)\t"
              + "\(facts.attempts)\t\(facts.start)\t\(facts.wallSeconds)"
          ))
      }
      for line in lines.sorted(by: { $0.point < $1.point }) { print(line.text) }
    }
  }
}
