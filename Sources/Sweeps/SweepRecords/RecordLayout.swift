/// Where the values of each column lie in a record's payload.
///
/// A sweep measures some of the schema's columns; the layout lists them once, in file order, so that
/// records hold values only. Every rank derives the same layout from the plan.
public struct RecordLayout: Sendable {
  /// The columns that travel in records, in file order.
  public let columns: [Column]
  /// The extents of the table's dimensions.
  public let extents: TableExtents
  /// All columns that a results file can have.
  public let schema: Schema
  private let places: [ColumnID: Int]
  /// For each column that is measured again after training the place of the later values.
  private let trainedPlaces: [ColumnID: Int]

  /// The offsets and the bytes of the record of a point with the most draws, where nothing was measured.
  private var usualBlank: (offsets: [Int], bytes: [UInt8]) = ([], [])

  /// For each column whether it has draws, and its extents behind them.
  private let shapes: [(hasDraws: Bool, extents: [Int])]

  /// Lays out the structure columns that every sweep has, and the given ones.
  ///
  /// Only columns with dimensions besides `point` and `draw` ask for extents.
  public init(
    _ schema: Schema, measuring ids: Set<ColumnID>, extents: TableExtents = TableExtents()
  ) {
    self.schema = schema
    self.extents = extents
    let columns = schema.columns(isDouble: extents.isDouble).filter { column in
      switch column.origin {
      case .structure: column.presence == .always || ids.contains(column.id)
      case .measurement: ids.contains(column.id)
      case .plan, .status, .sweep: false
      }
    }
    self.columns = columns
    shapes = columns.map { column in
      let rest = column.dimensions.drop { $0 == .point || $0 == .draw }
      return (column.dimensions.contains(.draw), rest.map { extents[$0] })
    }
    let places = Dictionary(
      uniqueKeysWithValues: columns.enumerated().map { ($0.element.id, $0.offset) })
    self.places = places
    trainedPlaces = Dictionary(
      uniqueKeysWithValues: schema.columns.compactMap { column in
        places[column.id.afterTraining].map { (column.id, $0) }
      })
    // Records of single images can be large, and are made as they are needed.
    if payloadBytes(draws: extents.draws) <= 1 << 16 {
      usualBlank = newBlank(draws: extents.draws)
    }
  }

  private func payloadBytes(draws: Int) -> Int { offsets(draws: draws)[columns.count] }

  /// The offsets of all columns in the record of a point with so many draws, and its bytes where nothing
  /// was measured.
  func blank(draws: Int) -> (offsets: [Int], bytes: [UInt8]) {
    draws == extents.draws && !usualBlank.offsets.isEmpty ? usualBlank : newBlank(draws: draws)
  }

  private func newBlank(draws: Int) -> (offsets: [Int], bytes: [UInt8]) {
    let offsets = offsets(draws: draws)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(offsets[columns.count])
    for (place, column) in columns.enumerated() {
      let pattern = RecordValues.blank(column.type)
      for _ in 0..<(offsets[place + 1] - offsets[place]) / pattern.count { bytes += pattern }
    }
    return (offsets, bytes)
  }

  /// The offsets of all columns in the payload of a point with so many draws.
  ///
  /// The last element is the payload's length.
  public func offsets(draws: Int) -> [Int] {
    var offsets: [Int] = []
    offsets.reserveCapacity(columns.count + 1)
    var offset = 0
    for (place, column) in columns.enumerated() {
      offsets.append(offset)
      offset += column.type.byteCount * valueCount(at: place, draws: draws)
    }
    offsets.append(offset)
    return offsets
  }

  /// The number of values that a point with so many draws has in the column at a place.
  func valueCount(at place: Int, draws: Int) -> Int {
    let shape = shapes[place]
    return shape.extents.reduce(shape.hasDraws ? draws : 1) { $0 * $1 }
  }

  /// The number of values that a point with so many draws has in a column of the schema.
  public func valueCount(of column: Column, draws: Int) -> Int {
    column.dimensions.reduce(1) { count, dimension in
      if dimension == .point { return count }
      return count * (dimension == .draw ? draws : extents[dimension])
    }
  }

  /// The place of a value among those of the column at a place.
  ///
  /// - Parameter coordinates: the value's places along the column's dimensions behind `point`, in their
  ///   order.
  public func index<let rank: Int>(at place: Int, _ coordinates: [rank of Int]) -> Int {
    let shape = shapes[place]
    let hidden = shape.hasDraws ? 1 : 0
    precondition(
      rank == shape.extents.count + hidden,
      "\(columns[place].name) has \(shape.extents.count + hidden) dimensions behind the point")
    // Draws come first, so their number does not enter.
    var index = 0
    for axis in 0..<rank {
      let extent = axis < hidden ? Int.max : shape.extents[axis - hidden]
      let coordinate = coordinates[axis]
      precondition(
        coordinate >= 0 && coordinate < extent, "\(columns[place].name) has no such place")
      index = axis < hidden ? coordinate : index * extent + coordinate
    }
    return index
  }

  /// A column's place in `columns`; nil where records do not hold it.
  ///
  /// - Parameters:
  ///   - id: the column.
  ///   - isTrained: whether the column of the same values after training is meant.
  public func place(of id: ColumnID, afterTraining isTrained: Bool = false) -> Int? {
    isTrained ? trainedPlaces[id] : places[id]
  }
}
