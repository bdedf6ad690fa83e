internal import Bytes

/// The values of one point, as they are stored: little-endian, column after column.
public struct RecordValues: Sendable {
  /// The number of draws that the point has.
  public let draws: Int
  /// The values in the layout's order.
  public private(set) var bytes: [UInt8]
  /// Whether what is stored was measured at trained weights, and belongs to the columns that have it.
  public var isTrained = false
  private let layout: RecordLayout
  private let offsets: [Int]

  /// The bits of every NaN that the project writes.
  public static let canonicalNaN = Double(bitPattern: 0x7FF8_0000_0000_0000)
  /// The same in single precision.
  public static let canonicalFloatNaN = Float(bitPattern: 0x7FC0_0000)

  /// Starts with NaN in floating-point columns and 0 elsewhere.
  public init(layout: RecordLayout, draws: Int) {
    self.layout = layout
    self.draws = draws
    (offsets, bytes) = layout.blank(draws: draws)
  }

  /// What a column holds where nothing was measured, again and again.
  static func blank(_ type: ColumnType) -> [UInt8] {
    switch type {
    case .int8, .int32, .int64: [0]
    case .float32: littleEndian(canonicalFloatNaN.bitPattern)
    case .float64: littleEndian(canonicalNaN.bitPattern)
    }
  }

  /// Stores a floating-point value; every NaN becomes the canonical one.
  ///
  /// A column that the layout does not hold is ignored.
  public mutating func set(_ id: ColumnID, _ value: Double, at index: Int = 0) {
    guard let place = layout.place(of: id, afterTraining: isTrained) else { return }
    switch layout.columns[place].type {
    case .float64:
      let value = value.isNaN ? Self.canonicalNaN : value
      store(value.bitPattern, byteCount: 8, place: place, index: index)
    case .float32:
      let value = value.isNaN ? Self.canonicalFloatNaN : Float(value)
      store(UInt64(value.bitPattern), byteCount: 4, place: place, index: index)
    case .int8, .int32, .int64: preconditionFailure("\(id.rawValue) holds integers")
    }
  }

  /// Stores a floating-point value at its places along the dimensions of its column behind `point`.
  ///
  /// Every NaN becomes the canonical one. A column that the layout does not hold is ignored.
  public mutating func set<let rank: Int>(
    _ id: ColumnID, _ value: Double, at coordinates: [rank of Int]
  ) {
    guard let place = layout.place(of: id, afterTraining: isTrained) else { return }
    set(id, value, at: layout.index(at: place, coordinates))
  }

  /// Stores an integer at its places along the dimensions of its column behind `point`.
  ///
  /// A column that the layout does not hold is ignored.
  public mutating func set<let rank: Int>(
    _ id: ColumnID, _ value: Int, at coordinates: [rank of Int]
  ) {
    guard let place = layout.place(of: id, afterTraining: isTrained) else { return }
    set(id, value, at: layout.index(at: place, coordinates))
  }

  /// The name of the column that values of this one go to.
  public func name(of id: ColumnID) -> String {
    isTrained ? id.afterTraining.rawValue : id.rawValue
  }

  private static func littleEndian(_ bits: some FixedWidthInteger) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: bits)
    return bytes
  }

  /// Stores an integer, which must fit the column's type.
  ///
  /// A column that the layout does not hold is ignored.
  public mutating func set(_ id: ColumnID, _ value: Int, at index: Int = 0) {
    guard let place = layout.place(of: id, afterTraining: isTrained) else { return }
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
    let count = layout.valueCount(at: place, draws: draws)
    precondition(index >= 0 && index < count, "index \(index) of \(count) values")
    let start = offsets[place] + index * byteCount
    bytes.store(little: bits, byteCount: byteCount, at: start)
  }
}
