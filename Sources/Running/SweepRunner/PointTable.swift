internal import Foundation
internal import SweepRecords
package import SweepStore

/// Points of a results file, selected, sorted, and printed a row each.
package struct PointTable {
  package enum Format {
    /// For a person: as many columns as fit.
    case aligned(Terminal)
    /// For other programs, every digit of the numbers.
    case tabs
    case csv
    case json
  }

  private var points: [Int]

  package init(_ view: ResultView) { points = Array(0..<view.pointCount) }

  /// Keeps the points that fulfil a condition.
  package mutating func keep(
    _ condition: PointCondition, of reader: borrowing ResultReader
  ) throws(StoreError) {
    let values = try reader.values(of: condition.column)
    points.removeAll { !condition.holds(for: values[$0]) }
  }

  /// Sorts by a column; points without a value come last, equal ones in the order of the sweep.
  package mutating func sort(
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
  package mutating func keepFirst(_ count: Int) { points = Array(points.prefix(count)) }

  /// Takes text.
  package typealias Sink = (String) throws(StoreError) -> Void

  /// Writes a row for each point, in large pieces.
  ///
  /// For a person, columns in which all these points agree can be left out: there is little room.
  package func write(
    _ columns: [ResultView.PointColumn], as format: Format, leavingOutConstants: Bool,
    of reader: borrowing ResultReader, to sink: Sink
  ) throws(StoreError) {
    var output = Output()
    var cells: [[Double]] = []
    for column in columns { cells.append(try reader.values(of: column)) }
    switch format {
    case .aligned(let terminal):
      let kept = columns.indices.filter { index in
        index == 0 || !leavingOutConstants || points.count < 2 || varies(cells[index])
      }
      try writeAligned(
        kept.map { columns[$0] }, kept.map { cells[$0] }, terminal, &output, sink)
    case .tabs: try writeSeparated(columns, cells, by: "\t", &output, sink)
    case .csv: try writeSeparated(columns, cells, by: ",", &output, sink)
    case .json: try writeJSON(columns, cells, &output, sink)
    }
    try output.flush(to: sink)
  }

  private func varies(_ values: [Double]) -> Bool {
    let first = values[points[0]]
    return points.contains { values[$0] != first && !(values[$0].isNaN && first.isNaN) }
  }

  // MARK: - For other programs

  private func writeSeparated(
    _ columns: [ResultView.PointColumn], _ cells: [[Double]], by separator: String,
    _ output: inout Output, _ sink: Sink
  ) throws(StoreError) {
    try output.write(columns.map(\.name).joined(separator: separator) + "\n", to: sink)
    for point in points {
      for (index, column) in columns.enumerated() {
        if index > 0 { try output.write(separator, to: sink) }
        let word = Self.exactWord(cells[index][point], column)
        // Of all words only paths can hold one.
        try output.write(word.contains(separator) ? "\"\(word)\"" : word, to: sink)
      }
      try output.write("\n", to: sink)
    }
  }

  private func writeJSON(
    _ columns: [ResultView.PointColumn], _ cells: [[Double]], _ output: inout Output, _ sink: Sink
  ) throws(StoreError) {
    try output.write("[", to: sink)
    for (row, point) in points.enumerated() {
      try output.write(row == 0 ? "\n{" : ",\n{", to: sink)
      for (index, column) in columns.enumerated() {
        let word = Self.exactWord(cells[index][point], column)
        // JSON has no infinite numbers: they are texts, as in the summary.
        let isText = !word.isEmpty && (!column.words.isEmpty || cells[index][point].isInfinite)
        let value =
          word.isEmpty ? "null" : isText ? Self.quoted(word) : word
        try output.write("\(index > 0 ? ", " : "")\"\(column.name)\": \(value)", to: sink)
      }
      try output.write("}", to: sink)
    }
    try output.write("\n]\n", to: sink)
  }

  /// A word as a text of JSON.
  private static func quoted(_ word: String) -> String {
    "\"\(word.replacing("\\", with: "\\\\"))\""
  }

  /// The value with all its digits, empty where there is none.
  private static func exactWord(_ value: Double, _ column: ResultView.PointColumn) -> String {
    if value.isNaN { return "" }
    guard column.isInteger, column.valuesPerPoint == 1, let integer = Int64(exactly: value) else {
      return value.description
    }
    return column.word(integer)
  }

  // MARK: - For a person

  private func writeAligned(
    _ columns: [ResultView.PointColumn], _ cells: [[Double]], _ terminal: Terminal,
    _ output: inout Output, _ sink: Sink
  ) throws(StoreError) {
    guard !points.isEmpty else {
      try output.write("no point fulfils all conditions\n", to: sink)
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
    for row in 0...points.count {
      let line = shown.map { $0[row] }.joined(separator: "  ")
      try output.write((row == 0 ? terminal.show(line, .bold) : line) + "\n", to: sink)
    }
    let left = columns.dropFirst(shown.count).map(\.name)
    if !left.isEmpty {
      try output.write(
        terminal.show(
          terminal.wrapped(left, head: "not shown (--columns, --csv): "), .faint) + "\n", to: sink)
    }
  }

  private static func shortWord(_ value: Double, _ column: ResultView.PointColumn) -> String {
    if value.isNaN { return "–" }
    let isPlain = !column.words.isEmpty || column.isInteger && column.valuesPerPoint == 1
    return isPlain ? exactWord(value, column) : Show.value(value)
  }

  /// Collects text and writes it in large pieces: a call for each row of a million takes seconds.
  private struct Output {
    private var text = ""

    mutating func write(_ piece: String, to sink: Sink) throws(StoreError) {
      text += piece
      if text.utf8.count > 1 << 20 { try flush(to: sink) }
    }

    mutating func flush(to sink: Sink) throws(StoreError) {
      try sink(text)
      text.removeAll(keepingCapacity: true)
    }
  }
}
