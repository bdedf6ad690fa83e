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

/// The singular values of a matrix, descending.
///
/// **Shape.** `rows × columns`, column-major without gaps. A row-major matrix may be passed as its
/// transpose, which has the same singular values.
/// - Throws: `LAPACKError` if the iteration does not converge, or an entry is NaN.
/// - Source: LAPACK's `xGESDD`.
public func singularValues<Scalar: BLASScalar>(
  _ matrix: [Scalar], rows: Int, columns: Int
) throws(LAPACKError) -> [Scalar] {
  try gesdd(matrix, rows: rows, columns: columns, vectors: false).values
}

/// The singular values of a matrix with the thin matrices of singular vectors.
///
/// **Shape.** `rows × columns`, column-major without gaps.
/// - Throws: `LAPACKError` if the iteration does not converge, or an entry is NaN.
/// - Source: LAPACK's `xGESDD`.
public func singularValueDecomposition<Scalar: BLASScalar>(
  _ matrix: [Scalar], rows: Int, columns: Int
) throws(LAPACKError) -> SingularValues<Scalar> {
  try gesdd(matrix, rows: rows, columns: columns, vectors: true)
}

private func gesdd<Scalar: BLASScalar>(
  _ matrix: [Scalar], rows: Int, columns: Int, vectors: Bool
) throws(LAPACKError) -> SingularValues<Scalar> {
  precondition(rows >= 0 && columns >= 0, "a matrix with a negative size")
  precondition(matrix.count == rows * columns, "the matrix is not rows × columns")
  let count = min(rows, columns)
  guard count > 0 else { return SingularValues(values: [], left: [], rightTransposed: []) }
  var matrix = matrix
  var values = [Scalar](repeating: 0, count: count)
  var left = [Scalar](repeating: 0, count: vectors ? rows * count : 1)
  var right = [Scalar](repeating: 0, count: vectors ? count * columns : 1)
  // The size of the integers is fixed; only that of the numbers is asked for.
  var integers = [Int32](repeating: 0, count: 8 * count)
  func call(_ work: UnsafeMutablePointer<Scalar>, _ workCount: Int) -> Int {
    unsafe Scalar.gesdd(
      vectors: vectors, rows: rows, columns: columns, &matrix, leading: rows, values: &values,
      left: &left, right: &right, work: work, workCount: workCount, integers: &integers)
  }
  let space = try unsafe Workspace<Scalar>("GESDD") { work, _ in unsafe call(work, -1) }
  try LAPACKError.check("GESDD", unsafe call(space.work, space.numbers.count))
  return SingularValues(
    values: values, left: vectors ? left : [], rightTransposed: vectors ? right : [])
}
