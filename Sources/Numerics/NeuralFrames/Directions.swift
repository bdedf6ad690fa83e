/// The directions v_1 … v_m of one family at one image, each of unit norm.
public struct Directions: Equatable, Sendable {
  /// A direction of a norm up to this is left out: it has no direction.
  public static let smallestNorm = 1e-12

  /// The family.
  public let family: PerturbationFamily
  /// The number of values of an image, channels · size².
  public let dimension: Int
  /// The number m of directions; 0 where all were left out.
  public let count: Int
  /// The directions.
  ///
  /// **Shape**: m × dimension, row-major; a row is an image of channels × size × size.
  public let vectors: [Double]

  /// Divides vectors by their norms and leaves out those without a direction.
  ///
  /// - Parameters:
  ///   - family: the family.
  ///   - dimension: the number of values of an image, at least 1.
  ///   - candidates: vectors one behind the other, of a length that `dimension` divides.
  public init(family: PerturbationFamily, dimension: Int, normalizing candidates: [Double]) {
    precondition(dimension >= 1, "an image has at least one value")
    precondition(
      candidates.count.isMultiple(of: dimension), "directions have as many values as an image")
    var vectors: [Double] = []
    vectors.reserveCapacity(candidates.count)
    for start in stride(from: 0, to: candidates.count, by: dimension) {
      let candidate = candidates[start..<start + dimension]
      let norm = candidate.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > Self.smallestNorm { vectors += candidate.lazy.map { $0 / norm } }
    }
    self.family = family
    self.dimension = dimension
    self.vectors = vectors
    count = vectors.count / dimension
  }
}
