internal import RandomNumbers

extension Directions {
  /// Gaussian directions, the same for all images and all points of a sweep.
  ///
  /// They are keyed by the seed and their own number alone, so a sweep with more of them has those of
  /// a sweep with fewer, and means over images compare like with like.
  ///
  /// - Parameters:
  ///   - count: the number of directions.
  ///   - dimension: the number of values of an image.
  ///   - seed: the sweep's top-level seed.
  public static func noise(count: Int, dimension: Int, seed: Int64) -> Directions {
    let key = RandomKey(domain: "framesweep noise directions", seed: seed)
    var candidates: [Double] = []
    candidates.reserveCapacity(count * dimension)
    for index in 0..<count {
      var stream = key.appending(index).stream
      candidates += stream.nextNormals(dimension)
    }
    return Directions(family: .noise, dimension: dimension, normalizing: candidates)
  }
}
