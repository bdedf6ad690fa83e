internal import Foundation
internal import SweepRecords
package import SweepStore

/// How a statistic is distributed in each family and form, and in each network from a file: histograms that
/// share one axis.
package struct FamilyPlot: Codable {
  package struct Row: Codable {
    package let family: String
    package let form: String
    /// The file that the networks come from; nil for those of a family.
    package let network: String?
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
  /// More networks from files share one row.
  private static let mostNetworks = 12

  /// What the points of a row have in common.
  private struct Group: Hashable, Comparable {
    /// A path, or words for all files; empty for networks of a family, which come first.
    var network = ""
    let form: Int64
    let family: Int64

    static func < (left: Self, right: Self) -> Bool {
      (left.network, left.form, left.family) < (right.network, right.form, right.family)
    }
  }

  /// Takes the minimum deep frame potential, or else the potential of draws; nil without values.
  package init?(of reader: borrowing ResultReader, _ view: ResultView) throws(StoreError) {
    let columns = view.pointColumns
    guard try reader.hasColumn("family"), try reader.hasColumn("form") else { return nil }
    let families = try reader.integers("family")
    let forms = try reader.integers("form")
    for name in ["min_deep_frame_potential", "deep_frame_potential"] {
      guard let column = columns.first(where: { $0.name == name }) else { continue }
      let values = try reader.values(of: column)
      if let plot = FamilyPlot(
        name, values, families: families, forms: forms, networks: view.networks)
      {
        self = plot
        return
      }
    }
    return nil
  }

  /// Sorts the roots of positive values into bins; nil where there are none.
  package init?(
    _ column: String, _ values: [Double], families: [Int64], forms: [Int64], networks: [String]?
  ) {
    let isCrowded = Set(networks ?? []).subtracting([""]).count > Self.mostNetworks
    let groups = values.indices.map { point in
      let network = networks?[point] ?? ""
      return Group(
        network: isCrowded && !network.isEmpty ? "networks from files" : network,
        form: forms[point], family: families[point])
    }
    var (low, high) = (Double.infinity, -Double.infinity)
    // Rounding leaves about 1e-17 where a potential is 0, which a logarithm cannot show.
    for value in values where value > 1e-15 && value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    let step = (log(high) - log(low)) / Double(Self.binCount)
    var counts: [Group: [Int]] = [:]
    var zeros: [Group: Int] = [:]
    for (point, value) in values.enumerated() where value.isFinite {
      guard value > 1e-15 else {
        zeros[groups[point], default: 0] += 1
        continue
      }
      let place = step > 0 ? Int((log(value) - log(low)) / step) : 0
      counts[groups[point], default: [Int](repeating: 0, count: Self.binCount)][
        min(place, Self.binCount - 1)] += 1
    }
    self.column = column
    self.low = low.squareRoot()
    self.high = high.squareRoot()
    rows = Set(counts.keys).union(zeros.keys).sorted().map { group in
      Row(
        family: ResultView.word("family", group.family),
        form: ResultView.word("form", group.form),
        network: group.network.isEmpty ? nil : group.network,
        counts: counts[group] ?? [Int](repeating: 0, count: Self.binCount),
        zeros: zeros[group] ?? 0)
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
      // The end of a path says more than its beginning.
      let name = row.network.map { $0.count < 20 ? $0 : "…\($0.suffix(18))" }
      let head = (name ?? "\(row.family) \(row.form)")
        .padding(toLength: 20, withPad: " ", startingAt: 0)
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
