/// Some points of a plan, as 17,40-60 on the command line.
public struct PointSelection: Equatable, Sendable {
  /// In order, and with at least one point between any two.
  public let ranges: [ClosedRange<Int>]

  /// Reads points and ranges that do not go down; nil for any other text.
  public init?(_ text: String) {
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
        .map { Int($0.filter { $0 != " " }) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first >= 0, first <= last
      else { return nil }
      ranges.append(first...last)
    }
    self.ranges = Self.joined(ranges)
  }

  /// Ranges in order, those that overlap or touch as one.
  private static func joined(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    var joined: [ClosedRange<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      // Not one more than the upper bound, which may be the largest integer.
      if let last = joined.last, range.lowerBound - 1 <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    return joined
  }

  /// The points of a sorted list, those that follow one another as ranges.
  public init(_ points: [Int]) {
    var ranges: [ClosedRange<Int>] = []
    for point in points {
      if let last = ranges.last, last.upperBound + 1 == point {
        ranges[ranges.count - 1] = last.lowerBound...point
      } else {
        ranges.append(point...point)
      }
    }
    self.ranges = ranges
  }

  /// The largest point that is named.
  public var largest: Int { ranges.last?.upperBound ?? -1 }

  /// Whether a point is named.
  ///
  /// **Complexity**: O(log of the number of ranges).
  public func contains(_ point: Int) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < point { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(point)
  }

  /// What the command line would say, cut after so many ranges.
  public func text(atMost count: Int = .max) -> String {
    let shown = ranges.prefix(count).map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }
    return shown.joined(separator: ",") + (ranges.count > count ? ",…" : "")
  }
}
