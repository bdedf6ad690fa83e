public import Architectures
public import Networks

/// An image with its directions, and what neural frames need to know of them.
public struct ImageSample: Sendable {
  /// The image, channels × size × size.
  public let image: [Double]
  /// The directions of each family.
  public let directions: [Directions]
  /// What its neural frames are compared with.
  public let reference: FrameReference
  /// The statistics of the directions themselves, whatever the network: those of representation 0.
  let input: FrameMeasurement

  /// Collects an image and its directions.
  ///
  /// **Throws**: `LAPACKError`, and `NonfiniteFrame` where squares of the values overflow.
  public init(image: [Double], directions: [Directions]) throws {
    self.image = image
    self.directions = directions
    reference = try FrameReference(image: image, directions: directions)
    let vectors = directions.reduce(into: image) { $0 += $1.vectors }
    input = try unsafe vectors.withUnsafeBufferPointer { [reference] vectors in
      try unsafe FrameAnalysis<Double>(reference).analyze(
        vectors, isRectified: false, in: FrameWorkspace())
    }
  }
}

/// Carries images with their directions through a network, and measures the neural frames of every
/// family at every representation.
///
/// It belongs to one thread.
public final class PushForward<Scalar: DifferentiableScalar> {
  private let propagation: any ImagePropagation<Scalar>
  private let input: ImageBatch<Scalar>
  private let workspace = FrameWorkspace()

  /// The number of representations, the input's and one for each layer.
  public var representationCount: Int { propagation.representationCount }

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - architecture: the network's architecture.
  ///   - weights: its weights.
  ///   - images: the number of images that are carried at a time.
  ///   - vectors: one more than the most directions of an image.
  ///   - sweeps: the sweeps of inference, at least 1; 1 is the feed-forward network.
  ///   - shouldStop: called while step sizes are computed; may throw to end.
  ///
  /// **Throws**: what `shouldStop` throws, `OneDNNError` and `LAPACKError`.
  public init(
    _ architecture: Architecture, weights: NetworkWeights, images: Int, vectors: Int,
    sweeps: Int = 1, shouldStop: () throws -> Void = {}
  ) throws {
    propagation =
      sweeps == 1
      ? try Propagation(architecture, weights: weights, images: images, vectors: vectors)
      : try SweptPropagation(
        architecture, weights: weights, images: images, vectors: vectors, sweeps: sweeps,
        shouldStop: shouldStop)
    input = propagation.makeInput()
  }

  /// Measures some images.
  ///
  /// - Parameters:
  ///   - samples: at most as many images as are carried at a time.
  ///   - shouldStop: called before each layer; may throw to end.
  ///   - visit: gets the statistics of an image at a representation, each image's representations in
  ///     order.
  ///
  /// **Throws**: what `shouldStop` throws, `NonfiniteFrame`, `LAPACKError` and `OneDNNError`.
  public func measure(
    _ samples: ArraySlice<ImageSample>, shouldStop: () throws -> Void = {},
    visit: (_ image: Int, _ representation: Int, _ frames: FrameMeasurement) -> Void
  ) throws {
    precondition(samples.count <= propagation.images, "more images than are carried at a time")
    for (place, sample) in samples.enumerated() {
      // Vectors that an image does not have are zeros, and so are images that a batch does not have.
      input.store(sample.image.span, vectorsFrom: 0, ofImage: place)
      var next = 1
      for directions in sample.directions {
        let vectors = directions.vectors
        input.store(vectors.span, vectorsFrom: next, ofImage: place)
        next += directions.count
      }
      input.clear(vectorsFrom: next, ofImage: place)
    }
    for place in samples.count..<propagation.images {
      input.clear(vectorsFrom: 0, ofImage: place)
    }
    let analyses = samples.map { FrameAnalysis<Scalar>($0.reference) }
    try propagation.run(input, shouldStop: shouldStop) { representation, batch in
      for (place, analysis) in analyses.enumerated() {
        let sample = samples[samples.startIndex + place]
        guard representation > 0 else {
          visit(place, 0, sample.input)
          continue
        }
        let count = sample.reference.vectorCount * batch.dimension
        do {
          let measurement = try unsafe batch.withVectors(ofImage: place) { vectors in
            try unsafe analysis.analyze(
              UnsafeBufferPointer(rebasing: vectors[..<count]), isRectified: true, in: workspace)
          }
          visit(place, representation, measurement)
        } catch var error as NonfiniteFrame {
          (error.image, error.representation) = (place, representation)
          throw error
        }
      }
    }
  }
}
