internal import SweepRecords

/// A column, and how its value follows from what a measurement finds.
///
/// Quantities are shared, not copied: every point stores all of them.
final class Quantity<Result>: Sendable {
  private enum Value: Sendable {
    case number(@Sendable (Result) -> Double)
    case integer(@Sendable (Result) -> Int)
  }

  let column: Column
  private let value: Value

  init(_ column: Column, _ number: @escaping @Sendable (Result) -> Double) {
    self.column = column
    value = .number(number)
  }

  init(integer column: Column, _ integer: @escaping @Sendable (Result) -> Int) {
    self.column = column
    value = .integer(integer)
  }

  /// Stores the value at a place of the column.
  func store(_ result: Result, at index: Int, in values: inout RecordValues) {
    switch value {
    case .number(let number): values.set(column.id, number(result), at: index)
    case .integer(let integer): values.set(column.id, integer(result), at: index)
    }
  }
}

extension Array {
  /// The columns of quantities, in their order.
  func columns<Result>() -> [Column] where Element == Quantity<Result> { map(\.column) }

  /// Stores all quantities; columns that the record does not hold are ignored.
  ///
  /// - Parameters:
  ///   - result: what was found.
  ///   - index: the place in each column, such as the draw.
  ///   - values: the record.
  func store<Result>(
    _ result: Result, at index: Int = 0, in values: inout RecordValues
  ) where Element == Quantity<Result> {
    for quantity in self { quantity.store(result, at: index, in: &values) }
  }
}

/// An enumeration whose codes a column holds.
protocol Coded: CaseIterable, RawRepresentable where RawValue == Int8 {
  /// The word for the code in results files.
  var name: String { get }
}

extension Coded {
  /// The codes with their words, as a column declares them.
  static var flags: [Column.Flag] {
    allCases.map { Column.Flag(value: $0.rawValue, meaning: $0.name) }
  }
}

extension Column {
  /// A column with one value for each point.
  static func perPoint(
    _ id: ColumnID, _ longName: String, _ description: String, type: ColumnType = .float64,
    flags: [Flag] = []
  ) -> Column {
    Column(id, type: type, dimensions: [.point], longName, description, flags: flags)
  }

  /// A column with one value for each draw of a point.
  static func perDraw(
    _ id: ColumnID, _ longName: String, _ description: String, type: ColumnType = .float64,
    units: String = "1", flags: [Flag] = []
  ) -> Column {
    Column(
      id, type: type, dimensions: [.point, .draw], units: units, longName, description,
      flags: flags)
  }
}
