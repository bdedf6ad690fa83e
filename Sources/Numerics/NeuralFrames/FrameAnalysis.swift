internal import NetworkGraphs
internal import OpenBLAS

/// A neural frame with a statistic that is not finite: the network overflowed.
public struct NonfiniteFrame: Error, Hashable, Sendable {
  /// The statistic.
  public var statistic: FrameStatistic
  /// The place of the image among those that were measured at a time.
  public var image = 0
  /// The representation, 0 being the input.
  public var representation = 0
}

/// Computes the statistics of an image's neural frames at one representation after the other.
///
/// All of them come from the products of all vectors of the image: of vectors in single precision in
/// single precision, where that is good enough; otherwise in double precision, and from singular
/// values where those are too small to be seen in products. It belongs to one thread.
public final class FrameAnalysis<Scalar: FrameScalar> {
  private let reference: FrameReference

  /// Prepares an analysis of an image.
  public init(_ reference: FrameReference) { self.reference = reference }

  /// Computes the statistics of a representation.
  ///
  /// - Parameters:
  ///   - vectors: the value and the tangents of the image, one behind the other, in any order of
  ///     entries that is the same for all.
  ///   - isRectified: whether all vectors are 0 where the value is, as behind a layer.
  ///   - workspace: memory for the products.
  ///
  /// **Throws**: `NonfiniteFrame`, `LAPACKError`, and `OneDNNError`.
  public func analyze(
    _ vectors: borrowing Span<Scalar>, isRectified: Bool, in workspace: FrameWorkspace
  ) throws -> FrameMeasurement {
    let count = reference.vectorCount
    let dimension = vectors.count / count
    func decompose(_ places: Range<Int>) throws -> SingularValues<Double> {
      try Self.decompose(vectors, at: places, dimension: dimension)
    }
    if isRectified,
      let found = try Scalar.singleProducts(of: vectors, count: count, in: workspace)
    {
      let products = FrameProducts(reference, found)
      if let subspaces = products.singleSubspaces() {
        return try products.measurement(subspaces, decompose: decompose)
      }
    }
    let products = FrameProducts(
      reference, workspace.products(of: vectors, count: count, isRectified: isRectified))
    guard products.areFinite else { throw NonfiniteFrame(statistic: .gain) }
    return try products.measurement(products.subspaces(decompose: decompose), decompose: decompose)
  }

  private static func decompose(
    _ vectors: borrowing Span<Scalar>, at places: Range<Int>, dimension: Int
  ) throws -> SingularValues<Double> {
    let count = places.count * dimension
    var columns = [Double](repeating: 0, count: count)
    Scalar.widen(
      vectors.extracting(places.lowerBound * dimension..<places.upperBound * dimension),
      into: &columns, at: 0)
    return try singularValueDecomposition(columns, rows: dimension, columns: places.count)
  }
}
