/// Where the values of each column lie in a record's payload.
///
/// A sweep measures some of the schema's columns; the layout lists them once, in file order, so that
/// records hold values only. Every rank derives the same layout from the plan.
public struct RecordLayout: Sendable {
  /// The columns that travel in records, in file order.
  public let columns: [Column]
  /// For each column of the schema its place in `columns`, or −1.
  private let places: [Int]

  /// Lays out the structure columns and the given measured ones.
  public init(measuring ids: Set<ColumnID>) {
    let columns = Schema.columns.filter { column in
      column.origin == .structure || column.origin == .measurement && ids.contains(column.id)
    }
    var places = [Int](repeating: -1, count: ColumnID.allCases.count)
    for (place, column) in columns.enumerated() { places[column.id.ordinal] = place }
    self.columns = columns
    self.places = places
  }

  /// The offsets of all columns in the payload of a point with so many draws.
  ///
  /// The last element is the payload's length.
  public func offsets(draws: Int) -> [Int] {
    var offsets: [Int] = []
    offsets.reserveCapacity(columns.count + 1)
    var offset = 0
    for column in columns {
      offsets.append(offset)
      offset += column.type.byteCount * valueCount(of: column, draws: draws)
    }
    offsets.append(offset)
    return offsets
  }

  /// The number of values that a point with so many draws has in a column.
  public func valueCount(of column: Column, draws: Int) -> Int {
    column.dimensions.contains(.draw) ? draws : 1
  }

  /// A column's place in `columns`; nil where records do not hold it.
  public func place(of id: ColumnID) -> Int? {
    let place = places[id.ordinal]
    return place < 0 ? nil : place
  }
}

extension ColumnID {
  /// The column's place in the schema.
  public var ordinal: Int { Self.ordinals[self] ?? -1 }

  private static let ordinals = Dictionary(
    uniqueKeysWithValues: ColumnID.allCases.enumerated().map { ($0.element, $0.offset) })
}
