internal import Foundation
internal import Measurements
internal import SweepRecords
package import SweepStore

/// The columns of a results file, and the words for their values.
package struct ResultView {
  /// A column of points: of the table, a fact of execution, or the names of networks.
  package struct PointColumn: Sendable, Equatable {
    package let name: String
    /// Whether its values are integers or codes.
    package let isInteger: Bool
    /// The group that holds it; nil for the table.
    package let group: String?
    /// The values of each point: one, or one per draw, which are shown as their mean.
    package let valuesPerPoint: Int
    /// The words for codes; empty if values are numbers.
    package let words: [Word]
    /// The code of each point, if the file holds texts instead; else nil.
    package var codes: [Double]?

    /// What a number without a fraction is called.
    package func word(_ code: Int64) -> String { ResultView.word(code, words) }
  }

  /// A code of a column, and what it is called.
  package struct Word: Sendable, Equatable {
    package let code: Int64
    package let text: String
  }

  /// Facts of execution that points can be selected and sorted by.
  private static let executionNames = [
    "run", "rank", "attempts", "wall_seconds", "cpu_seconds", "predicted_seconds", "peak_memory",
  ]

  package let pointCount: Int
  /// All columns of the table without the coordinates of its dimensions.
  package let table: [ResultReader.ColumnFacts]

  /// The files that the points' networks come from, empty for a network with a family; nil if all have one.
  package let networks: [String]?

  /// - Parameters:
  ///   - columns: the columns of the file's table.
  ///   - pointCount: the number of points.
  ///   - networks: what `ResultReader.networkNames` says.
  package init(_ columns: [ResultReader.ColumnFacts], pointCount: Int, networks: [String]?) {
    (self.pointCount, self.networks) = (pointCount, networks)
    table = columns.filter { column in
      let dimensions = Registry.schema[ColumnID(rawValue: column.name)]?.dimensions
      return !column.isScale && column.shape.first == pointCount
        && dimensions?.first ?? .point == .point
    }
  }

  /// Statistics: the floating-point columns that are computed, in file order.
  package var statistics: [ResultReader.ColumnFacts] {
    table.filter { column in
      // Values of single images are too many for a summary.
      guard column.type.hasPrefix("float"), column.shape.count <= 4 else { return false }
      return Registry.schema[ColumnID(rawValue: column.name)]?.origin != .plan
    }
  }

  /// The columns with one number per point, where draws count as one.
  package var pointColumns: [PointColumn] {
    let number = PointColumn(
      name: "point", isInteger: true, group: nil, valuesPerPoint: 1, words: [])
    let columns = table.compactMap { facts -> PointColumn? in
      let known = Registry.schema[ColumnID(rawValue: facts.name)]
      // A mean over layers or images would say little, and nobody asked for it.
      let isSimple = known.map { $0.dimensions.allSatisfy { [.point, .draw].contains($0) } }
      guard isSimple ?? (facts.shape.count == 1) else { return nil }
      return PointColumn(
        name: facts.name, isInteger: !facts.type.hasPrefix("float"), group: nil,
        valuesPerPoint: facts.shape.dropFirst().reduce(1, *), words: Self.words(facts.name))
    }
    let execution = Self.executionNames.map { name in
      PointColumn(
        name: name, isInteger: !name.hasSuffix("seconds"), group: "execution", valuesPerPoint: 1,
        words: [])
    }
    return [number] + (network.map { [$0] } ?? []) + columns + execution
  }

  /// The names of networks from files as a column; nil if all points have a family.
  private var network: PointColumn? {
    guard let networks else { return nil }
    let names = Set(networks).subtracting([""]).sorted()
    let codes = Dictionary(uniqueKeysWithValues: zip(names, names.indices.map(Double.init)))
    return PointColumn(
      name: "network", isInteger: true, group: "points", valuesPerPoint: 1,
      words: names.enumerated().map { Word(code: Int64($0), text: $1) },
      codes: networks.map { codes[$0] ?? -1 })
  }

  /// A column of points by its name.
  package func column(_ name: String) throws(Failure) -> PointColumn {
    let columns = pointColumns
    if let column = columns.first(where: { $0.name == name }) { return column }
    throw .unknown("there is no column '\(name)' of points", name, among: columns.map(\.name))
  }

  /// Columns by their names, separated by commas.
  package func columns(named names: String) throws(Failure) -> [PointColumn] {
    var columns: [PointColumn] = []
    for name in names.split(separator: ",") {
      columns.append(try column(name.trimmingCharacters(in: .whitespaces)))
    }
    guard !columns.isEmpty else { throw Failure(.usage, "--columns names no column") }
    return columns
  }

  /// What a table of points shows unless it is told: the number, what varies, status, statistics.
  package func shown(in reader: borrowing ResultReader) -> [PointColumn] {
    let names = Set(
      reader.coordinateNames + statistics.map(\.name) + ["point", "network", "status"])
    return pointColumns.filter { $0.group != "execution" && names.contains($0.name) }
  }

  /// What a column's code is called, or the number; a code of −1 is `none`.
  package static func word(_ name: String, _ code: Int64) -> String { word(code, words(name)) }

  private static func word(_ code: Int64, _ words: [Word]) -> String {
    words.first { $0.code == code }?.text ?? (code == -1 && !words.isEmpty ? "none" : "\(code)")
  }

  private static func words(_ name: String) -> [Word] {
    (Registry.schema[ColumnID(rawValue: name)]?.flags ?? []).map {
      Word(code: Int64($0.value), text: $0.meaning)
    }
  }
}

extension ResultReader {
  /// The file that each point's network comes from, as its sweep names it, empty for a network with a family;
  /// nil if all have one.
  package borrowing func networkNames() throws(StoreError) -> [String]? {
    guard try hasColumn("family"), try integers("family").contains(-1),
      let architectures = try texts("architecture", in: "points"),
      let weights = try texts("weights", in: "points")
    else { return nil }
    // The architecture of such a network is the digest of its bytes; its path stands with its weights.
    return zip(architectures, weights).map { architecture, weights in
      guard architecture.hasPrefix("{onnx: "), weights.hasPrefix("{onnx: ") else { return "" }
      return String(weights.dropFirst("{onnx: ".count).dropLast().replacing("\"", with: ""))
    }
  }

  /// One number per point: several draws become their mean, NaN where no draw has a value.
  package borrowing func values(of column: ResultView.PointColumn) throws(StoreError) -> [Double] {
    if column.name == "point" { return (0..<pointCount).map(Double.init) }
    if let codes = column.codes { return codes }
    if let group = column.group {
      return try numbers(column.name, in: group)
        ?? [Double](repeating: .nan, count: pointCount)
    }
    guard column.valuesPerPoint > 1 else { return try numbers(column.name) }
    var means: [Double] = []
    means.reserveCapacity(pointCount)
    let rows = max((1 << 20) / column.valuesPerPoint, 1)
    for first in stride(from: 0, to: pointCount, by: rows) {
      let block = first..<min(first + rows, pointCount)
      let values = try numbers(column.name, points: block)
      for start in stride(from: 0, to: values.count, by: column.valuesPerPoint) {
        var sum = 0.0
        var count = 0
        for value in values[start..<start + column.valuesPerPoint] where !value.isNaN {
          sum += value
          count += 1
        }
        means.append(count > 0 ? sum / Double(count) : .nan)
      }
    }
    return means
  }
}
