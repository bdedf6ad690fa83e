public import Architectures
internal import OpenBLAS

/// Inference as optimisation: the energy that sweeps descend, and the step sizes they take.
///
/// E(w) = ½ ‖F w − (x, 0, …)‖² − Σ biasᵀ w over w ≥ 0, with F as in the network's form, zero padding
/// and weights that are not normalised.
///
/// **Source**: Murdock, Cazenavette & Lucey, "Reframing neural networks", 2021.
@safe public final class Inference<Scalar: DifferentiableScalar> {
  /// The iterations of the power method for each layer's approximate step size from its fixed start.
  ///
  /// It approaches the norm from below; steps descend for anything above half of it.
  public static var powerIterations: Int { 100 }

  /// The most iterations of Lanczos' method for each layer's step size.
  static var lanczosIterations: Int { 2_000 }

  /// The iterations that follow a small change of the parameters, from where the last ones ended.
  public static var followingIterations: Int { 2 }

  private let architecture: Architecture
  private let layout: ParameterLayout
  /// For each layer a network that holds the slope of ½ ‖F_j w_j‖² with respect to the layer.
  private var columns: [(network: DifferentiableNetwork<Scalar>, slope: Int)] = []
  private let rows: (network: DifferentiableNetwork<Scalar>, residuals: [Int])

  /// Prepares step sizes and energies of a network.
  ///
  /// - Parameters:
  ///   - architecture: the network's architecture.
  ///   - images: the number of images of a batch whose energy is asked for.
  ///   - classes: the classes of a classifier that the vector of parameters has room for.
  ///
  /// **Throws**: `OneDNNError`.
  public init(_ architecture: Architecture, images: Int = 1, classes: Int = 0) throws {
    self.architecture = architecture
    layout = ParameterLayout(architecture, classes: classes)
    let frame = FrameRows(architecture)
    var empty = Program(feedForward: architecture, layout)
    empty.operations = []
    empty.values = [empty.values[0]]
    empty.representations = [0]
    for layer in frame.layers {
      empty.representations.append(empty.value(layer.width, layer.outputSize))
    }
    for layer in frame.layers {
      var program = empty
      let slope = program.appendSlope(of: layer, in: frame)
      columns.append((try DifferentiableNetwork(architecture, layout, program, images: 1), slope))
    }
    var program = empty
    let residuals = frame.layers.map { program.appendResidual(ofRow: $0, in: frame) }
    rows = (try DifferentiableNetwork(architecture, layout, program, images: images), residuals)
  }

  /// The step sizes 1/‖F_j‖² of all layers, to the precision of the numbers; 0 for a column of zeros, NaN
  /// where the norm leaves the range of numbers.
  ///
  /// They depend on the parameters only. Lanczos' method finds what the power method may not find in
  /// any reasonable time, the largest of singular values that lie close together.
  ///
  /// **Throws**: `OneDNNError`, `LAPACKError`, and what `shouldStop` throws, which is called before each
  /// product with a column.
  ///
  /// **Source**: Golub & Van Loan, *Matrix Computations*, section 10.1.
  public func rates(
    at parameters: [Scalar], shouldStop: () throws -> Void = {}
  ) throws -> [Double] {
    try columns.indices.map { layer in
      let network = columns[layer].network
      try network.setParameters(parameters)
      network.clearRepresentations()
      let batch = representation(ofColumn: layer)
      let square = try LargestEigenvalue.compute(
        start: Self.start(batch.dimension), limit: Self.lanczosIterations,
        tolerance: 16 * Double(Scalar.ulpOfOne)
      ) { vector in
        try shouldStop()
        batch.store(vector.span, vectorsFrom: 0, ofImage: 0)
        try applyColumn(layer)
        return batch.vector(0, ofImage: 0).map { Double($0) }
      }
      return Self.rate(square)
    }
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

  /// Approximate step sizes by the power method, from which `followingRates` goes on.
  ///
  /// They depend on the parameters only.
  ///
  /// **Throws**: `OneDNNError`, and what `shouldStop` throws.
  public func approximateRates(
    at parameters: [Scalar], shouldStop: () throws -> Void = {}
  ) throws -> [Double] {
    for (layer, column) in columns.enumerated() {
      column.network.clearRepresentations()
      let batch = representation(ofColumn: layer)
      batch.store(Self.start(batch.dimension).span, vectorsFrom: 0, ofImage: 0)
    }
    return try rates(at: parameters, iterations: Self.powerIterations, shouldStop)
  }

  /// The step sizes at parameters that have changed a little since the last call of this method or
  /// of `approximateRates`, which must have come before.
  ///
  /// **Throws**: `OneDNNError`, and what `shouldStop` throws.
  public func followingRates(
    at parameters: [Scalar], shouldStop: () throws -> Void = {}
  ) throws -> [Double] {
    try rates(at: parameters, iterations: Self.followingIterations, shouldStop)
  }

  /// Goes on with the vectors that the representations hold.
  private func rates(
    at parameters: [Scalar], iterations: Int, _ shouldStop: () throws -> Void
  ) throws -> [Double] {
    try columns.indices.map { layer in
      try columns[layer].network.setParameters(parameters)
      let batch = representation(ofColumn: layer)
      var square = 0.0
      for _ in 0..<iterations {
        try shouldStop()
        let norm = unsafe Scalar.nrm2(count: batch.count, batch.start, stride: 1)
        guard norm.isFinite, norm > 0 else { return Self.rate(Double(norm)) }
        unsafe Scalar.scal(count: batch.count, alpha: 1 / norm, batch.start, stride: 1)
        try applyColumn(layer)
        square = unsafe Double(Scalar.nrm2(count: batch.count, batch.start, stride: 1))
      }
      return Self.rate(square)
    }
  }

  /// Puts F_jᵀ F_j w_j in the place of w_j.
  private func applyColumn(_ layer: Int) throws {
    let (network, slope) = columns[layer]
    try network.runFromRepresentations()
    let image = network.forwardValues[slope]
    network.forwardValues.addChannels(
      of: image, from: 0, to: network.program.representations[layer + 1], at: 0,
      channels: image.channels, factor: 1, replaces: true)
  }

  private func representation(ofColumn layer: Int) -> ImageBatch<Scalar> {
    let network = columns[layer].network
    return network.forwardValues[network.program.representations[layer + 1]]
  }

  /// The sum of the energies of the images of another network's last forward pass, at its
  /// representations.
  ///
  /// - Parameters:
  ///   - other: a network of the same architecture and number of images.
  ///   - parameters: its parameters.
  ///
  /// **Throws**: `OneDNNError`.
  public func energy(
    of other: DifferentiableNetwork<Scalar>, at parameters: [Scalar]
  ) throws -> Double {
    let network = rows.network
    precondition(
      other.architecture == architecture && other.images == network.images, "another network")
    try network.setParameters(parameters)
    network.clearRepresentations()
    var energy = 0.0
    for index in 0...architecture.layerCount {
      let batch = other.representation(index)
      let target = network.forwardValues[network.program.representations[index]]
      for image in 0..<other.images {
        let values = batch.vector(0, ofImage: image)
        target.store(values.span, vectorsFrom: 0, ofImage: image)
        guard index > 0 else { continue }
        let pixels = batch.size * batch.size
        for (place, value) in values.enumerated() {
          energy -= value * Double(parameters[layout.biases[index - 1].lowerBound + place / pixels])
        }
      }
    }
    try network.runFromRepresentations()
    for residual in rows.residuals {
      for image in 0..<other.images {
        energy += network.forwardValues[residual].vector(0, ofImage: image).reduce(0) {
          $0 + 0.5 * $1 * $1
        }
      }
    }
    return energy
  }
}

extension DifferentiableNetwork {
  /// Sets the input and all representations to zero.
  func clearRepresentations() {
    for value in program.representations { forwardValues[value].clear() }
  }

  /// Computes what follows from the representations, which were stored before.
  func runFromRepresentations() throws {
    forwardValues.unsetAll()
    for value in program.representations { forwardValues.markSet(value) }
    for operation in program.operations { try run(operation) }
  }
}
