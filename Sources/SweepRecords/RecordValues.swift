/// The values of one point, as they are stored: little-endian, column after column.
public struct RecordValues: Sendable {
  /// The number of draws that the point has.
  public let draws: Int
  /// The values in the layout's order.
  public private(set) var bytes: [UInt8]
  private let layout: RecordLayout
  private let offsets: [Int]

  /// The bits of every NaN that the project writes.
  public static let canonicalNaN = Double(bitPattern: 0x7FF8_0000_0000_0000)

  /// Starts with NaN in floating-point columns and 0 elsewhere.
  public init(layout: RecordLayout, draws: Int) {
    self.layout = layout
    self.draws = draws
    offsets = layout.offsets(draws: draws)
    bytes = [UInt8](repeating: 0, count: offsets[offsets.count - 1])
    for column in layout.columns where column.type == .float64 {
      for index in 0..<layout.valueCount(of: column, draws: draws) {
        set(column.id, Self.canonicalNaN, at: index)
      }
    }
  }

  /// Stores a floating-point value; every NaN becomes the canonical one.
  ///
  /// A column that the layout does not hold is ignored.
  public mutating func set(_ id: ColumnID, _ value: Double, at index: Int = 0) {
    guard let place = layout.place(of: id) else { return }
    precondition(layout.columns[place].type == .float64, "\(id.rawValue) holds integers")
    let value = value.isNaN ? Self.canonicalNaN : value
    store(value.bitPattern, byteCount: 8, place: place, index: index)
  }

  /// Stores an integer, which must fit the column's type.
  ///
  /// A column that the layout does not hold is ignored.
  public mutating func set(_ id: ColumnID, _ value: Int, at index: Int = 0) {
    guard let place = layout.place(of: id) else { return }
    switch layout.columns[place].type {
    case .int8:
      store(UInt64(UInt8(bitPattern: Int8(value))), byteCount: 1, place: place, index: index)
    case .int32:
      store(UInt64(UInt32(bitPattern: Int32(value))), byteCount: 4, place: place, index: index)
    case .int64:
      store(UInt64(bitPattern: Int64(value)), byteCount: 8, place: place, index: index)
    case .float32, .float64: preconditionFailure("\(id.rawValue) holds floating-point values")
    }
  }

  private mutating func store(_ bits: UInt64, byteCount: Int, place: Int, index: Int) {
    let count = layout.valueCount(of: layout.columns[place], draws: draws)
    precondition(index >= 0 && index < count, "index \(index) of \(count) values")
    let start = offsets[place] + index * byteCount
    for byte in 0..<byteCount {
      bytes[start + byte] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))
    }
  }
}
