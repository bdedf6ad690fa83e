internal import HDF5
public import SweepRecords

extension ResultReader {
  /// Hands over the records that a results file was written from, in the order of points.
  ///
  /// They are what the journal held, bit for bit: values, status, reason and the facts of execution.
  /// A point that is pending has none. Where a point that is not ok has nothing in its measured
  /// columns, its record holds no values, and the same table follows from it.
  ///
  /// - Parameters:
  ///   - description: the plan that the file belongs to; its `layout` and `draws` say where values lie.
  ///   - body: is called for each record.
  ///
  /// **Throws**: `StoreError` where the file is of another plan, lacks a column of the layout, or holds
  /// one of another type or shape; what `body` throws.
  ///
  /// **Complexity**: O(bytes of the measured columns) in bounded memory.
  public func forEachRecord(
    _ description: TableDescription, _ body: (Record) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard planSHA256 == hexadecimal(description.planHash), pointCount == description.pointCount
    else {
      throw .otherPlan(path, "taking over its results", runs: try runs())
    }
    let statuses = try statuses()
    guard statuses.count == pointCount else {
      throw damaged("status has another length than point")
    }
    var messages: [Int: String] = [:]
    for (point, message) in try errors() { messages[point] = message }
    let rowByteCount = max(description.rowByteCount, 1)
    let rowCount = min(max((1 << 26) / rowByteCount, 1), 1 << 16)
    var first = 0
    while first < pointCount {
      let block = first..<min(first + rowCount, pointCount)
      first = block.upperBound
      guard block.contains(where: { statuses[$0] != .pending }) else { continue }
      let values = try recordedColumns(description, block)
      let facts = try ExecutionFacts(self, block)
      for point in block where statuses[point] != .pending {
        let row = point - block.lowerBound
        let draws = description.draws(point)
        let bytes = values.record(row: row, draws: draws, isOK: statuses[point] == .ok)
        try body(
          Record(
            point: point, status: statuses[point], draws: bytes.isEmpty ? 0 : draws, values: bytes,
            message: messages[point] ?? "", execution: facts.execution(row)))
      }
    }
  }

  /// The blocks of the columns that travel in records, checked against the plan.
  private func recordedColumns(
    _ description: TableDescription, _ block: Range<Int>
  ) throws(StoreError) -> RecordedColumns {
    var blocks: [RecordedColumns.Block?] = []
    for column in description.layout.columns {
      let shape = column.dimensions.map { description.extent(of: $0) }
      // A column of a dimension that the sweep does not use is not in the file.
      guard shape.allSatisfy({ $0 > 0 }) else {
        blocks.append(nil)
        continue
      }
      guard let bytes = try bytes(of: column.name, as: column.type.element, shape, rows: block)
      else { throw damaged("\(column.name) is missing, or of another type or shape") }
      blocks.append(
        RecordedColumns.Block(
          bytes: bytes, rowByteCount: shape.dropFirst().reduce(column.type.byteCount, *)))
    }
    return RecordedColumns(layout: description.layout, blocks: blocks)
  }

  private func damaged(_ reason: String) -> StoreError {
    StoreError(.damaged, path: path, operation: "taking over its results", reason: reason)
  }
}

extension TableDescription {
  /// The bytes of a row of the columns that travel in records.
  fileprivate var rowByteCount: Int {
    layout.columns.reduce(0) { sum, column in
      sum + column.dimensions.dropFirst().reduce(column.type.byteCount) { $0 * extent(of: $1) }
    }
  }
}

/// Some rows of the columns that travel in records: the inverse of what `TableBuilder` does with them.
private struct RecordedColumns {
  struct Block {
    var bytes: [UInt8]
    var rowByteCount: Int
  }

  let layout: RecordLayout
  /// For each column of the layout its rows; nil where the file does not have it.
  let blocks: [Block?]

  /// The values of a row as its record holds them; none where nothing was measured.
  func record(row: Int, draws: Int, isOK: Bool) -> [UInt8] {
    let offsets = layout.offsets(draws: draws)
    var values: [UInt8] = []
    values.reserveCapacity(offsets[offsets.count - 1])
    var isMeasured = isOK
    for (place, column) in layout.columns.enumerated() {
      let count = offsets[place + 1] - offsets[place]
      guard count > 0, let block = blocks[place], count <= block.rowByteCount else { continue }
      let start = row * block.rowByteCount
      let part = block.bytes[start..<start + count]
      values += part
      isMeasured = isMeasured || column.origin == .measurement && !part.isNothing(column.type)
    }
    return isMeasured && values.count == offsets[offsets.count - 1] ? values : []
  }
}

extension ArraySlice<UInt8> {
  /// Whether all values are what a column holds where nothing was measured: NaN, or 0.
  fileprivate func isNothing(_ type: ColumnType) -> Bool {
    let nothing: [UInt8] =
      switch type {
      case .int8, .int32, .int64: [0]
      case .float32: [0, 0, 0xC0, 0x7F]
      case .float64: [0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
      }
    return indices.allSatisfy { self[$0] == nothing[($0 - startIndex) % nothing.count] }
  }
}

/// The group `/execution` of some rows.
private struct ExecutionFacts {
  private var columns: [String: [Double]] = [:]

  init(_ reader: borrowing ResultReader, _ block: Range<Int>) throws(StoreError) {
    for name in ResultReader.executionNumbers {
      // Every one of these integers is below 2⁵³, so that it is exact in a Double.
      let values = try reader.numbers(name, in: "execution", points: block)
      if let values, values.count == block.count { columns[name] = values }
    }
  }

  func execution(_ row: Int) -> Execution {
    func integer(_ name: String) -> Int { Int(clamping: columns[name]?[row] ?? 0) }
    func number(_ name: String) -> Double { columns[name]?[row] ?? .nan }
    return Execution(
      run: integer("run"), rank: integer("rank"), attempts: integer("attempts"),
      start: number("start"), wallSeconds: number("wall_seconds"),
      cpuSeconds: number("cpu_seconds"), predictedSeconds: number("predicted_seconds"),
      peakMemory: integer("peak_memory"))
  }
}

extension Int {
  /// The integer of a number that a foreign file may hold: at least 0.
  fileprivate init(clamping number: Double) {
    self = number > 0 ? (number < 0x1p53 ? Int(number) : 1 << 53) : 0
  }
}
