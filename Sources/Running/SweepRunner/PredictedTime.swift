internal import Foundation
internal import Measurements

/// A predicted time as a range: searches for minima end when they have converged, which nobody knows
/// before.
package struct PredictedTime: Encodable, Equatable {
  /// In seconds.
  package let low: Double
  /// In seconds.
  package let high: Double

  /// What searches took of what they take as a rule, over the sweeps in jobs/: the middle four fifths.
  private static let searchSpread = 0.3...3
  /// What everything else took, of the prediction: CPU times of the same point differ that much between
  /// machines, and with what else a machine does.
  private static let spread = 0.5...1.6

  /// The time of a point, or of several whose costs were added.
  ///
  /// - Parameters:
  ///   - seconds: the predicted time.
  ///   - searchSeconds: the part of it in which minima are searched for.
  ///   - searchSecondsAtMost: what that part takes if no descent converges.
  init(seconds: Double, searchSeconds: Double, searchSecondsAtMost: Double) {
    let sure = max(0, seconds - searchSeconds)
    low = Self.spread.lowerBound * sure + Self.searchSpread.lowerBound * searchSeconds
    high =
      Self.spread.upperBound * sure
      + min(Self.searchSpread.upperBound * searchSeconds, searchSecondsAtMost)
  }

  init(_ cost: PointCost) {
    self.init(
      seconds: cost.seconds, searchSeconds: cost.searchSeconds,
      searchSecondsAtMost: cost.searchSecondsAtMost)
  }

  init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// About 20 to 60 s.
  package var text: String { "about \(Show.range(low, high))" }
}

extension Show {
  /// Two durations to two digits: 20 to 60 s, 8 s to 4.2 min, 40 ms.
  package static func range(_ low: Double, _ high: Double) -> String {
    guard high.isFinite else { return "unknown" }
    let unit = unit(for: high)
    // A part of a larger unit says less than a number of a smaller one.
    let lowUnit = low < unit.length ? Self.unit(for: low) : unit
    let (from, to) = (digits(low / lowUnit.length), digits(high / unit.length))
    if high < 5e-8 { return "0 s" }
    if unit.name != lowUnit.name, low >= 5e-8 {
      return "\(from) \(lowUnit.name) to \(to) \(unit.name)"
    }
    return from == to ? "\(to) \(unit.name)" : "\(from) to \(to) \(unit.name)"
  }

  private static func unit(for seconds: Double) -> (name: String, length: Double) {
    switch seconds {
    case ..<1e-3: ("µs", 1e-6)
    case ..<1: ("ms", 1e-3)
    case ..<120: ("s", 1)
    case ..<7_200: ("min", 60)
    case ..<172_800: ("h", 3_600)
    default: ("d", 86_400)
    }
  }

  private static func digits(_ value: Double) -> String {
    guard value >= 9.5 else { return value < 0.05 ? "0" : String(format: "%.2g", value) }
    let step = pow(10, max(0, floor(log10(value)) - 1))
    return String(format: "%.0f", (value / step).rounded() * step)
  }
}
