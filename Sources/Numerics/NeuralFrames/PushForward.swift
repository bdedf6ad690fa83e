public import NetworkGraphs
public import Networks
internal import RecurrentInference

/// Carries images with their directions through a graph, and measures the neural frames of every family
/// at chosen values.
///
/// It belongs to one thread.
public final class PushForward<Scalar: FrameScalar> {
  private let evaluator: Evaluator<Scalar>
  private let places: [ValueID: [Int]]
  private let workspace = FrameWorkspace()

  /// The number of representations, the input and the chosen values.
  public let representationCount: Int

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - parameters: the numbers of its parameters.
  ///   - values: the representations behind the input, in the order in which they are counted.
  ///   - images: the number of images that are carried at a time.
  ///   - vectors: one more than the most directions of an image.
  ///
  /// **Throws**: `OneDNNError`, and `MemoryRefused`.
  public init(
    _ graph: Graph, parameters: GraphParameters, values: [ValueID], images: Int, vectors: Int
  ) throws {
    evaluator = try Evaluator(
      graph, parameters: parameters, representations: values, images: images, vectors: vectors)
    // Two names may stand for one value.
    places = Dictionary(grouping: values.indices) { values[$0] }
    representationCount = values.count + 1
  }

  /// Prepares a network with its representations.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - numbers: those of its parameters.
  ///   - images: the number of images that are carried at a time.
  ///   - vectors: one more than the most directions of an image.
  ///   - sweeps: the sweeps of inference, at least 1; 1 is the feed-forward network.
  ///   - shouldStop: called while step sizes are computed; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `OneDNNError`, `MemoryRefused` and `LAPACKError`.
  public convenience init(
    _ network: BuiltNetwork, _ numbers: GraphParameters, images: Int, vectors: Int,
    sweeps: Int = 1, shouldStop: () throws -> Void = {}
  ) throws {
    let inference = InferenceGraph(network, sweeps: sweeps)
    try self.init(
      inference.network.graph,
      parameters: inference.parameters(numbers, in: Scalar.self, shouldStop: shouldStop),
      values: Array(inference.network.values.dropFirst()), images: images,
      vectors: vectors)
  }

  /// Measures some images.
  ///
  /// - Parameters:
  ///   - samples: at most as many images as are carried at a time.
  ///   - shouldStop: called before each operation; may throw to end.
  ///   - visit: gets the statistics of an image at a representation, 0 being the input, in the order in
  ///     which they are computed.
  ///
  /// **Throws**: what `shouldStop` throws, `NonfiniteFrame`, `LAPACKError` and `OneDNNError`.
  public func measure(
    _ samples: ArraySlice<ImageSample>, shouldStop: () throws -> Void = {},
    visit: (_ image: Int, _ representation: Int, _ frames: FrameMeasurement) -> Void
  ) throws {
    precondition(samples.count <= evaluator.images, "more images than are carried at a time")
    for (image, sample) in samples.enumerated() {
      evaluator.store(sample.image.span, vectorsFrom: 0, ofImage: image)
      var next = 1
      for directions in sample.directions {
        let vectors = directions.vectors
        evaluator.store(vectors.span, vectorsFrom: next, ofImage: image)
        next += directions.count
      }
      evaluator.clear(vectorsFrom: next, ofImage: image)
      visit(image, 0, sample.input)
    }
    for image in samples.count..<evaluator.images {
      evaluator.clear(vectorsFrom: 0, ofImage: image)
    }
    let analyses = samples.map { FrameAnalysis<Scalar>($0.reference) }
    try evaluator.run(shouldStop: shouldStop) { representation in
      for (image, analysis) in analyses.enumerated() {
        let sample = samples[samples.startIndex + image]
        let count = sample.reference.vectorCount * representation.dimension
        do {
          let measurement = try representation.withVectors(ofImage: image) { vectors in
            try analysis.analyze(
              vectors.extracting(first: count), isRectified: representation.keepsZeros,
              in: workspace)
          }
          for place in places[representation.value] ?? [] { visit(image, place + 1, measurement) }
        } catch var error as NonfiniteFrame {
          error.image = image
          error.representation = (places[representation.value]?.first ?? -1) + 1
          throw error
        }
      }
    }
  }
}
