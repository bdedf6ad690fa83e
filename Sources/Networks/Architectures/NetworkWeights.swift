/// One weight of shape `rows` × `columns` × `kernel` × `kernel`, row-major, as torch's Conv2d.
public struct WeightTensor: Hashable, Sendable {
  /// The number k of output channels, which is the number of atoms.
  public let rows: Int
  /// The number d of input channels.
  public let columns: Int
  /// The side f of the square kernel.
  public let kernel: Int
  /// The k·d·f·f values, row-major; each run of d·f·f of them is an atom.
  public var values: [Double]

  /// Makes a weight of a shape from its values, whose count must match.
  public init(rows: Int, columns: Int, kernel: Int, values: [Double]) {
    precondition(
      values.count == rows * columns * kernel * kernel,
      "a weight of shape (\(rows), \(columns), \(kernel), \(kernel)) needs as many values")
    self.rows = rows
    self.columns = columns
    self.kernel = kernel
    self.values = values
  }
}

/// All weights of a network: a tensor and a bias per layer, and a tensor per projection.
public struct NetworkWeights: Hashable, Sendable {
  /// Each layer's weight, in the order of `Architecture.layers`.
  public var layers: [WeightTensor]
  /// Each layer's bias: `width` values.
  public var biases: [[Double]]
  /// The projections P of shape width × (source's width) × 1 × 1, by the layer that adds them.
  public var projections: [Int: WeightTensor]

  /// Collects weights; nil biases are zero.
  public init(
    layers: [WeightTensor], biases: [[Double]]? = nil, projections: [Int: WeightTensor] = [:]
  ) {
    self.layers = layers
    self.biases = biases ?? layers.map { [Double](repeating: 0, count: $0.rows) }
    self.projections = projections
  }
}
