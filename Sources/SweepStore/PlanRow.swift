public import SweepRecords

/// What the plan says about one point: a row of the plan's columns.
///
/// Columns that are not set hold −1; per layer, 0.
public struct PlanRow {
  private(set) var bytes: [UInt8]
  private let fresh: [UInt8]
  /// The place of each column of the schema in the bytes; −1 where the file does not have it.
  private let offsets: [Int]
  private let counts: [Int]
  /// The types of all columns of the schema, in its order: rows are made for every point.
  private let types = ColumnID.allCases.map { Schema.column($0).type }

  init(_ columns: [Column], layerCount: Int) {
    var offsets = [Int](repeating: -1, count: ColumnID.allCases.count)
    var counts = [Int](repeating: 0, count: ColumnID.allCases.count)
    var fresh: [UInt8] = []
    for column in columns where column.origin == .plan {
      let isPerLayer = column.dimensions.contains(.layer)
      offsets[column.id.ordinal] = fresh.count
      counts[column.id.ordinal] = isPerLayer ? layerCount : 1
      guard !isPerLayer else {
        fresh += [UInt8](repeating: 0, count: layerCount * column.type.byteCount)
        continue
      }
      switch column.type {
      case .int8, .int32, .int64: fresh += [UInt8](repeating: 0xFF, count: column.type.byteCount)
      case .float32: fresh.append(little: Float(-1).bitPattern)
      case .float64: fresh.append(little: Double(-1).bitPattern)
      }
    }
    self.offsets = offsets
    self.counts = counts
    self.fresh = fresh
    bytes = fresh
  }

  /// Stores an integer, which must fit the column's type; `layer` counts from 0, the input.
  public mutating func set(_ id: ColumnID, _ value: Int, layer: Int = 0) {
    let ordinal = id.ordinal
    switch types[ordinal] {
    case .int8: store(UInt64(bitPattern: Int64(Int8(value))), id, ordinal, layer)
    case .int32: store(UInt64(bitPattern: Int64(Int32(value))), id, ordinal, layer)
    case .int64: store(UInt64(bitPattern: Int64(value)), id, ordinal, layer)
    case .float32, .float64: preconditionFailure("\(id.rawValue) holds floating-point values")
    }
  }

  /// Stores a floating-point value.
  public mutating func set(_ id: ColumnID, _ value: Double) {
    let ordinal = id.ordinal
    precondition(types[ordinal] == .float64, "\(id.rawValue) holds integers")
    store(value.bitPattern, id, ordinal, 0)
  }

  /// Starts the next point.
  mutating func reset() { bytes = fresh }

  /// The place and the number of a column's bytes.
  func range(of column: Column) -> Range<Int> {
    let start = offsets[column.id.ordinal]
    return start..<start + counts[column.id.ordinal] * column.type.byteCount
  }

  private mutating func store(_ bits: UInt64, _ id: ColumnID, _ ordinal: Int, _ layer: Int) {
    guard offsets[ordinal] >= 0 else { return }
    precondition(layer >= 0 && layer < counts[ordinal], "\(id.rawValue) has no layer \(layer)")
    let byteCount = types[ordinal].byteCount
    let start = offsets[ordinal] + layer * byteCount
    for byte in 0..<byteCount {
      bytes[start + byte] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))
    }
  }
}
