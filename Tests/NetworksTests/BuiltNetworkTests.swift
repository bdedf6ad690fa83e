import Architectures
import NetworkGraphs
import Networks
import TestSupport
import Testing

@Suite("Networks as graphs") struct BuiltNetworkTests {
  /// Each image's representations.
  static func run<Scalar: GraphScalar>(
    _ network: NaiveNetwork, _ inputs: [NaiveNetwork.Vectors], as: Scalar.Type = Double.self
  ) throws -> [[NaiveNetwork.Vectors]] {
    let vectors = 1 + inputs[0].tangents.count
    let graph = BuiltNetwork(network.architecture)
    let evaluator = try Evaluator<Scalar>(
      graph.graph, parameters: graph.parameters(network.weights),
      representations: graph.values, images: inputs.count, vectors: vectors)
    for (image, input) in inputs.enumerated() {
      let (value, tangents) = (input.value, Array(input.tangents.joined()))
      evaluator.store(value.span, vectorsFrom: 0, ofImage: image)
      evaluator.store(tangents.span, vectorsFrom: 1, ofImage: image)
    }
    var results = inputs.map { _ in [NaiveNetwork.Vectors]() }
    try evaluator.run { representation in
      #expect(representation.value == graph.values[results[0].count])
      for image in inputs.indices {
        results[image].append(
          NaiveNetwork.Vectors(
            value: representation.vector(0, ofImage: image),
            tangents: (1..<vectors).map { representation.vector($0, ofImage: image) }))
      }
    }
    return results
  }

  static func randomInputs(
    of architecture: Architecture, images: Int, tangents: Int, seed: Int
  ) -> [NaiveNetwork.Vectors] {
    var random = SeededGenerator(seed: UInt64(seed) &+ 77)
    let count = architecture.input.channels * architecture.input.size * architecture.input.size
    return (0..<images).map { _ in
      NaiveNetwork.Vectors(
        value: random.numbers(count), tangents: (0..<tangents).map { _ in random.numbers(count) })
    }
  }

  @Test("Values and tangents of every family are those of the definition", arguments: 0..<30)
  func definition(_ seed: Int) throws {
    let network = try randomNetwork(seed: seed)
    let inputs = Self.randomInputs(
      of: network.architecture, images: 1 + seed % 3, tangents: seed % 4, seed: seed)
    let double = try Self.run(network, inputs)
    let float = try Self.run(network, inputs, as: Float.self)
    for (image, input) in inputs.enumerated() {
      let expected = network.run(input)
      #expect(double[image].count == expected.count)
      for (layer, expected) in expected.enumerated() {
        // Both sum products of about one in different orders; sums reach a few thousand in the last
        // layers, with hundreds of terms, so the errors are at most about 1e-10.
        let scale = 1 + expected.value.reduce(0) { max($0, abs($1)) }
        #expect(areClose(double[image][layer].value, expected.value, absolute: 1e-12 * scale))
        #expect(areClose(float[image][layer].value, expected.value, absolute: 1e-4 * scale))
        for (tangent, expected) in expected.tangents.enumerated() {
          let scale = 1 + expected.reduce(0) { max($0, abs($1)) }
          #expect(
            areClose(double[image][layer].tangents[tangent], expected, absolute: 1e-12 * scale))
        }
      }
    }
  }

  @Test(
    "With every unit open the network is affine, and tangents are differences", arguments: 0..<9)
  func affine(_ seed: Int) throws {
    var network = try randomNetwork(seed: seed)
    // Positive weights, biases and images keep every unit open, also after the step.
    for layer in network.weights.layers.indices {
      network.weights.layers[layer].values = network.weights.layers[layer].values.map(abs)
      network.weights.biases[layer] = network.weights.biases[layer].map { abs($0) + 1 }
    }
    network.weights.projections = network.weights.projections.mapValues { tensor in
      WeightTensor(
        rows: tensor.rows, columns: tensor.columns, kernel: tensor.kernel,
        values: tensor.values.map(abs))
    }
    var input = Self.randomInputs(of: network.architecture, images: 1, tangents: 1, seed: seed)[0]
    input.value = input.value.map { abs($0) + 1 }
    var moved = input
    let step = 0.5
    for place in moved.value.indices { moved.value[place] += step * input.tangents[0][place] }
    let results = try Self.run(network, [input, moved])
    for layer in results[0].indices {
      let difference = zip(results[1][layer].value, results[0][layer].value).map {
        ($0 - $1) / step
      }
      let scale = results[0][layer].value.reduce(0) { max($0, abs($1)) }
      #expect(areClose(difference, results[0][layer].tangents[0], absolute: 1e-13 * scale))
    }
  }

  @Test("A unit exactly at the edge passes no tangent") func edge() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [2], kernel: 1, stride: 1)])
    let network = NaiveNetwork(
      architecture: architecture,
      weights: NetworkWeights(
        layers: [WeightTensor(rows: 2, columns: 2, kernel: 1, values: [1, -1, 1, 1])]))
    let result = try Self.run(
      network, [NaiveNetwork.Vectors(value: [0.5, 0.5], tangents: [[1, 0]])])
    #expect(result[0][1].value == [0, 1])
    #expect(result[0][1].tangents == [[0, 1]])
  }

  @Test("What is not a number stays so instead of closing a unit") func nonfinite() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 1, size: 1),
      stages: [Stage(widths: [1], kernel: 1, stride: 1)])
    let network = NaiveNetwork(
      architecture: architecture,
      weights: NetworkWeights(
        layers: [WeightTensor(rows: 1, columns: 1, kernel: 1, values: [.nan])]))
    let result = try Self.run(network, [NaiveNetwork.Vectors(value: [1], tangents: [[1]])])
    #expect(result[0][1].value[0].isNaN && result[0][1].tangents[0][0].isNaN)
  }

  @Test("An evaluation ends when it is told to") func stops() throws {
    struct Enough: Error {}
    let network = try randomNetwork(seed: 4)
    let graph = BuiltNetwork(network.architecture)
    let evaluator = try Evaluator<Float>(
      graph.graph, parameters: graph.parameters(network.weights),
      representations: graph.values, images: 1, vectors: 1)
    evaluator.clear(vectorsFrom: 0, ofImage: 0)
    var (calls, seen) = (0, 0)
    #expect(throws: Enough.self) {
      try evaluator.run {
        calls += 1
        if calls == 2 { throw Enough() }
      } visit: { _ in
        seen += 1
      }
    }
    #expect(seen == 2)
  }

  @Test("Memory holds two neighbours of a chain, a skip besides, and what dense layers read twice")
  func memory() throws {
    func values(_ family: Family, widths: [Int]) throws -> Double {
      let architecture = try Architecture(
        family: family, input: InputShape(channels: 3, size: 1),
        stages: [Stage(widths: widths, kernel: 1, stride: 1)])
      let graph = BuiltNetwork(architecture)
      return EvaluationCost(
        graph.graph, representations: graph.values, images: 2, vectors: 5, scalarBytes: 4
      ).bytes / 40
    }
    // The input, and pieces: of 4, which grows to 5, and of 7; a skip's source stays while two follow.
    #expect(try values(.chain, widths: [4, 7, 5, 6]) == 3 + 5 + 7)
    #expect(try values(.residual, widths: [4, 4, 4, 4, 4]) == 3 + 3 * 4)
    // The last layer reads 16 channels, of which 11 were joined before.
    #expect(try values(.dense, widths: [4, 7, 5, 6]) <= 3 + 11 + 7 + 16)
  }

  @Test("Batches are equal, fit the cache if they can, and never empty")
  func batches() throws {
    func images(width: Int, size: Int, of imageCount: Int) throws -> Int {
      let architecture = try Architecture(
        family: .chain, input: InputShape(channels: 1, size: size),
        stages: [Stage(widths: [width], kernel: 1, stride: 1)])
      let graph = BuiltNetwork(architecture)
      return EvaluationCost.imagesPerBatch(
        graph.graph, representations: graph.values, vectors: 32, imageCount: imageCount,
        scalarBytes: 4)
    }
    // 2¹⁹ bytes are 4 images of 16 × 8 × 8 values with 32 vectors.
    #expect(try images(width: 16, size: 8, of: 1_000) == 4)
    #expect(try images(width: 16, size: 8, of: 5) == 3)
    #expect(try images(width: 16, size: 8, of: 2) == 2)
    #expect(try images(width: 64, size: 32, of: 1_000) == 1)
  }

  @Test("Parameters lie in the order of a vector that is trained", arguments: 0..<12)
  func layout(_ seed: Int) throws {
    let network = try randomNetwork(seed: seed)
    let graph = BuiltNetwork(network.architecture, classes: 3)
    let expected = graph.parameters(network.weights)
    let vector: [Double] = graph.vector(of: expected)
    let numbers = graph.parameters(vector)
    var end = 0
    for parameter in graph.parameters {
      #expect(parameter.range.lowerBound == end)
      end = parameter.range.upperBound
      guard let plain = expected[parameter.id] else { continue }
      #expect(numbers[parameter.id]?.doubles == plain.doubles)
    }
    #expect(end == graph.parameterCount)
    #expect(graph.weights(of: numbers) == network.weights)
  }

  @Test("Scores are those of the mean features", arguments: 0..<9)
  func scores(_ seed: Int) throws {
    let architecture = try randomNetwork(seed: seed).architecture
    var random = SeededGenerator(seed: UInt64(seed))
    var graph = BuiltNetwork(architecture, classes: 3)
    let vector: [Double] = random.numbers(graph.parameterCount)
    let inputs = Self.randomInputs(of: architecture, images: 2, tangents: 0, seed: seed)
    let scores = graph.addScores()
    let evaluator = try Evaluator<Double>(
      graph.graph, parameters: graph.parameters(vector), representations: [scores], images: 2,
      vectors: 1)
    for (image, input) in inputs.enumerated() {
      let value = input.value
      evaluator.store(value.span, vectorsFrom: 0, ofImage: image)
    }
    var found: [Double] = []
    try evaluator.run { representation in
      found = (0..<2).flatMap { representation.vector(0, ofImage: $0) }
    }
    let own = try #require(graph.weights(of: graph.parameters(vector)))
    let naive = NaiveNetwork(architecture: architecture, weights: own)
    let weights = Array(vector[try #require(graph.classifierWeight?.range)])
    let biases = Array(vector[try #require(graph.classifierBias?.range)])
    let expected = inputs.flatMap { input in
      let all = naive.run(input)
      let features = architecture.finalLayers.flatMap { layer in
        let (values, width) = (all[layer + 1].value, architecture.layers[layer].width)
        let pixels = values.count / width
        return (0..<width).map { channel in
          values[channel * pixels..<(channel + 1) * pixels].reduce(0, +) / Double(pixels)
        }
      }
      return biases.indices.map { place in
        features.indices.reduce(biases[place]) {
          $0 + weights[place * features.count + $1] * features[$1]
        }
      }
    }
    let scale = 1 + expected.reduce(0) { max($0, abs($1)) }
    #expect(areClose(found, expected, absolute: 1e-12 * scale))
  }
}
