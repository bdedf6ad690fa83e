import Architectures
import TestSupport
import Testing

@Suite("Kernel of the first layer") struct FirstKernelTests {
  @Test("Values and tangents of every family are those of the definition", arguments: 0..<12)
  func definition(_ seed: Int) throws {
    let plain = try randomNetwork(seed: seed)
    let kernel = plain.architecture.stages[0].kernel == 3 ? 5 : 3
    var options: KeyValues = plain.architecture.options
    options[.firstKernel] = .integer(kernel)
    let architecture = try Architecture(
      family: plain.architecture.family, input: plain.architecture.input,
      stages: plain.architecture.stages, form: plain.architecture.form, options: options)
    var random = SeededGenerator(seed: UInt64(seed))
    var weights = plain.weights
    let first = weights.layers[0]
    weights.layers[0] = WeightTensor(
      rows: first.rows, columns: first.columns, kernel: kernel,
      values: random.numbers(first.rows * first.columns * kernel * kernel))
    let network = NaiveNetwork(architecture: architecture, weights: weights)
    let inputs = BuiltNetworkTests.randomInputs(
      of: architecture, images: 2, tangents: 2, seed: seed)
    let results = try BuiltNetworkTests.run(network, inputs)
    for (image, input) in inputs.enumerated() {
      for (layer, expected) in network.run(input).enumerated() {
        // As in `BuiltNetworkTests`: errors of sums of up to a few thousand.
        let scale = 1 + expected.value.reduce(0) { max($0, abs($1)) }
        #expect(areClose(results[image][layer].value, expected.value, absolute: 1e-12 * scale))
        for (tangent, expected) in expected.tangents.enumerated() {
          let scale = 1 + expected.reduce(0) { max($0, abs($1)) }
          #expect(
            areClose(results[image][layer].tangents[tangent], expected, absolute: 1e-12 * scale))
        }
      }
    }
  }
}
