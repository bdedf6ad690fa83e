import Architectures
import TestSupport

/// A small architecture, so small that its explicit Gram matrix takes milliseconds; its first layer may
/// have a kernel of its own.
func randomArchitecture(seed: Int, firstKernel: Int? = nil) throws -> Architecture {
  var random = SeededGenerator(seed: UInt64(seed))
  let family = Family.layered[seed % 3]
  let shortcut: Shortcut = family == .residual && Bool.random(using: &random) ? .projection : .plain
  let stages = (0..<Int.random(in: 1...3, using: &random)).map { index in
    let depth = Int.random(in: 1...(index == 0 ? 4 : 3), using: &random)
    let width = Int.random(in: 1...3, using: &random)
    let widths = (0..<depth).map { _ in
      family == .residual ? width : Int.random(in: 1...3, using: &random)
    }
    return Stage(
      widths: widths, kernel: [1, 3, 3, 5, 7][Int.random(in: 0..<5, using: &random)],
      stride: Int.random(in: 1...3, using: &random))
  }
  let form: Form = family != .residual && Bool.random(using: &random) ? .synthesis : .analysis
  let input = InputShape(
    channels: Int.random(in: 1...3, using: &random), size: Int.random(in: 1...7, using: &random))
  var options: KeyValues = [
    .skipLength: .integer(Int.random(in: 1...3, using: &random)), .shortcut: KeyValue(shortcut),
  ]
  if let firstKernel { options[.firstKernel] = .integer(firstKernel) }
  return try Architecture(
    family: family, input: input, stages: stages, form: form, options: options)
}

/// Weights between −1 and 1 for every layer and projection.
func randomWeights(of architecture: Architecture, seed: Int) -> NetworkWeights {
  randomWeights(layers: architecture.layers, seed: seed)
}

/// Weights between −1 and 1 for every layer and projection.
func randomWeights(layers: [Layer], seed: Int) -> NetworkWeights {
  var random = SeededGenerator(seed: UInt64(seed) &+ 1_000_003)
  func tensor(_ rows: Int, _ columns: Int, _ kernel: Int) -> WeightTensor {
    WeightTensor(
      rows: rows, columns: columns, kernel: kernel,
      values: (0..<rows * columns * kernel * kernel).map { _ in
        Double.random(in: -1...1, using: &random)
      })
  }
  var projections: [Int: WeightTensor] = [:]
  let tensors = layers.map { layer in
    if let skip = layer.skip, skip.projectionStride != nil {
      projections[layer.index] = tensor(layer.width, layers[skip.layer].width, 1)
    }
    return tensor(layer.width, layer.inputWidth, layer.kernel)
  }
  return NetworkWeights(layers: tensors, projections: projections)
}
