/// The statistics of an image's neural frames at one representation.
public struct FrameMeasurement: Sendable {
  /// The statistics of each family, in the reference's order.
  public internal(set) var values: [FrameValues] = []
  /// The overlap of each pair of families, the first family with all later ones first; NaN where a
  /// frame has vanished.
  public internal(set) var overlaps: [Double] = []
}
