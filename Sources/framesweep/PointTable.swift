import Foundation
import SweepRecords
import SweepStore

/// Points of a results file, selected, sorted, and printed a row each.
struct PointTable {
  enum Format {
    /// For a person: as many columns as fit.
    case aligned(Terminal)
    /// For other programs, every digit of the numbers.
    case tabs
    case csv
    case json
  }

  private var points: [Int]

  init(_ view: ResultView) { points = Array(0..<view.pointCount) }

  /// Keeps the points that fulfil a condition.
  mutating func keep(
    _ condition: PointCondition, of reader: borrowing ResultReader
  ) throws(StoreError) {
    let values = try reader.values(of: condition.column)
    points.removeAll { !condition.holds(for: values[$0]) }
  }

  /// Sorts by a column; points without a value come last, equal ones in the order of the sweep.
  mutating func sort(
    by column: ResultView.PointColumn, descending: Bool, of reader: borrowing ResultReader
  ) throws(StoreError) {
    let values = try reader.values(of: column)
    points.sort { left, right in
      let (a, b) = (values[left], values[right])
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? left < right : b.isNaN }
      if a == b { return left < right }
      return descending ? a > b : a < b
    }
  }

  /// Keeps the first points.
  mutating func keepFirst(_ count: Int) { points = Array(points.prefix(count)) }

  /// Prints a row for each point.
  ///
  /// For a person, columns in which all these points agree can be left out: there is little room.
  func print(
    _ columns: [ResultView.PointColumn], as format: Format, leavingOutConstants: Bool,
    of reader: borrowing ResultReader
  ) throws(StoreError) {
    var cells: [[Double]] = []
    for column in columns { cells.append(try reader.values(of: column)) }
    switch format {
    case .aligned(let terminal):
      let kept = columns.indices.filter { index in
        index == 0 || !leavingOutConstants || points.count < 2 || varies(cells[index])
      }
      try printAligned(kept.map { columns[$0] }, kept.map { cells[$0] }, terminal)
    case .tabs: try printSeparated(columns, cells, by: "\t")
    case .csv: try printSeparated(columns, cells, by: ",")
    case .json: try printJSON(columns, cells)
    }
  }

  private func varies(_ values: [Double]) -> Bool {
    let first = values[points[0]]
    return points.contains { values[$0] != first && !(values[$0].isNaN && first.isNaN) }
  }

  // MARK: - For other programs

  /// Labels and numbers need no quotes: none holds a comma, a tab or a quotation mark.
  private func printSeparated(
    _ columns: [ResultView.PointColumn], _ cells: [[Double]], by separator: String
  ) throws(StoreError) {
    var output = Output()
    try output.write(columns.map(\.name).joined(separator: separator) + "\n")
    for point in points {
      for (index, column) in columns.enumerated() {
        if index > 0 { try output.write(separator) }
        try output.write(Self.exactWord(cells[index][point], column))
      }
      try output.write("\n")
    }
    try output.flush()
  }

  private func printJSON(_ columns: [ResultView.PointColumn], _ cells: [[Double]])
    throws(StoreError)
  {
    var output = Output()
    try output.write("[")
    for (row, point) in points.enumerated() {
      try output.write(row == 0 ? "\n{" : ",\n{")
      for (index, column) in columns.enumerated() {
        let word = Self.exactWord(cells[index][point], column)
        // JSON has no infinite numbers: they are texts, as in the summary.
        let isText = !word.isEmpty && (!column.flags.isEmpty || cells[index][point].isInfinite)
        let value = word.isEmpty ? "null" : isText ? "\"\(word)\"" : word
        try output.write("\(index > 0 ? ", " : "")\"\(column.name)\": \(value)")
      }
      try output.write("}")
    }
    try output.write("\n]\n")
    try output.flush()
  }

  /// The value with all its digits, empty where there is none.
  private static func exactWord(_ value: Double, _ column: ResultView.PointColumn) -> String {
    if value.isNaN { return "" }
    guard column.isInteger, column.valuesPerPoint == 1, let integer = Int64(exactly: value) else {
      return value.description
    }
    if column.flags.isEmpty { return integer.description }
    return integer == -1 ? "none" : ResultView.word(column.name, integer)
  }

  // MARK: - For a person

  private func printAligned(
    _ columns: [ResultView.PointColumn], _ cells: [[Double]], _ terminal: Terminal
  ) throws(StoreError) {
    guard !points.isEmpty else {
      Swift.print("no point fulfils all conditions")
      return
    }
    var shown: [[String]] = []
    var width = 0
    for (column, values) in zip(columns, cells) {
      let words = [column.name] + points.map { Self.shortWord(values[$0], column) }
      let wide = words.lazy.map(\.count).max() ?? 0
      if !shown.isEmpty, width + 2 + wide > terminal.width { break }
      shown.append(words.map { String(repeating: " ", count: wide - $0.count) + $0 })
      width += wide + (shown.count > 1 ? 2 : 0)
    }
    var output = Output()
    for row in 0...points.count {
      let line = shown.map { $0[row] }.joined(separator: "  ")
      try output.write((row == 0 ? terminal.show(line, .bold) : line) + "\n")
    }
    try output.flush()
    let left = columns.dropFirst(shown.count).map(\.name)
    if !left.isEmpty {
      Swift.print(
        terminal.show(
          terminal.wrapped(left, head: "not shown (--columns, --csv): "), .faint))
    }
  }

  private static func shortWord(_ value: Double, _ column: ResultView.PointColumn) -> String {
    if value.isNaN { return "–" }
    let isPlain = !column.flags.isEmpty || column.isInteger && column.valuesPerPoint == 1
    return isPlain ? exactWord(value, column) : Show.value(value)
  }

  /// Collects text and writes it in large pieces: a call for each row of a million takes seconds.
  private struct Output {
    private var text = ""

    mutating func write(_ piece: String) throws(StoreError) {
      text += piece
      if text.utf8.count > 1 << 20 { try flush() }
    }

    mutating func flush() throws(StoreError) {
      try standardOutputText(text)
      text.removeAll(keepingCapacity: true)
    }
  }
}
