internal import Architectures
internal import NeuralFrames
internal import SweepSpec

/// The chosen images of a sweep with their directions, for all points and compute threads of a
/// process.
struct ImageSamples: Sendable {
  /// Samples are kept up to so many bytes, and computed batch by batch beyond; results are the same.
  private static let keptBytes = 0x1p27

  private let inputs: ImageInputs
  private let kept: [ImageSample]

  /// Prepares loaded images.
  ///
  /// **Throws**: `LAPACKError`.
  init(_ inputs: ImageInputs) throws {
    self.inputs = inputs
    let bytes = 8 * Double(inputs.measure.vectorCount(of: inputs.facts)) * Double(inputs.dimension)
    guard bytes * Double(inputs.indices.count) <= Self.keptBytes else {
      kept = []
      return
    }
    kept = try inputs.indices.indices.map { try Self.sample($0, of: inputs) }
  }

  /// The number of images.
  var count: Int { inputs.indices.count }

  /// Images by their places among the chosen ones.
  ///
  /// **Throws**: `LAPACKError`.
  func samples(_ places: Range<Int>) throws -> ArraySlice<ImageSample> {
    try kept.isEmpty ? places.map { try Self.sample($0, of: inputs) }[...] : kept[places]
  }

  private static func sample(_ place: Int, of inputs: ImageInputs) throws -> ImageSample {
    try ImageSample(
      image: inputs.image(place),
      directions: inputs.measure.families.map { try inputs.directions($0, at: place) })
  }
}

extension NeuralFramesMeasurement {
  /// The most vectors of an image, its value and all directions.
  ///
  /// Batches hold so many for every image, so products do not depend on which directions an image
  /// lacks. Without the facts of images those of colour are assumed.
  func vectorCount(of images: ImageFacts?) -> Int {
    families.reduce(1) { count, family in
      switch family {
      case .augmentation:
        count
          + augmentation.count { generator in
            images.map { $0.shape.size > 1 && ($0.shape.channels == 3 || !generator.needsColour) }
              ?? true
          }
      case .noise: count + noise
      case .fourier:
        count + (images.map { min(fourier, $0.shape.size * $0.shape.size - 1) } ?? fourier)
      case .generative: count + (generative?.components ?? 0)
      }
    }
  }
}
