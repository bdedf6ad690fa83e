import Architectures
import Networks
import Testing

@Suite("He initialisation") struct HeInitializationTests {
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

  @Test("The variance is 2 over fan-in") func variance() throws {
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
}
