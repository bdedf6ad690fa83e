internal import Digest
internal import Foundation
internal import SweepRecords
internal import SweepStore

/// Which points of an output have a result, when and by whom they were computed.
struct ExecutionLog {
  /// A point with a result.
  struct Entry {
    let point: Int
    let status: PointStatus
    /// The run and its rank; -1 if the file does not tell.
    let run: Int
    let rank: Int
    /// In seconds since 1970; NaN if the file does not tell.
    let start: Double
    /// In seconds; NaN if the file does not tell.
    let wallSeconds: Double

    /// In seconds since 1970.
    var end: Double { start + wallSeconds }
  }

  /// The SHA-256 of the plan in hexadecimal.
  let planSHA256: String
  /// The points of the plan.
  let planCount: Int
  let runs: [RunFacts]
  /// The number of points that workers of the last run have, or had when it ended; 0 in a results file.
  let handedOutCount: Int
  /// The points with a result, in no order.
  let entries: [Entry]

  /// Reads the journal beside an output, which is ahead of it, or the output.
  ///
  /// **Throws**: `StoreError` if neither can be read.
  init(of output: String) throws(StoreError) {
    let name = Journal.path(besides: output)
    if Journal.exists(at: name) {
      do throws(StoreError) {
        self = try Self(Journal.read(at: name))
        return
      } catch {
        // The run may have finished just now, and its journal went.
        if Journal.exists(at: name) { throw error }
      }
    }
    self = try Self(ResultReader.openProbed(output))
  }

  private init(_ journal: Journal) throws(StoreError) {
    planSHA256 = Digest256(bytes: journal.planHash)?.hexadecimal ?? ""
    planCount = journal.planCount
    runs = journal.runs
    handedOutCount = journal.handedOutCount
    var entries: [Entry] = []
    try journal.forEachRecord(of: 0..<journal.planCount) { record throws(StoreError) in
      // A point that is to be computed again has a record that says so.
      guard record.status != .pending else { return }
      let facts = record.execution
      entries.append(
        Entry(
          point: record.point, status: record.status, run: facts.run, rank: facts.rank,
          start: facts.start, wallSeconds: facts.wallSeconds))
    }
    self.entries = entries
  }

  private init(_ reader: borrowing ResultReader) throws(StoreError) {
    planSHA256 = reader.planSHA256
    planCount = reader.pointCount
    runs = try reader.runs()
    handedOutCount = 0
    let statuses = try reader.statuses()
    var columns: [[Double]] = []
    for name in ["run", "rank", "start", "wall_seconds"] {
      columns.append(
        try reader.numbers(name, in: "execution")
          ?? [Double](repeating: .nan, count: statuses.count))
    }
    entries = statuses.indices.compactMap { point in
      guard statuses[point] != .pending else { return nil }
      return Entry(
        point: point, status: statuses[point], run: Int(exactly: columns[0][point]) ?? -1,
        rank: Int(exactly: columns[1][point]) ?? -1, start: columns[2][point],
        wallSeconds: columns[3][point])
    }
  }
}
