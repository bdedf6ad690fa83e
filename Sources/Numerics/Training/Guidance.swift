internal import NetworkGraphs
internal import Networks
internal import OpenBLAS
internal import Similarity

/// What the layers of a network lack in similarity to those of a guide, as a term of the loss that a
/// training descends.
///
/// The term is strength · Σ (1 − CKA), a summand for each layer of the guide and the network's layer of the
/// same relative depth. CKA is the centred kernel alignment of what both make of the batch, with the linear
/// kernel and with its bias. If a layer tells no two images apart, its alignment counts as 0 and has no
/// gradient.
///
/// **Source**: Subramaniam, Mayo, Conwell, Poggio, Katz, Cheung & Barbu, "Training the untrainable:
/// introducing inductive bias via representational alignment", 2024.
final class Guidance<Scalar: GraphScalar> {
  private let guide: Evaluator<Scalar>
  private let guideLayers: [ValueID]
  private let strength: Double
  private let count: Int
  /// For each representation of the network the guide's layers that it is compared with.
  private let matched: [[Int]]
  /// The centred kernels of the guide's layers, of unit norm, or of zeros.
  private var guideKernels: [[Double]]
  private let ones: [Scalar]

  /// The term at the representations that were visited.
  private(set) var term = 0.0
  /// Its gradients with respect to these representations, as they lie in memory.
  private(set) var gradients: [(layer: Int, gradient: [Scalar])] = []

  /// Prepares a term.
  ///
  /// - Parameters:
  ///   - guide: the network that guides, with its numbers; its input has as many as an image.
  ///   - network: the network that is trained.
  ///   - images: the images of a batch, at least 3: the alignment of two images is always 1.
  ///   - strength: what the sum is multiplied by, above 0.
  ///
  /// **Throws**: `OneDNNError`, and `MemoryRefused`.
  init(
    _ guide: (network: BuiltNetwork, parameters: GraphParameters), of network: BuiltNetwork,
    images: Int, strength: Double
  ) throws {
    precondition(images >= 3 && strength > 0, "guidance by nothing")
    (count, self.strength) = (images, strength)
    guideLayers = Array(guide.network.values.dropFirst())
    self.guide = try Evaluator(
      guide.network.graph, parameters: guide.parameters, representations: guideLayers,
      images: images, vectors: 1)
    guideKernels = guideLayers.map { _ in [Double](repeating: 0, count: images * images) }
    let matching = GuideMatching(
      guideCount: guideLayers.count, count: network.values.count - 1)
    var matched = [[Int]](repeating: [], count: network.values.count)
    for (layer, guides) in matching.guideLayers.enumerated() {
      // Two layers may stand for one value, which is visited as the first of them.
      let value = network.values[layer + 1]
      matched[network.values.firstIndex(of: value) ?? layer + 1] += guides
    }
    self.matched = matched
    ones = [Scalar](repeating: 1, count: images)
  }

  /// Finds what the guide makes of the images that a network holds.
  ///
  /// **Throws**: `OneDNNError`, and what `shouldStop` throws, which is called between operations.
  func takeBatch(
    of network: GraphClassifier<Scalar>, shouldStop: () throws -> Void = {}
  ) throws {
    for place in 0..<count {
      let image = network.image(at: place)
      guide.store(image.span, vectorsFrom: 0, ofImage: place)
    }
    try guide.run(shouldStop: shouldStop) { found in
      let (kernel, norm) = kernel(of: features(found))
      let unit = norm > 0 ? kernel.map { $0 / norm } : kernel
      for (layer, value) in guideLayers.enumerated() where value == found.value {
        guideKernels[layer] = unit
      }
    }
  }

  /// Forgets the representations of a pass before the next one.
  func beginPass() {
    term = 0
    gradients.removeAll(keepingCapacity: true)
  }

  /// Takes over a representation of the batch.
  func visit(_ layer: Int, _ found: Representation<Scalar>) {
    let guides = matched[layer]
    guard !guides.isEmpty else { return }
    let features = features(found)
    let (kernel, norm) = kernel(of: features)
    term += strength * Double(guides.count)
    guard norm > 0 else { return }
    // With the unit kernels k and l, ∂⟨k, l⟩/∂K = (l − ⟨k, l⟩ k)/‖K‖, and K = X Xᵀ.
    var slopes = [Double](repeating: 0, count: count * count)
    var sum = 0.0
    for guide in guides {
      let alignment = dot(kernel, guideKernels[guide]) / norm
      sum += alignment
      axpy(-2 * strength / norm, guideKernels[guide], into: &slopes)
    }
    term -= strength * sum
    axpy(2 * strength * sum / (norm * norm), kernel, into: &slopes)
    var factors = [Scalar](repeating: 0, count: slopes.count)
    Scalar.round(slopes, into: &factors)
    var gradient = [Scalar](repeating: 0, count: features.count)
    gemm(
      .rowMajor, rows: count, columns: features.count / count, inner: count, factors, features,
      into: &gradient)
    gradients.append((layer, gradient))
  }

  /// What a representation has of each image, images × numbers, less its mean over the images.
  private func features(_ found: Representation<Scalar>) -> [Scalar] {
    var features: [Scalar] = []
    features.reserveCapacity(count * found.dimension)
    for image in 0..<count {
      found.withVectors(ofImage: image) { numbers in
        unsafe numbers.withUnsafeBufferPointer { unsafe features.append(contentsOf: $0) }
      }
    }
    var means = [Scalar](repeating: 0, count: found.dimension)
    gemm(
      .rowMajor, rows: 1, columns: found.dimension, inner: count, alpha: 1 / Scalar(count), ones,
      features, into: &means)
    gemm(
      .rowMajor, rows: count, columns: found.dimension, inner: 1, alpha: -1, ones, means, beta: 1,
      into: &features)
    return features
  }

  /// The products of centred features, images × images, and their norm.
  private func kernel(of features: [Scalar]) -> (kernel: [Double], norm: Double) {
    var products = [Scalar](repeating: 0, count: count * count)
    syrk(
      .rowMajor, .lower, order: count, inner: features.count / count, features, into: &products)
    mirror(.rowMajor, from: .lower, order: count, &products)
    var kernel = [Double](repeating: 0, count: count * count)
    Scalar.widen(products.span, into: &kernel, at: 0)
    return (kernel, nrm2(kernel))
  }
}
