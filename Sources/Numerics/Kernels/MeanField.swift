internal import Foundation
public import NetworkGraphs

/// How signals propagate in a fully connected network of infinite width and depth.
///
/// The variance q of pre-activations goes from layer to layer by q ↦ σ_w² E φ(√q z)² + σ_b², z standard
/// normal, and the correlation c of two of them likewise. What is said here holds at the fixed points.
///
/// **Source**: Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli, "Exponential expressivity in deep neural
/// networks through transient chaos", NeurIPS 2016; Schoenholz, Gilmer, Ganguli & Sohl-Dickstein, "Deep
/// information propagation", ICLR 2017.
public struct MeanField: Hashable, Sendable {
  /// The variance q* of pre-activations: 0 or infinite if it leaves every bound, NaN if it stays as it is.
  public let variance: Double
  /// The correlation c* that those of two different inputs tend to.
  public let correlation: Double
  /// χ∥ = ∂q′/∂q at q*.
  public let chiParallel: Double
  /// χ⊥ = σ_w² E φ′²: what a layer multiplies squared gradients by.
  public let chiPerpendicular: Double
  /// σ_w² E φ′φ′ at c*: what a layer multiplies the distance of correlations from c* by.
  public let chiCorrelation: Double

  /// The number ξ_c of layers in which the distance of correlations from c* falls, or grows, by e.
  public var depthScale: Double { 1 / abs(log(chiCorrelation)) }

  /// Finds the fixed points.
  ///
  /// Nil if the variance converges to no number; only of functions that scale with their argument, such
  /// as relu, are gradients the same at all variances.
  ///
  /// - Parameters:
  ///   - activation: φ.
  ///   - weightVariance: σ_w², the variance of weights times their fan-in.
  ///   - biasVariance: σ_b².
  public init?(_ activation: ScalarFunction, weightVariance: Double, biasVariance: Double) {
    if let slope = activation.slopeBelowZero {
      let chi = weightVariance * (1 + slope * slope) / 2
      (chiParallel, chiPerpendicular, chiCorrelation) = (chi, chi, chi)
      correlation = 1
      variance =
        chi < 1 ? biasVariance / (1 - chi) : (chi == 1 && biasVariance == 0 ? .nan : .infinity)
      return
    }
    let nodes = GaussianNodes(upTo: 10)
    var found: GaussianResponse?
    var variance = 1.0
    for _ in 0..<Self.iterationLimit {
      let response = GaussianResponse(activation, variance: variance, nodes)
      let slope = weightVariance * response.squareSlope
      let next = weightVariance * response.square + biasVariance
      // By Newton's method, if it does not lead far away.
      let newton = variance + (next - variance) / (1 - slope)
      let better = slope < 1 && newton > variance / 4 && newton < 4 * variance ? newton : next
      guard better.isFinite, better < 1e12 else { return nil }
      let isDone = abs(better - variance) <= 1e-14 * variance
      variance = better
      guard variance > 1e-30 else { break }
      if isDone {
        found = response
        break
      }
    }
    guard variance > 1e-30 else {
      // Only the slope at 0 is left.
      let slope = activation.evaluate([0]).derivatives[0]
      let chi = weightVariance * slope * slope
      (self.variance, correlation) = (0, 1)
      (chiParallel, chiPerpendicular, chiCorrelation) = (chi, chi, chi)
      return
    }
    guard let found else { return nil }
    self.variance = variance
    chiParallel = weightVariance * found.squareSlope
    chiPerpendicular = weightVariance * found.slopeSquare
    guard chiPerpendicular > 1 else {
      (correlation, chiCorrelation) = (1, chiPerpendicular)
      return
    }
    let dual = DualSeries(activation, variance: variance)
    // The map of correlations is a power series without negative terms, so Newton's method goes up
    // from 0 to its first fixed point.
    var correlation = 0.0
    for _ in 0..<Self.iterationLimit {
      let (value, slope) = dual(correlation)
      let distance = (weightVariance * value + biasVariance) / variance - correlation
      let step = distance / (1 - weightVariance * slope / variance)
      guard step > 1e-15, correlation + step <= 1 else { break }
      correlation += step
    }
    self.correlation = correlation
    chiCorrelation = weightVariance * dual(correlation).slope / variance
  }

  private static let iterationLimit = 1_000
}

/// Means of a function and its derivative over a normal variable.
private struct GaussianResponse {
  /// E φ².
  let square: Double
  /// ∂(E φ²)/∂q.
  let squareSlope: Double
  /// E φ′².
  let slopeSquare: Double

  init(_ activation: ScalarFunction, variance: Double, _ nodes: GaussianNodes) {
    let deviation = variance.squareRoot()
    let (values, derivatives) = activation.evaluate(nodes.places.map { deviation * $0 })
    var (square, squareSlope, slopeSquare) = (0.0, 0.0, 0.0)
    for place in nodes.places.indices {
      let (z, weight) = (nodes.places[place], nodes.weights[place])
      let value = values[place] * values[place]
      square += weight * value
      squareSlope += weight * value * (z * z - 1)
      slopeSquare += weight * derivatives[place] * derivatives[place]
    }
    self.square = square
    self.squareSlope = squareSlope / (2 * variance)
    self.slopeSquare = slopeSquare
  }
}

/// Σ a_n² cⁿ = E φ(√q u) φ(√q v) for standard normal u and v of correlation c, a_n the coefficients of
/// φ(√q z) in normalised Hermite polynomials.
private struct DualSeries {
  private static let terms = 100
  private var squares: [Double] = []

  init(_ activation: ScalarFunction, variance: Double) {
    // The last polynomials oscillate up to about 20.
    let nodes = GaussianNodes(upTo: 30)
    let deviation = variance.squareRoot()
    let values = activation.evaluate(nodes.places.map { deviation * $0 }).values
    var before = [Double](repeating: 0, count: values.count)
    var polynomial = [Double](repeating: 1, count: values.count)
    for n in 0..<Self.terms {
      var coefficient = 0.0
      let (root, nextRoot) = (Double(n).squareRoot(), Double(n + 1).squareRoot())
      for place in values.indices {
        coefficient += nodes.weights[place] * values[place] * polynomial[place]
        let next = (nodes.places[place] * polynomial[place] - root * before[place]) / nextRoot
        before[place] = polynomial[place]
        polynomial[place] = next
      }
      squares.append(coefficient * coefficient)
    }
  }

  /// The series and its derivative.
  func callAsFunction(_ correlation: Double) -> (value: Double, slope: Double) {
    var (value, slope) = (0.0, 0.0)
    for square in squares.reversed() {
      slope = slope * correlation + value
      value = value * correlation + square
    }
    return (value, slope)
  }
}

/// The trapezoidal rule for means over a standard normal variable, whose error falls exponentially with
/// the distance of the function's poles from the line.
private struct GaussianNodes {
  private static let step = 0.05
  let places: [Double]
  let weights: [Double]

  init(upTo limit: Double) {
    let count = Int(limit / Self.step)
    places = (-count...count).map { Double($0) * Self.step }
    let height = Self.step / (2 * Double.pi).squareRoot()
    weights = places.map { height * exp(-$0 * $0 / 2) }
  }
}
