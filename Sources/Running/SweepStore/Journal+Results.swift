public import SweepRecords

extension Journal {
  /// Makes the journal of a plan anew from its results file, as whole as that file.
  ///
  /// It gets its name when it is safe on disk, so that a kill leaves the old state or the new one.
  ///
  /// **Throws**: `StoreError` where the file is damaged, belongs to another plan, or where the journal
  /// cannot be written.
  public static func restore(
    at path: String, from results: borrowing ResultReader, _ description: TableDescription
  ) throws(StoreError) -> Journal {
    try results.checkData()
    let temporary = path + ".partial"
    try FileNames.remove(temporary)
    let journal = try create(
      at: temporary, planHash: description.planHash, planCount: description.pointCount)
    do throws(StoreError) {
      let firstRun = try journal.adoptRuns(of: results)
      try journal.append { add throws(StoreError) in
        try results.forEachRecord(description) { record throws(StoreError) in
          var record = record
          record.execution.run += firstRun
          try add(record)
        }
      }
      try journal.rename(to: path)
    } catch {
      try? FileNames.remove(temporary)
      throw error
    }
    return journal
  }

  /// Takes over results of another plan for points that have none here.
  ///
  /// - Parameters:
  ///   - results: the results file of the other plan.
  ///   - description: that other plan.
  ///   - layout: where values lie in the records of this plan, which measures the same.
  ///   - newPoint: the point here that is a point there; nil where there is none.
  ///
  /// **Returns**: how many were taken over. Points that are not ok there are not.
  ///
  /// **Throws**: `StoreError`.
  public func reuse(
    _ results: borrowing ResultReader, _ description: TableDescription, as layout: RecordLayout,
    newPoint: (_ oldPoint: Int) -> Int?
  ) throws(StoreError) -> Int {
    try results.checkData()
    var count = 0
    let firstRun = try adoptRuns(of: results)
    try append { add throws(StoreError) in
      try results.forEachRecord(description) { record throws(StoreError) in
        guard record.status == .ok, let point = newPoint(record.point),
          status(of: point) == .pending
        else { return }
        var record = record
        record.point = point
        record.values = layout.converting(
          record.values, draws: record.draws, from: description.layout)
        record.execution.run += firstRun
        try add(record)
        count += 1
      }
    }
    try commit()
    return count
  }

  /// Lets points be computed again: until then they are pending.
  ///
  /// **Throws**: `StoreError`.
  public func reopen(_ points: [Int]) throws(StoreError) {
    var pending: [Record] = []
    pending.reserveCapacity(points.count)
    try forEachRecord(of: points) { record throws(StoreError) in
      // The number of tries goes on.
      pending.append(
        Record(point: record.point, status: .pending, execution: record.execution))
    }
    try append { add throws(StoreError) in
      for record in pending { try add(record) }
    }
    try commit()
  }

  /// How often points were tried that are pending now.
  ///
  /// **Throws**: `StoreError`.
  public func triesOfPendingPoints() throws(StoreError) -> [Int: Int] {
    let points = (0..<planCount).filter { offsets[$0] > 0 && status(of: $0) == .pending }
    var tries = suspicions.mapValues(\.losses)
    try forEachRecord(of: points) { record throws(StoreError) in
      tries[record.point, default: 0] += record.execution.attempts
    }
    return tries.filter { $0.value > 0 }
  }

  /// Notes the runs of a results file, and returns the number of the first.
  private func adoptRuns(of results: borrowing ResultReader) throws(StoreError) -> Int {
    let first = runs.count
    for facts in try results.runs() { _ = try beginRun(facts) }
    return first
  }

  /// Appends records in blocks of a sensible size.
  private func append(
    _ body: ((Record) throws(StoreError) -> Void) throws(StoreError) -> Void
  ) throws(StoreError) {
    var block: [UInt8] = []
    try body { record throws(StoreError) in
      record.encode(into: &block)
      guard block.count >= 1 << 16 else { return }
      try append(records: block)
      block.removeAll(keepingCapacity: true)
    }
    try append(records: block)
  }
}
