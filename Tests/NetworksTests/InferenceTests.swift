import Architectures
import Networks
import OpenBLAS
import TestSupport
import Testing

@Suite("Inference as optimisation") struct InferenceTests {
  /// A small network of any family and form with weights of moderate size, and an image.
  struct Sample {
    let network: NaiveNetwork
    let layout: ParameterLayout
    let parameters: [Double]
    let image: [Double]
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
      layout = ParameterLayout(architecture)
      parameters = layout.vector(of: weights)
      image = generator.numbers(old.input.channels * old.input.size * old.input.size)
    }

    func run(sweeps: Int, rates: [Double]) throws -> DifferentiableNetwork<Double> {
      let result = try DifferentiableNetwork<Double>(
        network.architecture, images: 1, sweeps: sweeps)
      result.rates = rates
      try result.setParameters(parameters)
      result.input.store(image.span, vectorsFrom: 0, ofImage: 0)
      try result.forward()
      return result
    }

    func representations(_ network: DifferentiableNetwork<Double>) -> [[Double]] {
      (1...network.architecture.layerCount).map {
        network.representation($0).vector(0, ofImage: 0)
      }
    }
  }

  @Test("From zero, a unit step on each layer's own row is the network itself", arguments: 0..<12)
  func firstSweep(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let network = sample.network
    var representations = network.architecture.layers.map {
      [Double](repeating: 0, count: $0.width * $0.outputSize * $0.outputSize)
    }
    let expected = network.run(.init(value: sample.image, tangents: [])).dropFirst().map(\.value)
    for layer in network.architecture.layers {
      let own = representations[layer.index].indices.map { place in
        // The row is linear in the layer, so central differences of its half square are exact.
        func energy(_ value: Double) -> Double {
          var moved = representations
          moved[layer.index][place] = value
          return sample.frame.rows(sample.image, moved)[layer.index].reduce(0) {
            $0 + 0.5 * $1 * $1
          }
        }
        let bias = network.weights.biases[layer.index]
        let pixels = layer.outputSize * layer.outputSize
        return max(0, (energy(-1) - energy(1)) / 2 + bias[place / pixels])
      }
      representations[layer.index] = own
      #expect(areClose(own, expected[layer.index], absolute: 1e-9))
    }
    let first = try sample.run(sweeps: 1, rates: [])
    for (own, expected) in zip(sample.representations(first), expected) {
      #expect(areClose(own, expected, absolute: 1e-10))
    }
  }

  @Test("Further sweeps are steps down the energy's slope, layer by layer", arguments: 0..<18)
  func secondSweep(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let architecture = sample.network.architecture
    let inference = try Inference<Double>(architecture)
    let rates = try inference.rates(at: sample.parameters)
    let first = try sample.run(sweeps: 1, rates: rates)
    var representations = sample.representations(first)
    #expect(
      isClose(
        try inference.energy(of: first, at: sample.parameters),
        sample.frame.energy(sample.image, representations), relative: 1e-10, absolute: 1e-10))
    for layer in architecture.layers {
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
    let second = try sample.run(sweeps: 2, rates: rates)
    let scale: Double = representations.joined().reduce(1) { max($0, abs($1)) }
    for (own, expected) in zip(sample.representations(second), representations) {
      #expect(areClose(own, expected, absolute: 1e-9 * scale * scale))
    }
  }

  @Test("Step sizes are those of the columns' spectral norms", arguments: 0..<18)
  func rates(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let architecture = sample.network.architecture
    let inference = try Inference<Double>(architecture)
    let rates = try inference.rates(at: sample.parameters)
    let rough = try inference.approximateRates(at: sample.parameters)
    let single = try Inference<Float>(architecture).rates(at: sample.parameters.map { Float($0) })
    let zero = architecture.layers.map {
      [Double](repeating: 0, count: $0.width * $0.outputSize * $0.outputSize)
    }
    let image = [Double](repeating: 0, count: sample.image.count)
    for layer in architecture.layers {
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
      #expect(isClose(Double(single[layer.index]), 1 / norm, relative: 1e-5))
    }
  }

  @Test("Step sizes are right where singular values lie close together, or are zero")
  func closeValues() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [2], kernel: 1, stride: 1)])
    let inference = try Inference<Double>(architecture)
    // Weights in rows, then biases.
    #expect(
      isClose(try inference.rates(at: [2, 0, 0, 1.98, 0, 0])[0], 0.25, relative: 1e-14))
    #expect(try inference.rates(at: [0, 0, 0, 0, 0, 0]) == [0])
  }

  @Test("Weights whose squares leave the range of numbers have no step sizes, and no values")
  func outOfRange() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [2, 2], kernel: 1, stride: 1)])
    // Two layers of two by two in rows, then biases; ‖F_1‖² is above 10⁴⁰ and the largest Float 3·10³⁸.
    let parameters: [Float] = [1e20, 0, 0, 1e20, 1, 0, 0, 1, 0, 0, 0, 0]
    let inference = try Inference<Float>(architecture)
    for rates in [
      try inference.rates(at: parameters), try inference.approximateRates(at: parameters),
      try inference.followingRates(at: parameters),
    ] {
      #expect(rates[0].isNaN && rates[1].isFinite && rates[1] > 0, "\(rates)")
    }
    let network = try DifferentiableNetwork<Float>(architecture, images: 1, sweeps: 2)
    network.rates = try inference.rates(at: parameters)
    try network.setParameters(parameters)
    network.input.store([1, 1].span, vectorsFrom: 0, ofImage: 0)
    try network.forward()
    let values = network.representation(1).vector(0, ofImage: 0)
    #expect(values.filter(\.isNaN).count == 2, "\(values)")
  }

  @Test("The energy does not increase from the first sweep on", arguments: 0..<18)
  func descent(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let inference = try Inference<Double>(sample.network.architecture)
    let rates = try inference.rates(at: sample.parameters)
    var last = Double.infinity
    for sweeps in 1...6 {
      let energy = try inference.energy(
        of: sample.run(sweeps: sweeps, rates: rates), at: sample.parameters)
      #expect(energy <= last + 1e-12 * (1 + abs(last)))
      last = energy
    }
  }

  @Test("Step sizes that follow a change are those of the new parameters", arguments: 0..<6)
  func following(_ seed: Int) throws {
    let sample = try Sample(seed: seed)
    let inference = try Inference<Double>(sample.network.architecture)
    _ = try inference.approximateRates(at: sample.parameters)
    var random = SeededGenerator(seed: 4)
    var parameters = sample.parameters
    for _ in 0..<20 {
      let moves: [Double] = random.numbers(parameters.count)
      for place in parameters.indices { parameters[place] += 0.005 * moves[place] }
      _ = try inference.followingRates(at: parameters)
    }
    let following = try inference.followingRates(at: parameters)
    let anew = try inference.rates(at: parameters)
    for (following, anew) in zip(following, anew) {
      #expect(isClose(following, anew, relative: 0.1))
    }
    // What was computed before does not matter to the fixed start.
    #expect(try Inference<Double>(sample.network.architecture).rates(at: parameters) == anew)
  }

  @Test(
    "Gradients go through all sweeps, for every tensor, bias and image", arguments: 0..<18, 1...3)
  func gradients(_ seed: Int, _ sweeps: Int) throws {
    let sample = try Sample(seed: seed)
    let architecture = sample.network.architecture
    let rates = try Inference<Double>(architecture).rates(at: sample.parameters)
    let network = try DifferentiableNetwork<Double>(architecture, images: 1, sweeps: sweeps)
    network.rates = rates
    var random = SeededGenerator(seed: 8)
    let weights: [Double] = random.numbers(architecture.featureCount)
    func value(_ parameters: [Double], _ image: [Double]) throws -> Double {
      try network.setParameters(parameters)
      network.input.store(image.span, vectorsFrom: 0, ofImage: 0)
      try network.forward()
      var features = [Double](repeating: 0, count: weights.count)
      network.pooledFeatures(into: &features)
      return zip(features, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let scale = 1 + abs(try value(sample.parameters, sample.image))
    let count = sample.layout.count
    var gradient = [Double](repeating: 0, count: count)
    try unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      try unsafe network.backward(
        features: weights, parameters: gradient.baseAddress, wantsInput: true)
    }
    gradient += network.inputGradient.vector(0, ofImage: 0)
    let step = 1e-6
    let layout = sample.layout
    let ranges =
      layout.layers.map(\.range) + layout.projections.values.map(\.range) + layout.biases
      + [count..<gradient.count]
    #expect(ranges.reduce(0) { $0 + $1.count } == gradient.count)
    for range in ranges {
      let direction: [Double] = random.numbers(range.count)
      func moved(_ sign: Double) throws -> Double {
        var all = sample.parameters + sample.image
        for (place, value) in zip(range, direction) { all[place] += sign * step * value }
        return try value(Array(all[..<count]), Array(all[count...]))
      }
      let expected = try (moved(1) - moved(-1)) / (2 * step)
      let products: [Double] = zip(gradient[range], direction).map { $0 * $1 }
      let size = products.reduce(0) { $0 + abs($1) }
      // Rounding enters with 1e-16 / 1e-6 of the value.
      #expect(
        isClose(
          products.reduce(0, +), expected, relative: 1e-6, absolute: 1e-6 * size + 1e-9 * scale))
    }
  }
}
