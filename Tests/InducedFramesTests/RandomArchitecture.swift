import Architectures

/// Vigna's SplitMix64: the same numbers on every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A small architecture, so small that its explicit Gram matrix takes milliseconds.
func randomArchitecture(seed: Int) throws -> Architecture {
  var random = SplitMix(seed: seed)
  let family = Family.allCases[seed % 3]
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
  return try Architecture(
    family: family,
    input: InputShape(
      channels: Int.random(in: 1...3, using: &random), size: Int.random(in: 1...7, using: &random)),
    stages: stages, form: form, skipLength: Int.random(in: 1...3, using: &random),
    shortcut: shortcut)
}

/// Weights between −1 and 1 for every layer and projection.
func randomWeights(of architecture: Architecture, seed: Int) -> NetworkWeights {
  var random = SplitMix(seed: seed &+ 1_000_003)
  func tensor(_ rows: Int, _ columns: Int, _ kernel: Int) -> WeightTensor {
    WeightTensor(
      rows: rows, columns: columns, kernel: kernel,
      values: (0..<rows * columns * kernel * kernel).map { _ in
        Double.random(in: -1...1, using: &random)
      })
  }
  let layers = architecture.layers
  var projections: [Int: WeightTensor] = [:]
  let tensors = layers.map { layer in
    if let skip = layer.skip, skip.projectionStride != nil {
      projections[layer.index] = tensor(layer.width, layers[skip.layer].width, 1)
    }
    return tensor(layer.width, layer.inputWidth, layer.kernel)
  }
  return NetworkWeights(layers: tensors, projections: projections)
}
