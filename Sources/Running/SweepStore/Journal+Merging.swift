internal import SweepRecords

/// What a merge made of the records of one shard.
public struct MergeCounts: Sendable, Equatable {
  /// Points that had no result yet.
  public internal(set) var added = 0
  /// Points that had a worse result: they were not ok, and are ok in the shard.
  public internal(set) var improved = 0
  /// Points that had a result at least as good.
  public internal(set) var repeated = 0
  /// Points that are ok twice, with other values.
  public internal(set) var differing: [Int] = []

  /// Nothing was merged.
  public init() {}
}

extension Journal {
  /// Takes over what a results file holds of this plan.
  ///
  /// Of several results of a point, one that is ok stays before one that is not, and else the first.
  ///
  /// **Throws**: `StoreError` where the file is damaged or belongs to another plan; nothing of it has
  /// then been taken over.
  public func merge(
    _ results: borrowing ResultReader, _ description: TableDescription
  ) throws(StoreError) -> MergeCounts {
    try results.checkData()
    let before = try Beginning(self)
    do throws(StoreError) {
      var merging = try Merging(firstRun: adopt(results.runs()))
      try results.forEachRecord(description) { record throws(StoreError) in
        try take(record, &merging)
      }
      return try finish(merging)
    } catch {
      try goBack(to: before)
      throw error
    }
  }

  /// Takes over what the journal of an unfinished shard holds of this plan.
  ///
  /// **Throws**: `StoreError` where it belongs to another plan, or cannot be read; nothing of it has then
  /// been taken over.
  public func merge(_ other: Journal) throws(StoreError) -> MergeCounts {
    guard other.planHash == planHash, other.planCount == planCount else {
      throw .otherPlan(other.path, "merging it", runs: other.runs)
    }
    let before = try Beginning(self)
    do throws(StoreError) {
      var merging = try Merging(firstRun: adopt(other.runs))
      var first = 0
      while first < planCount {
        let block = first..<min(first + 1 << 16, planCount)
        try other.forEachRecord(of: block) { record throws(StoreError) in
          try take(record, &merging)
        }
        first = block.upperBound
      }
      return try finish(merging)
    } catch {
      try goBack(to: before)
      throw error
    }
  }

  /// What the journal held before a merge.
  private struct Beginning {
    let byteCount: Int
    let runs: [RunFacts]
    let recordedCount: Int
    let flights: Flights
    let offsets: [UInt64]
    let statuses: [Int8]

    init(_ journal: Journal) throws(StoreError) {
      try journal.flush()
      byteCount = journal.writtenByteCount
      runs = journal.runs
      recordedCount = journal.recordedCount
      flights = journal.flights
      offsets = journal.offsets
      statuses = journal.statuses
    }
  }

  /// Forgets what was appended since a merge began, of which nothing was committed.
  ///
  /// **Throws**: `StoreError`, also where another run took the output over: the file is then its own.
  private func goBack(to beginning: Beginning) throws(StoreError) {
    dropWaiting()
    try checkLock()
    try file.truncate(to: beginning.byteCount)
    writtenByteCount = beginning.byteCount
    runs = beginning.runs
    recordedCount = beginning.recordedCount
    flights = beginning.flights
    offsets = beginning.offsets
    statuses = beginning.statuses
  }

  /// The state of a merge: records wait until there is a block of them.
  private struct Merging {
    var counts = MergeCounts()
    var block: [UInt8] = []
    let firstRun: Int

    init(firstRun: Int) { self.firstRun = firstRun }
  }

  /// Notes the runs of a shard, and returns the number of the first.
  private func adopt(_ runs: [RunFacts]) throws(StoreError) -> Int {
    let first = self.runs.count
    for facts in runs { _ = try beginRun(facts) }
    return first
  }

  private func take(_ record: Record, _ merging: inout Merging) throws(StoreError) {
    let known = status(of: record.point)
    switch (known, record.status) {
    case (_, .pending): return
    case (.pending, _): merging.counts.added += 1
    case (.ok, .ok):
      merging.counts.repeated += 1
      if try self.record(of: record.point)?.values != record.values {
        merging.counts.differing.append(record.point)
      }
      return
    case (_, .ok): merging.counts.improved += 1
    default:
      merging.counts.repeated += 1
      return
    }
    var record = record
    record.execution.run += merging.firstRun
    record.encode(into: &merging.block)
    guard merging.block.count >= 1 << 16 else { return }
    try append(records: merging.block)
    merging.block.removeAll(keepingCapacity: true)
  }

  private func finish(_ merging: Merging) throws(StoreError) -> MergeCounts {
    try append(records: merging.block)
    try commit()
    return merging.counts
  }
}
