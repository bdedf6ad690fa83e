internal import OpenBLAS

/// The largest eigenvalue of a symmetric positive semidefinite operator by Lanczos' method.
///
/// No basis is kept. Vectors that lose their orthogonality bring copies of eigenvalues that were found
/// already, which is no harm to the largest one.
enum LargestEigenvalue {
  /// How often the tridiagonal matrix is looked at.
  private static let interval = 10

  /// Iterates until the eigenvalue stands.
  ///
  /// - Parameters:
  ///   - start: a vector that is not zero.
  ///   - limit: the most iterations.
  ///   - tolerance: the growth in one interval, relative to the eigenvalue, at which it stands; some
  ///     times the operator's own rounding.
  ///   - apply: the operator.
  ///
  /// **Returns**: the eigenvalue; NaN where the operator gives numbers that are not finite.
  ///
  /// **Throws**: what `apply` throws, and `LAPACKError`.
  static func compute(
    start: [Double], limit: Int, tolerance: Double, apply: ([Double]) throws -> [Double]
  ) throws -> Double {
    var vector = start
    scal(1 / nrm2(vector), &vector)
    var last = [Double](repeating: 0, count: vector.count)
    var (diagonal, beside): ([Double], [Double]) = ([], [])
    var largest = 0.0
    while true {
      var image = try apply(vector)
      let product = dot(image, vector)
      diagonal.append(product)
      let before = beside.last ?? 0
      for index in image.indices {
        image[index] -= product * vector[index] + before * last[index]
      }
      let norm = nrm2(image)
      guard norm.isFinite else { return .nan }
      let isComplete = norm <= tolerance * max(largest, diagonal[0])
      let isLast = isComplete || diagonal.count == limit
      if isLast || diagonal.count.isMultiple(of: interval) {
        let value = try tridiagonalEigenvalues(diagonal: diagonal, beside: beside).last ?? 0
        defer { largest = value }
        if isLast || value - largest <= tolerance * value { return value }
      }
      beside.append(norm)
      last = vector
      vector = image
      scal(1 / norm, &vector)
    }
  }
}
