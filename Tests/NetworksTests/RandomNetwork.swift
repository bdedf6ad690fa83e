import Architectures
import TestSupport

/// A small network of any family with random weights and biases.
func randomNetwork(seed: Int, biases: Bool = true) throws -> NaiveNetwork {
  var random = SeededGenerator(seed: UInt64(seed))
  let family = Family.layered[seed % 3]
  let shortcut: Shortcut = family == .residual && Bool.random(using: &random) ? .projection : .plain
  let stages = (0..<Int.random(in: 1...3, using: &random)).map { _ in
    let width = Int.random(in: 1...6, using: &random)
    let widths = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      family == .residual ? width : Int.random(in: 1...6, using: &random)
    }
    return Stage(
      widths: widths, kernel: [1, 3, 3, 5, 7][Int.random(in: 0..<5, using: &random)],
      stride: Int.random(in: 1...3, using: &random))
  }
  let architecture = try Architecture(
    family: family,
    input: InputShape(
      channels: Int.random(in: 1...3, using: &random), size: Int.random(in: 1...7, using: &random)),
    stages: stages, skipLength: Int.random(in: 1...3, using: &random), shortcut: shortcut)
  func tensor(_ rows: Int, _ columns: Int, _ kernel: Int) -> WeightTensor {
    WeightTensor(
      rows: rows, columns: columns, kernel: kernel,
      values: random.numbers(rows * columns * kernel * kernel))
  }
  let layers = architecture.layers
  var projections: [Int: WeightTensor] = [:]
  for layer in layers {
    guard let skip = layer.skip, skip.projectionStride != nil else { continue }
    projections[layer.index] = tensor(layer.width, layers[skip.layer].width, 1)
  }
  return NaiveNetwork(
    architecture: architecture,
    weights: NetworkWeights(
      layers: layers.map { tensor($0.width, $0.inputWidth, $0.kernel) },
      biases: layers.map { layer in
        biases ? random.numbers(layer.width) : Array(repeating: 0, count: layer.width)
      }, projections: projections))
}
