internal import Foundation
internal import SweepRecords

/// A condition on the points of a results file: `family=dense,residual`, `width>=32`.
package struct PointCondition: Sendable {
  package enum Comparison: String, CaseIterable, Sendable {
    // Longer signs first, so that none is taken for the beginning of another.
    case notEqual = "!="
    case atMost = "<="
    case atLeast = ">="
    case equal = "="
    case less = "<"
    case greater = ">"
  }

  package let column: ResultView.PointColumn
  package let comparison: Comparison
  package let values: [Double]

  /// Reads a condition.
  ///
  /// **Throws**: `Failure` where the column is not there or the value does not fit it.
  package init(_ text: String, _ view: ResultView) throws(Failure) {
    let signs: Set<Character> = ["!", "<", ">", "="]
    guard let start = text.firstIndex(where: signs.contains),
      let comparison = Comparison.allCases.first(where: { text[start...].hasPrefix($0.rawValue) })
    else {
      throw Failure(
        .usage, "--where '\(text)' compares nothing, expected such as family=dense or 'width>=32'")
    }
    column = try view.column(text[..<start].trimmingCharacters(in: .whitespaces))
    self.comparison = comparison
    var values: [Double] = []
    let words = text[start...].dropFirst(comparison.rawValue.count).split(separator: ",")
    for word in words {
      values.append(
        try Self.value(word.trimmingCharacters(in: .whitespaces), of: column, in: text))
    }
    guard values.count == 1 || !values.isEmpty && [.equal, .notEqual].contains(comparison) else {
      throw Failure(
        .usage,
        "--where '\(text)' has \(values.count) values, expected one"
          + (values.isEmpty ? "" : " with \(comparison.rawValue)")
      )
    }
    self.values = values
  }

  private static func value(
    _ word: String, of column: ResultView.PointColumn, in text: String
  ) throws(Failure) -> Double {
    if let known = column.words.first(where: { $0.text == word }) { return Double(known.code) }
    if column.words.isEmpty || word == "-1", let number = Double(word) { return number }
    if !column.words.isEmpty, word == "none" { return -1 }
    let problem = "--where '\(text)': '\(word)' is not a value of \(column.name)"
    guard !column.words.isEmpty else { throw Failure(.usage, "\(problem), expected a number") }
    throw .unknown(problem, word, among: column.words.map(\.text))
  }

  /// Whether a value fulfils the condition; one that is not there fulfils none but `!=`.
  package func holds(for value: Double) -> Bool {
    switch comparison {
    case .equal: values.contains(value)
    case .notEqual: !values.contains(value)
    case .less: value < values[0]
    case .atMost: value <= values[0]
    case .greater: value > values[0]
    case .atLeast: value >= values[0]
    }
  }
}
