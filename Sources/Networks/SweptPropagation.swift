public import Architectures

/// What carries values and tangents of a batch of images through all layers of a network.
public protocol ImagePropagation<Scalar>: AnyObject {
  associatedtype Scalar: NetworkScalar

  /// The number of images of a batch.
  var images: Int { get }
  /// The number of representations, the input's and one for each layer.
  var representationCount: Int { get }

  /// A batch for the input, its values still undefined.
  func makeInput() -> ImageBatch<Scalar>

  /// Carries a batch through all layers; see `Propagation`.
  func run(
    _ batch: ImageBatch<Scalar>, shouldStop: () throws -> Void,
    visit: (Int, ImageBatch<Scalar>) throws -> Void) throws
}

extension Propagation: ImagePropagation {
  /// The number of representations, the input's and one for each layer.
  public var representationCount: Int { layers.count + 1 }
}

/// A network with weights that is evaluated by several sweeps of inference, prepared to carry values
/// and tangents of a batch of images through all of them in one pass.
///
/// Tangents are exact directional derivatives of what the last sweep leaves, step sizes being no
/// functions of the image. As in `Propagation`, relu′(0) = 0. It belongs to one thread.
public final class SweptPropagation<Scalar: DifferentiableScalar>: ImagePropagation {
  /// The number of images of a batch.
  public let images: Int
  /// The number of vectors of an image: its value, and the tangents.
  public let vectors: Int
  private let network: DifferentiableNetwork<Scalar>
  /// The representation that each step leaves as it stays, by the step's place.
  private var finished: [Int: Int] = [:]

  /// Prepares an evaluation.
  ///
  /// - Parameters:
  ///   - architecture: the network's architecture.
  ///   - weights: its weights, whose shapes must be the architecture's.
  ///   - images: the number of images of a batch, at least 1.
  ///   - vectors: the number of vectors of an image, at least 1.
  ///   - sweeps: the sweeps of inference, at least 1.
  ///   - shouldStop: called while step sizes are computed; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `OneDNNError` and `LAPACKError`.
  public init(
    _ architecture: Architecture, weights: NetworkWeights, images: Int, vectors: Int, sweeps: Int,
    shouldStop: () throws -> Void = {}
  ) throws {
    precondition(images >= 1 && vectors >= 1 && sweeps >= 1, "an evaluation of nothing")
    self.images = images
    self.vectors = vectors
    let layout = ParameterLayout(architecture)
    let program = Program(architecture, layout, sweeps: sweeps)
    network = try DifferentiableNetwork(
      architecture, layout, program, images: images, vectors: vectors,
      plan: ProgramStorage(program))
    let parameters: [Scalar] = layout.vector(of: weights)
    try network.setParameters(parameters)
    if sweeps > 1 {
      network.rates = try Inference<Scalar>(architecture).rates(
        at: parameters, shouldStop: shouldStop)
    }
    for (step, operation) in program.operations.enumerated() {
      switch operation {
      case .activate(let layer, let target), .descend(let layer, _, _, let target):
        if target == program.representations[layer + 1] { finished[step] = layer + 1 }
      case .correlate, .spread, .add, .place: break
      }
    }
  }

  /// The number of representations, the input's and one for each layer.
  public var representationCount: Int { network.program.representations.count }

  /// A batch for the input, its values still undefined.
  public func makeInput() -> ImageBatch<Scalar> {
    let input = network.architecture.input
    return ImageBatch(images: images, vectors: vectors, channels: input.channels, size: input.size)
  }

  /// Carries a batch through all sweeps.
  ///
  /// - Parameters:
  ///   - batch: the images and directions, from `makeInput`; it is left as it is.
  ///   - shouldStop: called before each step; may throw to end.
  ///   - visit: gets each representation of the last sweep, 0 being the input, as soon as it is
  ///     there; later steps overwrite it.
  ///
  /// **Throws**: what `shouldStop` and `visit` throw, and `OneDNNError`.
  public func run(
    _ batch: ImageBatch<Scalar>, shouldStop: () throws -> Void = {},
    visit: (Int, ImageBatch<Scalar>) throws -> Void
  ) throws {
    let values = network.forwardValues
    precondition(
      batch.images == images && batch.vectors == vectors
        && batch.dimension == network.program.values[0].dimension,
      "a batch of another shape than the network's input")
    values.unsetAll()
    values.adopt(batch, as: 0)
    try visit(0, batch)
    for (step, operation) in network.program.operations.enumerated() {
      try shouldStop()
      try network.run(operation)
      guard let representation = finished[step] else { continue }
      try visit(representation, values[operation.target])
    }
  }
}

extension Program.Value {
  /// The number of values of one image.
  var dimension: Int { channels * size * size }
}
