import Architectures
import NetworkGraphs
import Networks
import TestSupport
import Testing

@Suite("Normalised layers") struct NormalizedLayersTests {
  private static func architecture(
    _ family: Family, _ options: KeyValues, shortcut: Shortcut = .plain
  ) throws -> Architecture {
    var options = options
    if shortcut != .plain { options[.shortcut] = KeyValue(shortcut) }
    return try Architecture(
      family: family, input: InputShape(channels: 2, size: 5),
      stages: [
        Stage(widths: [4, 4, 4], kernel: 3, stride: 1),
        Stage(widths: [6, 6], kernel: 3, stride: 2),
      ], options: options)
  }

  /// The representations of one image, each as channels × pixels.
  private static func run(_ network: BuiltNetwork, _ numbers: GraphParameters) throws -> [[Double]]
  {
    let evaluator = try Evaluator<Double>(
      network.graph, parameters: numbers, representations: network.values, images: 1, vectors: 1)
    var random = SeededGenerator(seed: 3)
    let image: [Double] = random.numbers(network.inputShape.count)
    evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
    var found: [ValueID: [Double]] = [:]
    try evaluator.run { found[$0.value] = $0.vector(0, ofImage: 0) }
    return network.values.compactMap { found[$0] }
  }

  @Test(
    "Batch normalisation is the plain network with weights over √(1 + ε)",
    arguments: Family.layered, [Shortcut.plain, .projection])
  func folded(_ family: Family, _ shortcut: Shortcut) throws {
    let architecture = try Self.architecture(
      family, [.normalization: KeyValue(Normalization.batch)], shortcut: shortcut)
    let network = BuiltNetwork(architecture)
    let numbers = network.initialParameters(seed: 1, draw: 0)
    var weights = try #require(network.weights(of: numbers))
    let factor = 1 / (1 + 1e-5).squareRoot()
    func scaled(_ tensor: WeightTensor) -> WeightTensor {
      var tensor = tensor
      tensor.values = tensor.values.map { $0 * factor }
      return tensor
    }
    weights.layers = weights.layers.map(scaled)
    weights.projections = weights.projections.mapValues(scaled)
    let plain = BuiltNetwork(try Self.architecture(family, [:], shortcut: shortcut))
    let (found, expected) = (
      try Self.run(network, numbers), try Self.run(plain, plain.parameters(weights))
    )
    #expect(found.count == 6)
    for (found, expected) in zip(found, expected) {
      #expect(areClose(found, expected, relative: 1e-12, absolute: 1e-12))
    }
  }

  @Test(
    "Each layer's normalisation has a scale and a shift for each channel, behind all weights",
    arguments: Family.layered, [Normalization.batch, .layer, .group])
  func parameters(_ family: Family, _ normalization: Normalization) throws {
    let architecture = try Self.architecture(
      family, [.normalization: KeyValue(normalization)], shortcut: .projection)
    let network = BuiltNetwork(architecture, classes: 3)
    let widths = architecture.layers.reduce(0) {
      $0 + $1.width * ($1.skip?.projectionStride == nil ? 1 : 2)
    }
    let features = network.featureCount
    let biases = family == .chain ? widths : 0
    #expect(network.weightCount == architecture.parameterCount)
    #expect(network.decayed == 0..<architecture.parameterCount + 3 * features)
    #expect(network.trained.count == network.decayed.count + 2 * widths + biases + 3)
    let statistics = normalization == .batch ? 2 * widths : 0
    #expect(network.parameterCount == network.trained.count + statistics)
    #expect(network.parameters.map(\.id) == network.graph.parameterIDs)
  }

  @Test("Layer normalisation leaves channels of mean 0 and variance 1 behind a linear layer")
  func pixels() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 3),
      stages: [Stage(widths: [8], kernel: 3, stride: 1)],
      options: [.normalization: KeyValue(Normalization.layer)])
    let network = BuiltNetwork(architecture)
    let value = try #require(network.graph.value(named: "layer_1.norm.channels"))
    var shown = network
    shown.values = [value]
    let found = try Self.run(shown, network.initialParameters(seed: 1, draw: 0))[0]
    for pixel in 0..<9 {
      let channels = (0..<8).map { found[$0 * 9 + pixel] }
      let mean = channels.reduce(0, +) / 8
      let variance = channels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8
      #expect(abs(mean) < 1e-12 && abs(variance - 1) < 1e-2)
    }
  }

  @Test(
    "A branch scale is where the γ of each branch's end starts, or what its last weight is times",
    arguments: [0, 0.25])
  func branches(_ scale: Double) throws {
    for normalization in [Normalization.none, .batch, .group] {
      let options: KeyValues = [
        .normalization: KeyValue(normalization), .branchScale: .real(scale),
      ]
      let architecture = try Self.architecture(.residual, options, shortcut: .projection)
      let network = BuiltNetwork(architecture)
      let numbers = network.initialParameters(seed: 1, draw: 0)
      for layer in architecture.layers {
        let name = BuiltNetwork.name(of: layer)
        let ends = layer.skip != nil
        for (id, parameter) in zip(network.graph.parameterIDs, network.graph.parameters) {
          let own = try #require(numbers[id]?.doubles)
          if parameter.name == "\(name).norm.weight" {
            #expect(own.allSatisfy { $0 == (ends ? scale : 1) })
          }
          if parameter.name == "\(name).weight" {
            let mean = own.reduce(0) { $0 + $1 * $1 } / Double(own.count)
            let factor = ends && normalization == .none ? scale * scale : 1
            let expected = factor * 2 / Double(9 * layer.inputWidth)
            // At least 72 numbers: six standard deviations of a mean of squares.
            #expect(abs(mean - expected) <= 6 * expected * (2 / Double(own.count)).squareRoot())
          }
        }
      }
    }
    #expect(try Self.architecture(.residual, [.branchScale: .real(1)]).options.keys.isEmpty)
  }

  @Test("Groups that do not divide the channels are refused") func groups() {
    #expect(throws: ArchitectureError.normGroups(3, width: 4)) {
      try Self.architecture(
        .chain, [.normalization: KeyValue(Normalization.group), .normGroups: 3])
    }
  }
}
