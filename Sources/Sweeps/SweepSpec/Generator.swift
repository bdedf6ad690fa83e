internal import Foundation

/// A number as a sweep file gives it.
struct GivenNumber: Sendable {
  /// The number, or the nearest to it that double precision has.
  let real: Double
  /// The same, exactly; nil where it is not whole, or does not fit 64 bits.
  let whole: Int?

  init(_ real: Double) {
    self.real = real
    whole = Int(exactly: real)
  }

  init(_ whole: Int) {
    real = Double(whole)
    self.whole = whole
  }
}

/// The numbers that a generator stands for.
enum Generator {
  /// More numbers than this on one axis are a mistake.
  static let countLimit = 10_000_000

  /// Why a generator gives no numbers.
  enum Problem: Error {
    /// They are more than `countLimit`.
    case tooMany
    /// One of them does not fit 64 bits.
    case tooLarge(Double)
    /// Whole numbers cannot be told from the steps to them, which are fractions.
    case inexact
  }

  case range(from: GivenNumber, to: GivenNumber, step: GivenNumber)
  case linear(from: GivenNumber, to: GivenNumber, count: Int)
  case logarithmic(from: GivenNumber, to: GivenNumber, count: Int)
  case powersOfTwo(from: GivenNumber, to: GivenNumber)

  /// The numbers in order, in double precision.
  func reals() throws(Problem) -> [Double] {
    switch self {
    case .range(let from, let to, let step):
      let (start, end, step) = (from.real, to.real, step.real)
      // The tolerance includes an end that is reached but for rounding.
      let steps = ((end - start) / step + 1e-9).rounded(.down)
      guard steps < Double(Self.countLimit) else { throw .tooMany }
      guard steps >= 0 else { return [] }
      return (0...Int(steps)).map { Self.tidy(start + Double($0) * step) }
    case .linear(let from, let to, let count):
      let (start, end) = (from.real, to.real)
      return Self.ends(start, end, count) { part in start + (end - start) * part }
    case .logarithmic(let from, let to, let count):
      let (start, end) = (from.real, to.real)
      return Self.ends(start, end, count) { part in start * pow(end / start, part) }
    case .powersOfTwo(let from, let to):
      let powers = (0...62).map { Double(sign: .plus, exponent: $0, significand: 1) }
      return powers.filter { $0 >= from.real && $0 <= to.real }
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
