import Architectures
import NetworkGraphs
import Networks
import OpenBLAS
import RecurrentInference
import TestSupport
import Testing

@Suite("Sweeps of inference as graphs") struct InferenceGraphTests {
  /// A small network of any family and form with weights of moderate size, and an image.
  struct Sample {
    let network: NaiveNetwork
    let parameters: GraphParameters
    let image: [Double]
    var architecture: Architecture { network.architecture }
    var frame: NaiveFrame { NaiveFrame(network: network) }

    init(seed: Int) throws {
      let random = try randomNetwork(seed: seed)
      var generator = SeededGenerator(seed: UInt64(seed) &+ 31)
      let old = random.architecture
      // Chains and dense networks in the form that is not theirs by default, every other time.
      let form: Form =
        old.family == .residual || seed % 2 == 0
        ? old.form : (old.form == .synthesis ? .analysis : .synthesis)
      let architecture = try Architecture(
        family: old.family, input: old.input, stages: old.stages, form: form,
        skipLength: max(old.skipLength, 1), shortcut: old.shortcut)
      var weights = random.weights
      for layer in weights.layers.indices {
        let tensor = weights.layers[layer]
        let scale = 1 / Double(tensor.columns * tensor.kernel * tensor.kernel).squareRoot()
        weights.layers[layer].values = tensor.values.map { scale * $0 }
      }
      network = NaiveNetwork(architecture: architecture, weights: weights)
      parameters = BuiltNetwork(architecture).parameters(weights)
      image = generator.numbers(old.input.channels * old.input.size * old.input.size)
    }

    /// The vectors of each representation behind the input, those of the first image.
    func run<Scalar: GraphScalar>(
      sweeps: Int, rates: [Double], vectors: [[Double]]? = nil, as: Scalar.Type = Double.self
    ) throws -> [[[Double]]] {
      let vectors = vectors ?? [image]
      let graph = InferenceGraph(architecture, sweeps: sweeps)
      var parameters = parameters
      graph.setSteps(rates, in: &parameters)
      let evaluator = try Evaluator<Scalar>(
        graph.network.graph, parameters: parameters,
        representations: graph.network.values, images: 2, vectors: vectors.count)
      evaluator.store(Array(vectors.joined()).span, vectorsFrom: 0, ofImage: 0)
      evaluator.clear(vectorsFrom: 0, ofImage: 1)
      var found: [ValueID: [[Double]]] = [:]
      try evaluator.run { representation in
        found[representation.value] = vectors.indices.map {
          representation.vector($0, ofImage: 0)
        }
      }
      return graph.network.values.dropFirst().compactMap { found[$0] }
    }

    func rates<Scalar: GraphScalar>(as: Scalar.Type = Double.self) throws -> [Double] {
      try StepSizes<Scalar>(architecture).exact(at: parameters)
    }
  }

  @Test("One sweep is the network", arguments: 0..<12)
  func firstSweep(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let expected = sample.network.run(.init(value: sample.image, tangents: [])).dropFirst()
    for (own, expected) in zip(try sample.run(sweeps: 1, rates: []), expected) {
      #expect(areClose(own[0], expected.value, absolute: 1e-10))
    }
  }

  @Test("From zero, a unit step on each layer's own row is the network itself", arguments: 0..<12)
  func unitStep(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let expected = try sample.run(sweeps: 1, rates: []).map { $0[0] }
    var representations = expected.map { [Double](repeating: 0, count: $0.count) }
    for layer in sample.architecture.layers {
      let own = representations[layer.index].indices.map { place in
        // The row is linear in the layer, so central differences of its half square are exact.
        func energy(_ value: Double) -> Double {
          var moved = representations
          moved[layer.index][place] = value
          return sample.frame.rows(sample.image, moved)[layer.index].reduce(0) {
            $0 + 0.5 * $1 * $1
          }
        }
        let bias = sample.network.weights.biases[layer.index]
        let pixels = layer.outputSize * layer.outputSize
        return max(0, (energy(-1) - energy(1)) / 2 + bias[place / pixels])
      }
      representations[layer.index] = own
      #expect(areClose(own, expected[layer.index], absolute: 1e-9))
    }
  }

  @Test("Further sweeps are steps down the energy's slope, layer by layer", arguments: 0..<18)
  func furtherSweeps(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let rates = try sample.rates()
    var representations = try sample.run(sweeps: 1, rates: rates).map { $0[0] }
    for sweeps in 2...4 {
      for layer in sample.architecture.layers {
        let next = representations[layer.index].indices.map { place in
          // The energy is quadratic, so central differences are exact but for rounding.
          func energy(_ change: Double) -> Double {
            var moved = representations
            moved[layer.index][place] += change
            return sample.frame.energy(sample.image, moved)
          }
          let slope = (energy(1) - energy(-1)) / 2
          return max(0, representations[layer.index][place] - rates[layer.index] * slope)
        }
        representations[layer.index] = next
      }
      let scale: Double = representations.joined().reduce(1) { max($0, abs($1)) }
      let found = try sample.run(sweeps: sweeps, rates: rates)
      for (own, expected) in zip(found, representations) {
        #expect(areClose(own[0], expected, absolute: 1e-9 * scale * scale))
      }
    }
  }

  @Test("The energy does not increase from the first sweep on", arguments: 0..<18)
  func descent(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let rates = try sample.rates()
    var last = Double.infinity
    for sweeps in 1...6 {
      let found = try sample.run(sweeps: sweeps, rates: rates)
      let energy = sample.frame.energy(sample.image, found.map { $0[0] })
      #expect(energy <= last + 1e-12 * (1 + abs(last)))
      last = energy
    }
  }

  @Test("Tangents are central differences of what the last sweep leaves", arguments: 0..<18, 2...3)
  func differences(_ seed: Int, _ sweeps: Int) throws {
    let sample = try Sample(seed: seed)
    let rates = try sample.rates()
    var random = SeededGenerator(seed: 12)
    let tangents: [[Double]] = (0..<3).map { _ in random.numbers(sample.image.count) }
    let found = try sample.run(sweeps: sweeps, rates: rates, vectors: [sample.image] + tangents)
    let step = 1e-6
    for (place, tangent) in tangents.enumerated() {
      func moved(_ sign: Double) throws -> [[[Double]]] {
        try sample.run(
          sweeps: sweeps, rates: rates,
          vectors: [zip(sample.image, tangent).map { $0 + sign * step * $1 }])
      }
      let (ahead, behind) = try (moved(1), moved(-1))
      for layer in found.indices {
        let expected = zip(ahead[layer][0], behind[layer][0]).map { ($0 - $1) / (2 * step) }
        let scale = found[layer].joined().reduce(1) { max($0, abs($1)) }
        #expect(areClose(found[layer][place + 1], expected, absolute: 1e-8 * scale))
      }
    }
  }

  @Test("Single precision agrees with double precision", arguments: 0..<6)
  func precisions(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let rates = try sample.rates()
    let double = try sample.run(sweeps: 3, rates: rates)
    let float = try sample.run(sweeps: 3, rates: rates, as: Float.self)
    for (double, float) in zip(double, float) {
      let scale = 1 + double[0].reduce(0) { max($0, abs($1)) }
      #expect(areClose(float[0], double[0], absolute: 1e-4 * scale))
    }
  }

  @Test(
    "Gradients go through all sweeps, for every tensor, bias and image", arguments: 0..<18, 1...3)
  func gradients(_ seed: Int, _ sweeps: Int) throws {
    let sample = try Sample(seed: seed)
    var graph = InferenceGraph(sample.architecture, sweeps: sweeps)
    let features = graph.network.addFeatures()
    var parameters = sample.parameters
    graph.setSteps(try sample.rates(), in: &parameters)
    let evaluator = try Evaluator<Double>(
      graph.network.graph, parameters: parameters, representations: [features], images: 1,
      vectors: 1, order: .gradients)
    var random = SeededGenerator(seed: 8)
    let weights: [Double] = random.numbers(sample.architecture.featureCount)
    func value(_ parameters: GraphParameters, _ image: [Double]) throws -> Double {
      try evaluator.setParameters(parameters)
      evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
      var sum = 0.0
      try evaluator.run { found in
        sum = zip(found.vector(0, ofImage: 0), weights).reduce(0) { $0 + $1.0 * $1.1 }
      }
      return sum
    }
    let scale = 1 + abs(try value(parameters, sample.image))
    try evaluator.differentiate([(features, [weights])])
    let slope = evaluator.inputGradient(ofImage: 0)
    let names = graph.network.parameters.map(\.id)
    let slopes = names.map { evaluator.parameterGradient($0) }
    let step = 1e-6
    func check(_ gradient: [Double], _ move: ([Double]) throws -> Double) throws {
      let direction: [Double] = random.numbers(gradient.count)
      let difference =
        try (move(direction.map { step * $0 }) - move(direction.map { -step * $0 })) / (2 * step)
      let products: [Double] = zip(gradient, direction).map { $0 * $1 }
      let size = products.reduce(0) { $0 + abs($1) }
      // Rounding enters with 1e-16 / 1e-6 of the value.
      #expect(
        isClose(
          products.reduce(0, +), difference, relative: 1e-6, absolute: 1e-6 * size + 1e-9 * scale))
    }
    try check(slope) { try value(parameters, zip(sample.image, $0).map { $0 + $1 }) }
    for (name, gradient) in zip(names, slopes) {
      try check(gradient) { move in
        var moved = parameters
        moved[name] = .double(zip(parameters[name]?.doubles ?? [], move).map { $0 + $1 })
        return try value(moved, sample.image)
      }
    }
  }

  @Test("All sweeps from the third on take the same", arguments: 0..<12)
  func periodic(_ seed: Int) throws {
    let architecture = try Sample(seed: seed).architecture
    let flops = (2...6).map { sweeps in
      let network = InferenceGraph(architecture, sweeps: sweeps).network
      return network.graph.cost(of: network.values).flops
    }
    for sweeps in 1..<4 { #expect(flops[sweeps + 1] - flops[sweeps] == flops[2] - flops[1]) }
  }

  // MARK: Step sizes

  @Test("Step sizes are those of the columns' spectral norms", arguments: 0..<18)
  func rates(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let rates = try sample.rates()
    let rough = try StepSizes<Double>(sample.architecture).approximate(at: sample.parameters)
    let single = try sample.rates(as: Float.self)
    let zero = sample.architecture.layers.map {
      [Double](repeating: 0, count: $0.width * $0.outputSize * $0.outputSize)
    }
    let image = [Double](repeating: 0, count: sample.image.count)
    for layer in sample.architecture.layers {
      let columns = zero[layer.index].indices.map { place in
        var unit = zero
        unit[layer.index][place] = 1
        return Array(sample.frame.rows(image, unit).joined())
      }
      let count = columns.count
      var gram = [Double](repeating: 0, count: count * count)
      gemm(
        .rowMajor, .none, .transpose, rows: count, columns: count, inner: columns[0].count,
        Array(columns.joined()), Array(columns.joined()), into: &gram)
      let norm = try #require(symmetricEigenvalues(gram, order: count).last)
      #expect(isClose(rates[layer.index], 1 / norm, relative: 1e-12))
      // The power method comes from below; half the norm would still descend.
      #expect(rough[layer.index] >= (1 - 1e-9) / norm && rough[layer.index] < 1.05 / norm)
      #expect(isClose(single[layer.index], 1 / norm, relative: 1e-5))
    }
  }

  private static func twoByTwo(_ weights: [[Double]]) throws -> (Architecture, GraphParameters) {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: weights.map { _ in 2 }, kernel: 1, stride: 1)])
    let network = NetworkWeights(
      layers: weights.map { WeightTensor(rows: 2, columns: 2, kernel: 1, values: $0) })
    return (architecture, BuiltNetwork(architecture).parameters(network))
  }

  @Test("Step sizes are right where singular values lie close together, or are zero")
  func closeValues() throws {
    let (architecture, close) = try Self.twoByTwo([[2, 0, 0, 1.98]])
    let steps = StepSizes<Double>(architecture)
    let none = try Self.twoByTwo([[0, 0, 0, 0]]).1
    #expect(isClose(try steps.exact(at: close)[0], 0.25, relative: 1e-14))
    #expect(try steps.exact(at: none) == [0])
  }

  @Test("Weights whose squares leave the range of numbers have no step sizes, and no values")
  func outOfRange() throws {
    // ‖F_1‖² is 10⁴⁰ and the largest Float 3·10³⁸.
    let (architecture, parameters) = try Self.twoByTwo([[1e20, 0, 0, 1e20], [1, 0, 0, 1]])
    let steps = StepSizes<Float>(architecture)
    for rates in [
      try steps.exact(at: parameters), try steps.approximate(at: parameters),
      try steps.following(at: parameters),
    ] {
      #expect(rates[0].isNaN && rates[1].isFinite && rates[1] > 0, "\(rates)")
    }
    let graph = InferenceGraph(architecture, sweeps: 2)
    var all = parameters
    graph.setSteps(try steps.exact(at: parameters), in: &all)
    let evaluator = try Evaluator<Float>(
      graph.network.graph, parameters: all, representations: [graph.network.values[1]],
      images: 1, vectors: 1)
    evaluator.store([1, 1].span, vectorsFrom: 0, ofImage: 0)
    var values: [Double] = []
    try evaluator.run { values = $0.vector(0, ofImage: 0) }
    #expect(values.count { $0.isNaN } == 2, "\(values)")
  }

  @Test("Step sizes that follow a change are those of the new parameters", arguments: 0..<6)
  func following(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let steps = StepSizes<Double>(sample.architecture)
    _ = try steps.approximate(at: sample.parameters)
    var random = SeededGenerator(seed: 4)
    var weights = sample.network.weights
    let graph = BuiltNetwork(sample.architecture)
    for _ in 0..<20 {
      for layer in weights.layers.indices {
        let moves: [Double] = random.numbers(weights.layers[layer].values.count)
        for place in moves.indices { weights.layers[layer].values[place] += 0.005 * moves[place] }
      }
      _ = try steps.following(at: graph.parameters(weights))
    }
    let following = try steps.following(at: graph.parameters(weights))
    let exact = try steps.exact(at: graph.parameters(weights))
    for (following, exact) in zip(following, exact) {
      #expect(isClose(following, exact, relative: 0.1))
    }
    // What was computed before does not matter to the fixed start.
    #expect(
      try StepSizes<Double>(sample.architecture).exact(at: graph.parameters(weights)) == exact)
  }

  @Test("A search for step sizes can be ended") func stops() throws {
    struct Stop: Error {}
    let sample = try Sample(seed: 1)
    var asked = 0
    #expect(throws: Stop.self) {
      _ = try StepSizes<Double>(sample.architecture).exact(at: sample.parameters) {
        asked += 1
        if asked == 2 { throw Stop() }
      }
    }
    #expect(asked == 2)
  }
}
