internal import Foundation

/// A sum of numbers with powers of 2 in front of them, which may be beyond double precision.
struct ScaledSum {
  private var significand = 0.0
  private var exponent = 0

  /// Adds 2ᵉ times a number.
  mutating func add(_ number: Double, exponent: Int) {
    guard number != 0 else { return }
    if significand == 0 || exponent > self.exponent {
      significand = scalbn(significand, self.exponent - exponent)
      self.exponent = exponent
    }
    significand += scalbn(number, exponent - self.exponent)
  }

  /// The natural logarithm.
  var logarithm: Double { log(significand) + Double(exponent) * log(2) }
}
