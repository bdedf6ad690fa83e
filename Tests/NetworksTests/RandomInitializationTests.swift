import Architectures
import NetworkGraphs
import Networks
import Testing

@Suite("Random initialisation") struct RandomInitializationTests {
  static func architecture(width: Int = 40) throws -> Architecture {
    try Architecture(
      family: .residual, input: InputShape(channels: 3, size: 8),
      stages: [
        Stage(widths: [width, width], kernel: 3, stride: 1),
        Stage(widths: [50, 50], kernel: 3, stride: 2),
      ], shortcut: .projection)
  }

  @Test("Weights have the shapes of the architecture, biases are zero") func shapes() throws {
    let weights = NetworkWeights.heInitialization(of: try Self.architecture(), seed: 7, draw: 0)
    #expect(weights.layers.map(\.rows) == [40, 40, 50, 50])
    #expect(weights.layers.map(\.columns) == [3, 40, 40, 50])
    #expect(weights.layers.allSatisfy { $0.kernel == 3 })
    #expect(weights.projections.keys.sorted() == [3])
    #expect(weights.projections[3]?.columns == 40)
    #expect(weights.biases.allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  @Test("The variance of He's is 2 over fan-in") func variance() throws {
    let weights = NetworkWeights.heInitialization(of: try Self.architecture(), seed: 7, draw: 0)
    for layer in weights.layers {
      let count = Double(layer.values.count)
      let mean = layer.values.reduce(0, +) / count
      let variance = layer.values.reduce(0) { $0 + $1 * $1 } / count
      let expected = 2 / Double(layer.columns * 9)
      // Five standard errors of mean and of variance (σ²√(2/n)).
      #expect(abs(mean) < 5 * (expected / count).squareRoot())
      #expect(abs(variance - expected) < 5 * expected * (2 / count).squareRoot())
    }
  }

  @Test("Numbers depend on seed, architecture, draw and layer, and on nothing else")
  func keys() throws {
    let one = NetworkWeights.heInitialization(of: try Self.architecture(), seed: 7, draw: 0)
    #expect(one == NetworkWeights.heInitialization(of: try Self.architecture(), seed: 7, draw: 0))
    let others = [
      NetworkWeights.heInitialization(of: try Self.architecture(), seed: 8, draw: 0),
      NetworkWeights.heInitialization(of: try Self.architecture(), seed: 7, draw: 1),
      NetworkWeights.heInitialization(of: try Self.architecture(width: 41), seed: 7, draw: 0),
    ]
    for other in others {
      #expect(other.layers[0].values.prefix(9) != one.layers[0].values.prefix(9))
    }
    #expect(one.layers[2].values.prefix(9) != one.layers[3].values.prefix(9))
  }

  @Test("Normal weights of all kinds are multiples of the same numbers") func scales() throws {
    let architecture = try Self.architecture()
    let he = NetworkWeights.heInitialization(of: architecture, seed: 7, draw: 1)
    let kinds: [(RandomWeights, (_ inputs: Double, _ outputs: Double) -> Double)] = [
      (RandomWeights(.lecun), { inputs, _ in 1 / inputs }),
      (RandomWeights(.xavier), { 2 / ($0 + $1) }),
      (RandomWeights(.normal, weightVariance: 2), { inputs, _ in 2 / inputs }),
      (RandomWeights(.normal, weightVariance: 0.7), { inputs, _ in 0.7 / inputs }),
    ]
    for (random, variance) in kinds {
      let weights = NetworkWeights.random(random, of: architecture, seed: 7, draw: 1)
      #expect(weights.biases == he.biases)
      for (one, other) in zip(
        weights.layers + [try #require(weights.projections[3])],
        he.layers + [try #require(he.projections[3])])
      {
        let taps = Double(one.kernel * one.kernel)
        let (inputs, outputs) = (taps * Double(one.columns), taps * Double(one.rows))
        let ratio = (variance(inputs, outputs) / (2 / inputs)).squareRoot()
        // A product and two square roots on either side, each rounded to half of 2.2e-16.
        #expect(
          zip(one.values, other.values).allSatisfy { abs($0 - ratio * $1) <= 1e-15 * abs($0) })
      }
    }
    #expect(NetworkWeights.random(kinds[2].0, of: architecture, seed: 7, draw: 1) == he)
  }

  @Test("Biases have their variance, and leave the weights as they are") func biases() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 1),
      stages: [Stage(widths: [2_000, 2_000], kernel: 1, stride: 1)])
    let plain = NetworkWeights.heInitialization(of: architecture, seed: 3, draw: 0)
    let biased = NetworkWeights.random(
      RandomWeights(.normal, weightVariance: 2, biasVariance: 0.05), of: architecture, seed: 3,
      draw: 0)
    #expect(biased.layers == plain.layers)
    #expect(biased.biases[0] != biased.biases[1])
    for bias in biased.biases {
      let variance = bias.reduce(0) { $0 + $1 * $1 } / 2_000
      // Five standard errors.
      #expect(abs(variance - 0.05) < 5 * 0.05 * (2.0 / 2_000).squareRoot())
    }
  }

  @Test("Orthogonal weights have orthogonal atoms or inputs, and the weight variance")
  func orthogonal() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 4),
      stages: [Stage(widths: [40, 5], kernel: 3, stride: 1)])
    let weights = NetworkWeights.random(
      RandomWeights(.orthogonal, weightVariance: 1.5), of: architecture, seed: 3, draw: 0)
    for weight in weights.layers {
      let inputs = weight.columns * 9
      let isWide = weight.rows <= inputs
      let (count, length) = isWide ? (weight.rows, inputs) : (inputs, weight.rows)
      func entry(_ vector: Int, _ place: Int) -> Double {
        weight.values[isWide ? vector * inputs + place : place * inputs + vector]
      }
      // All weights together have the mean square 1.5 / inputs.
      let square = 1.5 / Double(inputs) * Double(weight.rows * inputs) / Double(count)
      for first in 0..<count {
        for second in 0...first {
          let product = (0..<length).reduce(0) { $0 + entry(first, $1) * entry(second, $1) }
          // Sums of at most 360 products of numbers below 1.
          #expect(abs(product - (first == second ? square : 0)) < 1e-13)
        }
      }
    }
  }

  @Test("Every family's operators are drawn as asked, and what else a network has starts as always")
  func families() throws {
    let keys: [(Family, KeyValues)] = [
      (.chain, [.normalization: KeyValue(Normalization.batch)]),
      (.transformer, [.patch: .integer(2)]),
      (.convnext, [:]),
    ]
    for (family, options) in keys {
      let architecture = try Architecture(
        family: family, input: InputShape(channels: 3, size: 8),
        stages: [Stage(widths: [24, 24], kernel: 3, stride: 1)], options: options)
      let network = BuiltNetwork(architecture, classes: 3)
      let he = network.initialVector(seed: 1, draw: 0)
      let random = RandomWeights(.normal, weightVariance: 0.5, biasVariance: 0.1)
      let drawn = network.initialVector(random, seed: 1, draw: 0)
      var biases = 0
      for parameter in network.parameters {
        let (own, other) = (drawn[parameter.range], he[parameter.range])
        let count = Double(own.count)
        if parameter.role == .weight, !parameter.isClassifier {
          let fanIn = own.count / network.graph[parameter.id].shape[0]
          let variance = own.reduce(0) { $0 + Double($1) * Double($1) } / count
          // Five standard errors.
          #expect(abs(variance * Double(fanIn) - 0.5) < 5 * 0.5 * (2 / count).squareRoot())
        } else if parameter.start == .bias, !parameter.isClassifier {
          biases += 1
          #expect(own.allSatisfy { $0 != 0 } && other.allSatisfy { $0 == 0 })
        } else {
          #expect(own == other)
        }
      }
      #expect(biases > 0)
    }
  }
}
