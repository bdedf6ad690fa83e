internal import Bytes
public import SweepRecords

/// What the plan says about one point: a row of the plan's columns.
///
/// Columns that are not set hold −1; per layer, 0. Those that the file does not have are ignored.
public struct PlanRow: Sendable {
  /// Where a column's values lie.
  private struct Slot: Sendable {
    let offset: Int
    let count: Int
    let type: ColumnType
  }

  private(set) var bytes: [UInt8]
  private let fresh: [UInt8]
  private let slots: [ColumnID: Slot]

  init(_ columns: [Column], layerCount: Int) {
    var slots: [ColumnID: Slot] = [:]
    var fresh: [UInt8] = []
    for column in columns where column.origin == .plan {
      let isPerLayer = column.dimensions.contains(.layer)
      slots[column.id] = Slot(
        offset: fresh.count, count: isPerLayer ? layerCount : 1, type: column.type)
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
    self.slots = slots
    self.fresh = fresh
    bytes = fresh
  }

  /// Stores an integer, which must fit the column's type; `layer` counts from 0, the input.
  public mutating func set(_ id: ColumnID, _ value: Int, layer: Int = 0) {
    guard let slot = slots[id] else { return }
    switch slot.type {
    case .int8: store(UInt64(bitPattern: Int64(Int8(value))), id, slot, layer)
    case .int32: store(UInt64(bitPattern: Int64(Int32(value))), id, slot, layer)
    case .int64: store(UInt64(bitPattern: Int64(value)), id, slot, layer)
    case .float32, .float64: preconditionFailure("\(id) holds floating-point values")
    }
  }

  /// Stores a floating-point value.
  public mutating func set(_ id: ColumnID, _ value: Double) {
    guard let slot = slots[id] else { return }
    precondition(slot.type == .float64, "\(id) holds integers")
    store(value.bitPattern, id, slot, 0)
  }

  /// Starts the next point.
  mutating func reset() { bytes = fresh }

  /// The place and the number of a column's bytes.
  func range(of column: Column) -> Range<Int> {
    guard let slot = slots[column.id] else { return 0..<0 }
    return slot.offset..<slot.offset + slot.count * slot.type.byteCount
  }

  private mutating func store(_ bits: UInt64, _ id: ColumnID, _ slot: Slot, _ layer: Int) {
    precondition(layer >= 0 && layer < slot.count, "\(id) has no layer \(layer)")
    let byteCount = slot.type.byteCount
    let start = slot.offset + layer * byteCount
    bytes.store(little: bits, byteCount: byteCount, at: start)
  }
}
