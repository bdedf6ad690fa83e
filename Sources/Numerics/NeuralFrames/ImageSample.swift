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
    input = try FrameAnalysis<Double>(reference).analyze(
      vectors.span, isRectified: false, in: FrameWorkspace())
  }
}
