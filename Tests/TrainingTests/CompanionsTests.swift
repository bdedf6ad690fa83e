import Architectures
import Foundation
import NetworkGraphs
import Networks
import OpenBLAS
import RandomNumbers
import TestSupport
import Testing

@testable import Training

@Suite("Companion scores") struct CompanionsTests {
  // As the program does: other numbers of threads give other bits.
  init() { BLASLibrary.setThreadCount(1) }

  /// Two inputs, layers of two units and of one, two classes.
  private static func scorer(_ change: (inout [Double]) -> Void = { _ in }) throws
    -> CompanionScorer
  {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [2, 1], kernel: 1, stride: 1)])
    // W1, W2, V, then biases.
    var parameters: [Double] = [1, -2, 3, 4, 2, -5, 1, 2, 0, 0, 0, 0, 0]
    change(&parameters)
    return try CompanionScorer(BuiltNetwork(architecture, classes: 2), parameters)
  }

  @Test("Synflow is the number of layers times the flow through them") func synflow() throws {
    // |W2| |W1| 1 = 2 (1 + 2) + 5 (3 + 4) = 41, and (1 + 2) 41 behind V; each of three weights conserves it.
    #expect(isClose(try Self.scorer().synflowLog(), log(3 * 123), relative: 1e-14))
  }

  /// A cell of one channel on images of two pixels' side, with batch normalisation.
  private static func normalized(
    _ change: (BuiltNetwork, inout [Double]) -> Void = { _, _ in }
  ) throws -> (network: BuiltNetwork, parameters: [Double]) {
    let network = BuiltNetwork(
      try Architecture(
        family: .residual, input: InputShape(channels: 1, size: 2),
        stages: [Stage(widths: [2], kernel: 3, stride: 1)],
        options: [
          .block: KeyValue(Block.cell), .cell: .integer(Int("200130", radix: 5) ?? 0),
          .normalization: KeyValue(Normalization.batch),
        ]), classes: 2)
    var parameters = network.initialVector(seed: 3, draw: 0).map { Double($0) }
    change(network, &parameters)
    return (network, parameters)
  }

  @Test("With the statistics of the batch, scales of weights before a normalisation do not count")
  func batchStatistics() throws {
    func scores(_ factor: Double, _ isBatch: Bool) throws -> (Double, Double, Double) {
      let (network, parameters) = try Self.normalized { network, parameters in
        let weight = network.parameters.first { $0.role == .weight }
        for index in weight?.range ?? 0..<0 { parameters[index] *= factor }
      }
      let scorer = try CompanionScorer(network, parameters, usesBatchStatistics: isBatch)
      return try scorer.batchScores(
        [[0.1, 0.9, -0.4, 0.3], [0.7, -0.2, 0.5, 0.6], [0, 0.3, 0.8, -0.5]], [0, 1, 0], classes: 2)
    }
    let (one, ten) = (try scores(1, true), try scores(1e4, true))
    // ε counts less and less.
    #expect(isClose(one.1, ten.1, relative: 1e-3))
    #expect(one.2 == ten.2)
    #expect(try !isClose(scores(1, false).1, scores(1e4, false).1, relative: 1e-3))
  }

  @Test("Synaptic flow leaves batch normalisation out") func flowWithoutNormalization() throws {
    func flow(_ change: (BuiltNetwork, inout [Double]) -> Void) throws -> Double {
      let (network, parameters) = try Self.normalized(change)
      #expect(network.isProportional)
      return try CompanionScorer(network, parameters, usesBatchStatistics: true).synflowLog()
    }
    let plain = try flow { _, _ in }
    let others = try flow { network, parameters in
      for parameter in network.parameters where parameter.role != .weight {
        for index in parameter.range { parameters[index] = 0.3 }
      }
    }
    #expect(plain == others)
    // A weight of 1 at each tap: by hand, the sum over weights of θ ∂R/∂θ.
    let ones = try flow { network, parameters in
      for index in network.decayed { parameters[index] = 1 }
    }
    // A pixel has 4 taps inside the image: 4 behind the stem in both channels, then 8 at node 1 and
    // 4 + 64 at node 3. R adds two channels for each of two classes. Paths through the skip meet two
    // weights, those through the cell two more, and all meet stem and classifier.
    #expect(isClose(ones, log(4 * (2 * 4.0 + 4 * 64)), relative: 1e-12))
    #expect(
      try !BuiltNetwork(Preset.mobileNetV2.architecture(), classes: 2).isProportional)
  }

  @Test("The spectral norms are those of the matrices") func spectral() throws {
    // W1 W1ᵀ = [[5, −5], [−5, 25]]: eigenvalues 15 ± √125; W2 is a row of norm √29, V a column of √5.
    let norms = [(15 + 125.0.squareRoot()).squareRoot(), 29.0.squareRoot(), 5.0.squareRoot()]
    let found = try Self.scorer().spectralLogs()
    let product = norms.reduce(0) { $0 + log($1) }
    #expect(isClose(found.norm, product, relative: 1e-14))
    // The rows of W1 have norms √5 and 5; V has rows of 1 and 2.
    let atoms = [5 + 5.0.squareRoot(), norms[1], 3]
    let sum = zip(atoms, norms).reduce(0) { $0 + pow($1.0 / $1.1, 2.0 / 3) }
    #expect(isClose(found.complexity, product + 1.5 * log(sum), relative: 1e-14))
  }

  @Test("The Zen-score is the change that is written out") func zen() throws {
    // Images (1, 1) and (1.01, 1): W1 x = (−1, 7) and (−0.99, 7.03), closed at the first; W2 with 5 in
    // place of −5: a change of 5 · 0.03. At (−1, −1) it is (1, −7) and (1.01, −6.97): 2 · 0.01.
    let scorer = try Self.scorer { $0[5] = 5 }
    let score = try scorer.zenScore(
      at: scorer.parameters, pairs: [([1, 1], [1, 0]), ([-1, -1], [1, 0])])
    // A difference of numbers of the order of 35.
    #expect(isClose(score, log(0.17 / 2), relative: 1e-12))
  }

  @Test("The Zen-score of a network beyond the range of numbers is that of the powers of its scale")
  func zenScale() throws {
    func network(_ layers: Int, width: Int = 8) throws -> CompanionScorer {
      let architecture = try Architecture(
        family: .chain, input: InputShape(channels: width, size: 1),
        stages: [Stage(widths: [Int](repeating: width, count: layers), kernel: 1, stride: 1)])
      let network = BuiltNetwork(architecture, classes: 2)
      return try CompanionScorer(
        network, [Double](repeating: 0, count: network.parameterCount))
    }
    // Layers that multiply each unit by 2^10 or 2^-10; double precision ends at 2^1024 and 2^-1074.
    for (layers, exponent) in [(3, 30), (120, 1_200), (120, -1_200)] {
      let scorer = try network(layers)
      var weights = scorer.parameters
      for parameter in scorer.weights where !parameter.isClassifier {
        for unit in 0..<8 {
          weights[parameter.range.lowerBound + 9 * unit] = exponent > 0 ? 1_024 : 1 / 1_024
        }
      }
      let ones = [Double](repeating: 1, count: 8)
      let score = try scorer.zenScore(at: weights, pairs: [(ones, ones)])
      #expect(isClose(score, log(0.08) + Double(exponent) * log(2), relative: 1e-12))
    }
    var stream = RandomKey(domain: "test of the Zen-score").stream
    let deep = try network(450, width: 64).zenScore(draws: 1, pairs: 1, from: &stream)
    // A layer of 64 standard normal inputs multiplies norms by √32, 450 of them by e⁷⁸⁰.
    #expect(deep.isFinite && deep > log(Double.greatestFiniteMagnitude))
  }

  @Test(
    "The Zen-score follows its images beyond the range of numbers, by any sweeps",
    arguments: [1, 3],
    Family.layered)
  func zenImages(_ sweeps: Int, _ family: Family) throws {
    let architecture = try TrainerTests.network(family)
    let network = BuiltNetwork(architecture, classes: 2)
    let start = network.initialVector(seed: 1, draw: 0)
    let parameters = start.map { Double($0) }
    let scorer = try CompanionScorer(network, parameters, sweeps: sweeps)
    var random = SeededGenerator(seed: 6)
    let count = architecture.input.channels * architecture.input.size * architecture.input.size
    let (image, change): ([Double], [Double]) = (random.numbers(count), random.numbers(count))
    let score = try scorer.zenScore(at: parameters, pairs: [(image, change)])
    for exponent in [800, -800] {
      let scale = Double(sign: .plus, exponent: exponent, significand: 1)
      let scaled = try scorer.zenScore(
        at: parameters, pairs: [(image.map { scale * $0 }, change.map { scale * $0 })])
      #expect(isClose(scaled, score + Double(exponent) * log(2), relative: 1e-13))
    }
  }

  @Test("Gradient norm and SNIP are those of the gradient, written out") func gradients() throws {
    // Image (1, 1): W1 x = (−1, 7), open at the second; W2 with 5 in place of −5: h = 35; scores
    // (35, 70), and with label 0 the probabilities are (e⁻³⁵, 1) to double precision.
    let scorer = try Self.scorer { $0[5] = 5 }
    let scores = try scorer.batchScores([[1, 1]], [0], classes: 2)
    let excess = 1 / (1 + exp(-35.0))
    // dV = ±h, dh = excess (2 − 1), dW2 = (0, 7), dW1 row 2 = 5 (1, 1).
    let norms = (2.0 * 1_225).squareRoot() + 7 + 50.0.squareRoot()
    #expect(isClose(scores.gradientNorm, excess * norms, relative: 1e-12))
    let flow: Double = 35 + 70 + 35 + 15 + 20
    #expect(isClose(scores.snip, excess * flow, relative: 1e-12))
  }

  @Test("The kernel of states counts agreements, and equal states make it singular")
  func states() throws {
    let codes = [[true, true, false, false], [true, false, true, false]]
    // K = [[4, 2], [2, 4]].
    #expect(isClose(try CompanionScorer.logDeterminant(ofCodes: codes), log(12), relative: 1e-14))
    let equal = try CompanionScorer.logDeterminant(ofCodes: [codes[0], codes[0]])
    #expect(equal == -.infinity)
  }

  @Test("The tangent kernel's condition is that of the products of gradients") func tangent() throws
  {
    let scorer = try Self.scorer { $0[5] = 5 }
    let images = [[1.0, 1], [1, 0]]
    // f = (1 + 2) h. At (1, 1): h = 35, units (0, 7). At (1, 0): W1 x = (1, 3), h = 2 + 15 = 17.
    // Gradients: V: h, h; W2: 3 u; W1 rows: 3 W2_i x where open.
    func gradient(_ x: [Double], _ u: [Double], _ h: Double) -> [Double] {
      let slopes = [u[0] > 0 ? 6.0 : 0, u[1] > 0 ? 15.0 : 0]
      return [h, h, 3 * u[0], 3 * u[1]] + slopes.flatMap { s in x.map { s * $0 } }
    }
    let (a, b) = (gradient(images[0], [0, 7], 35), gradient(images[1], [1, 3], 17))
    func product(_ left: [Double], _ right: [Double]) -> Double {
      zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (aa, ab, bb) = (product(a, a), product(a, b), product(b, b))
    let root = ((aa - bb) * (aa - bb) + 4 * ab * ab).squareRoot()
    let expected = (aa + bb + root) / (aa + bb - root)
    #expect(isClose(try scorer.ntkCondition(images, classes: 2), expected, relative: 1e-9))
  }

  @Test("Images with dependent gradients have an infinite condition") func singular() throws {
    let scorer = try Self.scorer { $0[5] = 5 }
    // (−3, 0) opens no unit, so no weight has a gradient there; equal images have equal gradients.
    #expect(try scorer.ntkCondition([[1, 1], [-3, 0]], classes: 2) == .infinity)
    #expect(try scorer.ntkCondition([[1, 1], [0.3, 0.7], [1, 1]], classes: 2) == .infinity)
  }

  @Test("All scores of a real network are finite and repeat", arguments: Family.layered)
  func repeats(_ family: Family) throws {
    let images = TrainerTests.images()
    let network = try TrainerTests.network(family)
    let built = BuiltNetwork(network, classes: images.classes)
    let scores = try Companions(built, images: images, batch: Array(0..<12), seed: 1, draw: 0)
    let all = [
      scores.synflowLog, scores.spectralNormLog, scores.spectralComplexityLog, scores.zenScore,
      scores.gradientNorm, scores.snip, scores.ntkCondition,
    ]
    // Two of these images may share all their units, which makes NASWOT's kernel singular.
    #expect(all.allSatisfy(\.isFinite) && scores.ntkCondition >= 1 && !scores.naswot.isNaN)
    #expect(
      try scores == Companions(built, images: images, batch: Array(0..<12), seed: 1, draw: 0))
  }
}
