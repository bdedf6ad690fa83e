/// The thin singular value decomposition of a matrix.
public struct SingularValues<Scalar: BLASScalar>: Equatable, Sendable {
  /// The singular values, descending; there are `min(rows, columns)`.
  public let values: [Scalar]

  /// The left singular vectors.
  ///
  /// **Shape.** `rows × values.count`, column-major.
  public let left: [Scalar]

  /// The right singular vectors, transposed.
  ///
  /// **Shape.** `values.count × columns`, column-major.
  public let rightTransposed: [Scalar]
}

/// The singular values of a matrix with the thin matrices of singular vectors.
///
/// **Shape.** `rows × columns`, column-major without gaps.
/// - Throws: `LAPACKError` if the iteration does not converge, or an entry is NaN.
/// - Source: LAPACK's `xGESDD`.
public func singularValueDecomposition<Scalar: BLASScalar>(
  _ matrix: [Scalar], rows: Int, columns: Int
) throws(LAPACKError) -> SingularValues<Scalar> {
  precondition(rows >= 0 && columns >= 0, "a matrix with a negative size")
  precondition(matrix.count == rows * columns, "the matrix is not rows × columns")
  let count = min(rows, columns)
  guard count > 0 else { return SingularValues(values: [], left: [], rightTransposed: []) }
  var matrix = matrix
  var values = [Scalar](repeating: 0, count: count)
  var left = [Scalar](repeating: 0, count: rows * count)
  var right = [Scalar](repeating: 0, count: count * columns)
  // The size of the integers is fixed; only that of the numbers is asked for.
  var integers = [Int32](repeating: 0, count: 8 * count)
  func call(_ work: UnsafeMutablePointer<Scalar>, _ workCount: Int) -> Int {
    unsafe Scalar.gesdd(
      rows: rows, columns: columns, &matrix, leading: rows, values: &values,
      left: &left, right: &right, work: work, workCount: workCount, integers: &integers)
  }
  let space = try unsafe Workspace<Scalar>("GESDD") { work, _ in unsafe call(work, -1) }
  try LAPACKError.check("GESDD", unsafe call(space.work, space.numbers.count))
  return SingularValues(values: values, left: left, rightTransposed: right)
}
