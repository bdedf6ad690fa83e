internal import Foundation
internal import SweepRecords
package import SweepStore

/// How a statistic is distributed in each family and form: histograms that share one axis.
package struct FamilyPlot: Encodable {
  package struct Row: Encodable {
    package let family: String
    package let form: String
    /// Points in each bin, from the smallest values to the largest.
    package let counts: [Int]
    /// Points whose value is 0, which has no place on the axis.
    package let zeros: Int
  }

  /// The column whose square root is shown.
  package let column: String
  /// The ends of the axis, which is logarithmic.
  package let low: Double
  package let high: Double
  package let rows: [Row]

  private static let binCount = 40

  /// Takes the minimum deep frame potential, or else the potential of draws; nil without values.
  package init?(of reader: borrowing ResultReader, _ view: ResultView) throws(StoreError) {
    let columns = view.pointColumns
    guard try reader.hasColumn("family"), try reader.hasColumn("form") else { return nil }
    let families = try reader.integers("family")
    let forms = try reader.integers("form")
    for name in ["min_deep_frame_potential", "deep_frame_potential"] {
      guard let column = columns.first(where: { $0.name == name }) else { continue }
      let values = try reader.values(of: column)
      if let plot = FamilyPlot(name, values, families: families, forms: forms) {
        self = plot
        return
      }
    }
    return nil
  }

  /// Sorts the roots of positive values into bins; nil where there are none.
  package init?(_ column: String, _ values: [Double], families: [Int64], forms: [Int64]) {
    var (low, high) = (Double.infinity, -Double.infinity)
    // Rounding leaves about 1e-17 where a potential is 0, which a logarithm cannot show.
    for value in values where value > 1e-15 && value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    let step = (log(high) - log(low)) / Double(Self.binCount)
    var counts: [[Int64]: [Int]] = [:]
    var zeros: [[Int64]: Int] = [:]
    for (point, value) in values.enumerated() where value.isFinite {
      guard value > 1e-15 else {
        zeros[[forms[point], families[point]], default: 0] += 1
        continue
      }
      let place = step > 0 ? Int((log(value) - log(low)) / step) : 0
      counts[
        [forms[point], families[point]],
        default: [Int](repeating: 0, count: Self.binCount)][min(place, Self.binCount - 1)] += 1
    }
    self.column = column
    self.low = low.squareRoot()
    self.high = high.squareRoot()
    rows = Set(counts.keys).union(zeros.keys).sorted { $0.lexicographicallyPrecedes($1) }.map {
      key in
      Row(
        family: ResultView.word("family", key[1]), form: ResultView.word("form", key[0]),
        counts: counts[key] ?? [Int](repeating: 0, count: Self.binCount), zeros: zeros[key] ?? 0)
    }
  }

  /// A line for each family and form, each scaled to its own fullest bin.
  package func text(_ terminal: Terminal) -> String {
    let bars = Array(" ▁▂▃▄▅▆▇█")
    var lines = [
      terminal.show("points by √\(column)", .bold)
    ]
    for row in rows {
      let most = row.counts.max() ?? 0
      let line = row.counts.map { count in
        // A bin with a point in it never looks empty.
        count == 0 ? bars[0] : bars[max(1, (count * 8 + most - 1) / most)]
      }
      let head = "\(row.family) \(row.form)".padding(toLength: 20, withPad: " ", startingAt: 0)
      let zeros = row.zeros > 0 ? ", \(Show.count(row.zeros)) of 0" : ""
      lines.append("\(head)\(String(line)) \(Show.count(row.counts.reduce(0, +)))\(zeros)")
    }
    let (left, right) = (String(format: "%.2g", low), String(format: "%.2g", high))
    let gap = max(1, Self.binCount - left.count - right.count)
    lines.append(
      String(repeating: " ", count: 20) + left + String(repeating: "·", count: gap) + right)
    return lines.joined(separator: "\n")
  }
}
