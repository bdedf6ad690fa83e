internal import Foundation

/// The numbers that a generator stands for, before they are rounded.
enum Generator {
  /// More numbers than this on one axis are a mistake.
  static let countLimit = 10_000_000

  case range(from: Double, to: Double, step: Double)
  case linear(from: Double, to: Double, count: Int)
  case logarithmic(from: Double, to: Double, count: Int)
  case powersOfTwo(from: Double, to: Double)

  /// The numbers in order, or nil where they are too many.
  var values: [Double]? {
    switch self {
    case .range(let start, let end, let step):
      // The tolerance includes an end that is reached but for rounding.
      let steps = ((end - start) / step + 1e-9).rounded(.down)
      guard steps < Double(Self.countLimit) else { return nil }
      guard steps >= 0 else { return [] }
      return (0...Int(steps)).map { Self.tidy(start + Double($0) * step) }
    case .linear(let start, let end, let count):
      return Self.ends(start, end, count) { part in start + (end - start) * part }
    case .logarithmic(let start, let end, let count):
      return Self.ends(start, end, count) { part in start * pow(end / start, part) }
    case .powersOfTwo(let start, let end):
      let powers = (0...62).map { Double(sign: .plus, exponent: $0, significand: 1) }
      return powers.filter { $0 >= start && $0 <= end }
    }
  }

  /// The given ends, and what a curve says in between.
  private static func ends(
    _ start: Double, _ end: Double, _ count: Int, _ curve: (Double) -> Double
  ) -> [Double] {
    (0..<count).map { index in
      if index == 0 { return start }
      return index == count - 1 ? end : tidy(curve(Double(index) / Double(count - 1)))
    }
  }

  /// A number without the last digits that rounding has left: 0.3 instead of 0.30000000000000004.
  private static func tidy(_ value: Double) -> Double {
    Double(String(format: "%.14g", value)) ?? value
  }
}
