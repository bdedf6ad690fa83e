internal import Foundation
internal import SweepRecords
package import SweepStore

extension JournalView {
  /// What a journal holds.
  package struct Facts: Encodable {
    let points: Int
    let statuses: [String: Int]
    let runs: [[String: String]]
    /// What runs and ranks did not have in common although bits can depend on it.
    let warnings: [String]
    /// The run that works on it, or left its lock.
    let running: ResultSummary.Running?
  }

  /// A point that has a record.
  package struct Row: Encodable {
    let point: Int
    let status: String
    let run: Int
    let rank: Int
    let attempts: Int
    /// In seconds since 1970.
    let start: Double
    let wallSeconds: Double
  }

  package var facts: Facts {
    let statuses = (0..<journal.planCount).map { journal.status(of: $0).name }
    return Facts(
      points: journal.planCount,
      statuses: Dictionary(statuses.map { ($0, 1) }, uniquingKeysWith: +),
      runs: journal.runs.map { run in
        Dictionary(uniqueKeysWithValues: run.names.map { ($0, run[$0] ?? "") })
      }, warnings: Provenance.mixtures(of: journal.runs),
      running: live.map { .init($0, progress) })
  }

  /// A row for each point that has a record, in the order of the sweep.
  package func rows() throws(StoreError) -> [Row] {
    var rows: [Row] = []
    try journal.forEachRecord(of: 0..<journal.planCount) { record throws(StoreError) in
      let facts = record.execution
      rows.append(
        Row(
          point: record.point, status: record.status.name, run: facts.run, rank: facts.rank,
          attempts: facts.attempts, start: facts.start, wallSeconds: facts.wallSeconds))
    }
    return rows.sorted { $0.point < $1.point }
  }
}
