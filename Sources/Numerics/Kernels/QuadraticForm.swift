internal import Foundation

/// The random number Σ w_i Σ_c (z_ic + b_ic)² + constant, with independent standard normal z_ic and c from 1
/// to a multiplicity.
public struct QuadraticForm: Sendable {
  /// The weights w_i, above 0.
  public let weights: [Double]
  /// Σ_c b_ic² for each weight.
  public let squaredOffsets: [Double]
  /// The number of squares with each weight, at least 1.
  public let multiplicity: Int
  /// What is added.
  public let constant: Double

  /// Describes a form with at least one weight.
  public init(
    weights: [Double], squaredOffsets: [Double], multiplicity: Int = 1, constant: Double = 0
  ) {
    precondition(
      !weights.isEmpty && weights.count == squaredOffsets.count && weights.allSatisfy { $0 > 0 },
      "a form has positive weights and an offset for each")
    self.weights = weights
    self.squaredOffsets = squaredOffsets
    self.multiplicity = multiplicity
    self.constant = constant
  }

  /// The mean.
  public var mean: Double { constant + cumulants(at: 0).slope }

  /// −ln of the probability of at most a level, in nats; infinite if there is none.
  ///
  /// **Source**: Lugannani & Rice, "Saddle point approximation for the distribution of the sum of
  /// independent random variables", 1980. It is off by some thousandths of a nat.
  public func negativeLogProbability(upTo level: Double) -> Double {
    let level = level - constant
    guard level > 0 else { return .infinity }
    let point = saddlepoint(level)
    let found = cumulants(at: point)
    let square = 2 * (point * level - found.value)
    let root = (point < 0 ? -1 : 1) * max(0, square).squareRoot()
    let density = -root * root / 2 - log(2 * Double.pi) / 2
    guard abs(root) > 1e-4 else {
      // The limit at the mean, where both terms of the correction are infinite.
      let third = zip(weights, squaredOffsets).reduce(0) { sum, term in
        sum + 8 * term.0 * term.0 * term.0 * (Double(multiplicity) + 3 * term.1)
      }
      let skewness = third / pow(found.curvature, 1.5)
      return -log(0.5 + (root + skewness / 6) / (2 * Double.pi).squareRoot())
    }
    let slope = point * found.curvature.squareRoot()
    guard root < 0 else {
      let tail = exp(density) * (Self.millsExcess(root) + 1 / slope)
      return -log1p(-tail)
    }
    return -density - log(Self.millsExcess(-root) - 1 / slope)
  }

  /// The cumulant function without the constant, and its first two derivatives.
  private func cumulants(
    at point: Double
  ) -> (value: Double, slope: Double, curvature: Double) {
    var (value, slope, curvature) = (0.0, 0.0, 0.0)
    let count = Double(multiplicity)
    for (weight, offset) in zip(weights, squaredOffsets) {
      let rest = 1 - 2 * weight * point
      value += offset * weight * point / rest - count / 2 * log1p(-2 * weight * point)
      slope += weight / rest * (count + offset / rest)
      curvature += 2 * weight * weight / (rest * rest) * (count + 2 * offset / rest)
    }
    return (value, slope, curvature)
  }

  /// Where the slope of the cumulant function, which grows, is the level.
  private func saddlepoint(_ level: Double) -> Double {
    let largest = weights.reduce(0, max)
    var (low, high) = (-1 / largest, 1 / (2 * largest))
    while cumulants(at: low).slope > level { low *= 2 }
    var point = level < cumulants(at: 0).slope ? low / 2 : 0
    // Newton's method, and halves where it would leave the bounds.
    for _ in 0..<500 {
      let found = cumulants(at: point)
      if found.slope > level { high = point } else { low = point }
      let newton = point - (found.slope - level) / found.curvature
      let next = newton > low && newton < high ? newton : (low + high) / 2
      let isDone = abs(next - point) <= 1e-15 * abs(point) || next == point
      point = next
      if isDone { break }
    }
    return point
  }

  /// (1 − Φ(x)) / φ(x) − 1/x for x > 0.
  private static func millsExcess(_ x: Double) -> Double {
    guard x >= 10 else {
      return (Double.pi / 2).squareRoot() * erfc(x / 2.0.squareRoot()) * exp(x * x / 2) - 1 / x
    }
    var (sum, term) = (0.0, 1 / x)
    for index in 1...20 {
      term *= -Double(2 * index - 1) / (x * x)
      sum += term
    }
    return sum
  }
}
