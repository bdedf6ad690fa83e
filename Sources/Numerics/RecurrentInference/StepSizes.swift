public import Architectures
internal import InducedFrames
public import NetworkGraphs
internal import Networks
internal import OpenBLAS

/// The step sizes of inference: 1/‖F_j‖², the spectral norm of block column j of the frame.
///
/// They depend on the weights only. It belongs to one thread.
public final class StepSizes<Scalar: GraphScalar> {
  /// The iterations of the power method for each layer's approximate step size from its fixed start.
  ///
  /// It approaches the norm from below; steps descend for anything above half of it.
  public static var powerIterations: Int { 100 }

  /// The most iterations of Lanczos' method for each layer's step size.
  static var lanczosIterations: Int { 2_000 }

  /// The iterations that follow a small change of the parameters, from where the last ones ended.
  public static var followingIterations: Int { 2 }

  /// −F_jᵀ F_j of a block column, or its negative.
  private struct Column {
    let graph: Graph
    let result: FrameGraph.Signed
    var evaluator: Evaluator<Scalar>?
    /// Where the power method is.
    var vector: [Double]
  }

  private var columns: [Column]

  /// Prepares the step sizes of an architecture.
  public init(_ architecture: Architecture) {
    let network = BuiltNetwork(architecture)
    guard let layers = network.layers else {
      preconditionFailure("step sizes are those of layers")
    }
    let frame = InducedFrame(architecture)
    let weights = layers.frameParameters
    columns = frame.columns.enumerated().map { layer, column in
      // The parameters are those of the network, in its order.
      var graph = Graph(input: "column", shape: [1, column.channels, column.size, column.size])
      for parameter in network.graph.parameters {
        _ = graph.addParameter(parameter.name, shape: parameter.shape)
      }
      var rows = FrameGraph(frame, in: graph) { weights[$0.index] }
      var columns = [ValueID?](repeating: nil, count: frame.columns.count)
      columns[layer] = graph.input
      let result = rows.descent(of: layer, columns: columns, image: nil)
      return Column(
        graph: rows.graph, result: result,
        vector: Self.start(column.channels * column.size * column.size))
    }
  }

  /// The step sizes of all layers, to the precision of the numbers; 0 for a column of zeros, NaN if the
  /// norm leaves the range of numbers.
  ///
  /// Lanczos' method finds what the power method may not find in any reasonable time, the largest of
  /// singular values that lie close together.
  ///
  /// - Parameters:
  ///   - parameters: those of a `BuiltNetwork` of the architecture.
  ///   - shouldStop: called before each product with a column; may throw to end.
  ///
  /// **Throws**: `OneDNNError`, `MemoryRefused`, `LAPACKError`, and what `shouldStop` throws.
  ///
  /// **Source**: Golub & Van Loan, *Matrix Computations*, section 10.1.
  public func exact(
    at parameters: GraphParameters, shouldStop: () throws -> Void = {}
  ) throws -> [Double] {
    try load(parameters)
    return try columns.indices.map { layer in
      let square = try LargestEigenvalue.compute(
        start: Self.start(columns[layer].vector.count), limit: Self.lanczosIterations,
        tolerance: 16 * Double(Scalar.ulpOfOne)
      ) { vector in
        try shouldStop()
        return try image(of: vector, layer)
      }
      return Self.rate(square)
    }
  }

  /// Approximate step sizes by the power method from a fixed start, from which `following` goes on.
  ///
  /// **Throws**: `OneDNNError`, `MemoryRefused`, and what `shouldStop` throws.
  public func approximate(
    at parameters: GraphParameters, shouldStop: () throws -> Void = {}
  ) throws -> [Double] {
    for layer in columns.indices { columns[layer].vector = Self.start(columns[layer].vector.count) }
    return try iterate(parameters, Self.powerIterations, shouldStop)
  }

  /// The step sizes at parameters that have changed a little since the last call of this method or
  /// of `approximate`, which must have come before.
  ///
  /// **Throws**: `OneDNNError`, and what `shouldStop` throws.
  public func following(
    at parameters: GraphParameters, shouldStop: () throws -> Void = {}
  ) throws -> [Double] {
    try iterate(parameters, Self.followingIterations, shouldStop)
  }

  private func iterate(
    _ parameters: GraphParameters, _ iterations: Int, _ shouldStop: () throws -> Void
  ) throws -> [Double] {
    try load(parameters)
    return try columns.indices.map { layer in
      var square = 0.0
      for _ in 0..<iterations {
        try shouldStop()
        let norm = nrm2(columns[layer].vector)
        guard norm.isFinite, norm > 0 else { return Self.rate(norm) }
        scal(1 / norm, &columns[layer].vector)
        columns[layer].vector = try image(of: columns[layer].vector, layer)
        square = nrm2(columns[layer].vector)
      }
      return Self.rate(square)
    }
  }

  private func load(_ parameters: GraphParameters) throws {
    for layer in columns.indices {
      if let evaluator = columns[layer].evaluator {
        try evaluator.setParameters(parameters)
      } else {
        columns[layer].evaluator = try Evaluator(
          columns[layer].graph, parameters: parameters,
          representations: [columns[layer].result.value], images: 1, vectors: 1)
      }
    }
  }

  /// F_jᵀ F_j of a vector.
  private func image(of vector: [Double], _ layer: Int) throws -> [Double] {
    guard let evaluator = columns[layer].evaluator else { return [] }
    evaluator.store(vector.span, vectorsFrom: 0, ofImage: 0)
    var image: [Double] = []
    try evaluator.run { image = $0.vector(0, ofImage: 0) }
    scal(-columns[layer].result.sign, &image)
    return image
  }

  /// The step size 1/‖F_j‖².
  ///
  /// A norm that is not finite has none: with 0, sweeps would pass for ones that change nothing.
  private static func rate(_ square: Double) -> Double {
    guard square.isFinite else { return .nan }
    return square > 0 ? 1 / square : 0
  }

  /// Numbers without a pattern, the same for all networks, none of them zero.
  private static func start(_ count: Int) -> [Double] {
    (0..<count).map { 0.5 + Double($0 * 7_919 % 1_009) / 1_009 }
  }
}
