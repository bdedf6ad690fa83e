internal import Foundation
internal import SweepJobs
internal import SweepRecords
package import SweepStore

/// What `inspect` shows of a journal, which holds the results of a run that goes on or was stopped.
package struct JournalView {
  /// Whether a file begins as journals do.
  package static func isJournal(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    return (try? file.read(upToCount: 8)) == Data("FSWEEPJ\n".utf8)
  }

  let journal: Journal
  /// Who works on the output, or left its lock; nil where nobody does.
  let live: LiveRun?
  private let output: String

  package init(_ path: String) throws(StoreError) {
    journal = try Journal.read(at: path)
    output = path.hasSuffix(".journal") ? String(path.dropLast(8)) : path
    live = LiveRun(of: output)
  }

  /// The journal of a results file that its first run has not written yet; nil if the file is there.
  ///
  /// **Throws**: `Failure` if there are only shards that are not merged; `StoreError` if the journal cannot
  /// be read.
  package static func ofUnwritten(_ output: String) throws -> JournalView? {
    guard !FileManager.default.fileExists(atPath: output) else { return nil }
    let path = Journal.path(besides: output)
    guard Journal.exists(at: path) else {
      let jobs = JobRequest.folder(of: output)
      guard SubmittedShards.read(in: jobs) != nil else { return nil }
      throw Failure(
        .stoppedEarly,
        "\(output): is not merged yet; framesweep verify \(shellQuoted(jobs)) says what there is of its "
          + "shards")
    }
    do throws(StoreError) {
      return try JournalView(path)
    } catch {
      // The run may have ended just now.
      if FileManager.default.fileExists(atPath: output) { return nil }
      throw error
    }
  }

  /// How many results there are of a file that is not written yet.
  package var unwrittenLine: String {
    "\(output): is not written yet; \(journal.path) holds \(Show.count(journal.recordedCount)) of "
      + Show.points(journal.planCount)
  }

  /// Who works on a file that is not written yet, or what resumes it.
  package var outlook: String {
    let running = live.map { [$0.text(progress)] } ?? []
    guard live?.mayWrite != true else { return running.joined(separator: "\n") }
    let option = live == nil ? "--resume" : "--resume --take-over"
    let file = ShardFile(path: output)
    let advice =
      if let sweep = try? file.sweep() {
        "to compute what is missing:\n  "
          + ResumeCommand(sweep, runs: journal.runs, output: output).text(option)
      } else {
        "to compute what is missing, add \(option) to the command that started it: \(file.whyNoSweep)"
      }
    return (running + [advice]).joined(separator: "\n")
  }

  /// The summary for a person.
  package var summary: String {
    let runs = journal.runs.count == 1 ? "1 run" : "\(journal.runs.count) runs"
    var lines = ["journal        \(Show.points(journal.planCount)), \(runs)"]
    for status in PointStatus.allCases {
      let count = (0..<journal.planCount).count { journal.status(of: $0) == status }
      if count > 0 { lines.append("\(status.name): \(Show.count(count))") }
    }
    for (index, run) in journal.runs.enumerated() {
      let isLast = index == journal.runs.count - 1
      let end = run["end"] ?? (isLast && live?.mayWrite == true ? "now" : "an unknown end")
      lines.append("run \(index): \(run["start"] ?? "?") to \(end)")
    }
    lines += Provenance.mixtures(of: journal.runs).map { "warning: \($0)" }
    if let live { lines.append(live.text(progress)) }
    return lines.joined(separator: "\n")
  }

  var progress: RunProgress {
    RunProgress(of: output)
      ?? RunProgress(nil, of: journal.planCount, status: journal.status)
  }

  /// Writes a line for each point that has a record: index, status, run, rank, tries, start, seconds.
  package func writePoints(to sink: PointTable.Sink) throws {
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
      try sink(lines.sorted { $0.point < $1.point }.map { $0.text + "\n" }.joined())
    }
  }
}
