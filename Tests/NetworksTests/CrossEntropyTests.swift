import Architectures
import Foundation
import NetworkGraphs
import TestSupport
import Testing

@testable import Networks

@Suite("Cross-entropies") struct CrossEntropyTests {
  private static func slopes(_ scores: [Double], label: Int) -> [Double] {
    let entropy = CrossEntropy(scores, label: label)
    return scores.indices.map { entropy.slope($0, score: scores[$0]) }
  }

  @Test(
    "Of two classes they are closed forms of the margin, to the last digits",
    arguments: [-700, -100, -40, -10, -1, 0, 1, 10, 17, 36, 40, 100, 700])
  func twoClasses(_ margin: Double) {
    let rows: [[Double]] = [[margin, 0], [3, 3 + margin]]
    for (label, scores) in rows.enumerated() {
      let entropy = CrossEntropy(scores, label: label)
      let expected = margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin
      #expect(isClose(entropy.loss, expected, relative: 1e-13))
      #expect(isClose(entropy.excess, 1 / (1 + exp(margin)), relative: 1e-13))
      let slopes: [Double] = label == 0 ? [-1, 1] : [1, -1]
      #expect(Self.slopes(scores, label: label) == slopes)
    }
  }

  @Test("The slopes of other classes are their shares, and all slopes add up to 0")
  func manyClasses() {
    for margin in [0.0, 10, 40, 100, 1e4] {
      let found = Self.slopes([0, margin, log(2), log(3)], label: 1)
      let expected: [Double] = [1 / 6, -1, 2 / 6, 3 / 6]
      #expect(areClose(found, expected, absolute: 1e-15))
    }
  }

  @Test("A score that is not a number leaves no loss and no gradient", arguments: [0, 1])
  func notFinite(_ label: Int) {
    for score in [Double.nan, .infinity, -.infinity] {
      let entropy = CrossEntropy([score, 1, 2], label: label)
      let slopes = Self.slopes([score, 1, 2], label: label)
      #expect(entropy.loss.isNaN && entropy.excess.isNaN && slopes.allSatisfy(\.isNaN))
    }
  }

  /// The gradients of an image at which its class leads by a margin, in the order parameters, image.
  ///
  /// They are sums of the scores' gradients, each carried back by itself in double precision, times
  /// the classes' probabilities.
  private struct Confident {
    let sample: GradientTests.Sample
    let label: Int
    let excess: Double
    let parameters: [Double]
    let image: [Double]

    init?(seed: Int, margin: Double) throws {
      var sample = try GradientTests.Sample(seed: seed)
      (sample.images, sample.labels) = ([sample.images[0]], [0])
      let network = try sample.network()
      guard let weights = sample.built.classifierWeight?.range,
        let biases = sample.built.classifierBias?.range
      else { return nil }
      _ = try sample.evaluate(network)
      var order = network.scores.indices.sorted { network.scores[$0] > network.scores[$1] }
      let factor = margin / (network.scores[order[0]] - network.scores[order[1]])
      guard factor.isFinite else { return nil }
      for place in [weights, biases].joined() { sample.parameters[place] *= factor }
      _ = try sample.evaluate(network)
      let label = order.removeFirst()
      (self.sample, self.label) = (sample, label)
      let ratios = order.map { exp(network.scores[$0] - network.scores[label]) }
      let whole = 1 + ratios.reduce(0, +)
      excess = ratios.reduce(0, +) / whole
      var parameters = [Double](repeating: 0, count: sample.built.parameterCount)
      var image = sample.images[0].map { _ in 0.0 }
      for (other, ratio) in zip(order, ratios) {
        var scores = [Double](repeating: 0, count: network.classes)
        (scores[other], scores[label]) = (1, -1)
        try network.backward(scores: scores.span, wantsInput: true)
        let slopes = GradientTests.Sample.parameterGradient(network)
        for place in slopes.indices { parameters[place] += ratio / whole * slopes[place] }
        for (place, slope) in network.imageGradient(at: 0).enumerated() {
          image[place] += ratio / whole * slope
        }
      }
      (self.parameters, self.image) = (parameters, image)
    }

    /// The gradients that a precision finds: all parameters, image, and the image's direction.
    func found<Scalar: GraphScalar>(
      _: Scalar.Type
    ) throws -> (parameters: [Double], image: [Double], direction: [Double]) {
      let network = try sample.network(Scalar.self)
      _ = try sample.evaluate(network)
      try network.backward(labels: [label], wantsInput: true)
      let image = network.imageGradient(at: 0)
      let gradient = GradientTests.Sample.parameterGradient(network)
      try network.backwardDirections(labels: [label])
      return (gradient, image, network.imageGradient(at: 0))
    }
  }

  private static func norm(_ values: [Double]) -> Double {
    (values.map { $0 * $0 }.reduce(0, +)).squareRoot()
  }

  private static func distance(_ values: [Double], _ expected: [Double]) -> Double {
    norm(zip(values, expected).map { $0 - $1 }) / norm(expected)
  }

  @Test("Gradients of confident networks are exact", arguments: [10, 40, 100])
  func confident(_ margin: Double) throws {
    // An image that closes all units has no gradient.
    let cases = try (0..<24).compactMap { try Confident(seed: $0, margin: margin) }
      .filter { Self.norm($0.image) > 0 }
    #expect(cases.count >= 12)
    for exact in cases {
      let direction = exact.image.map { $0 / exact.excess }
      let double = try exact.found(Double.self)
      // Scores of the order of the margin have errors of 1e-14, and so have exponents.
      #expect(Self.distance(double.parameters, exact.parameters) < 1e-11)
      #expect(Self.distance(double.image, exact.image) < 1e-11)
      #expect(Self.distance(double.direction, direction) < 1e-11)
      let float = try exact.found(Float.self)
      // The same with 1e-5; e⁻¹⁰⁰ is below what single precision holds, and only directions are left.
      #expect(Self.distance(float.direction, direction) < 1e-3)
      guard margin < 80 else { continue }
      #expect(Self.distance(float.parameters, exact.parameters) < 1e-3)
      #expect(Self.distance(float.image, exact.image) < 1e-3)
    }
  }
}
