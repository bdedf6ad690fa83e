/// Eigenvalues of a symmetric matrix, with eigenvectors.
public struct SymmetricEigen<Scalar: BLASScalar>: Equatable, Sendable {
  /// The eigenvalues, ascending.
  public let values: [Scalar]

  /// The orthonormal eigenvectors.
  ///
  /// **Shape.** `order × values.count`, column-major: one column for each eigenvalue.
  public let vectors: [Scalar]
}

/// The eigenvalues of a symmetric matrix, ascending.
///
/// **Shape.** `order × order` without gaps; only one triangle is read, in column-major order. The
/// upper one in columns is the lower one in rows.
/// - Throws: `LAPACKError` if the iteration does not converge.
/// - Complexity: about `4/3 order³`.
/// - Source: LAPACK's `xSYEVD`.
public func symmetricEigenvalues<Scalar: BLASScalar>(
  _ matrix: [Scalar], order: Int, triangle: Triangle = .lower
) throws(LAPACKError) -> [Scalar] {
  try syevd(matrix, order: order, triangle: triangle, vectors: false).values
}

/// The eigenvalues of a symmetric matrix in double precision, ascending.
///
/// The same as for other precisions, but compiled for this one: for small matrices, generic code that
/// is called from another module takes longer than LAPACK.
/// - Throws: `LAPACKError` if the iteration does not converge.
public func symmetricEigenvalues(
  _ matrix: [Double], order: Int, triangle: Triangle = .lower
) throws(LAPACKError) -> [Double] {
  try syevd(matrix, order: order, triangle: triangle, vectors: false).values
}

/// The eigenvalues and eigenvectors of a symmetric matrix.
///
/// **Shape.** As for `symmetricEigenvalues`.
/// - Throws: `LAPACKError` if the iteration does not converge.
/// - Source: LAPACK's `xSYEVD`.
public func symmetricEigen<Scalar: BLASScalar>(
  _ matrix: [Scalar], order: Int, triangle: Triangle = .lower
) throws(LAPACKError) -> SymmetricEigen<Scalar> {
  try syevd(matrix, order: order, triangle: triangle, vectors: true)
}

/// The eigenvalues of a symmetric matrix whose places in ascending order are in a range, with
/// eigenvectors.
///
/// `0...0` is the smallest, `order - 1...order - 1` the largest.
/// **Shape.** As for `symmetricEigenvalues`.
/// - Throws: `LAPACKError` if the iteration does not converge.
/// - Source: LAPACK's `xSYEVR`.
public func symmetricEigen<Scalar: BLASScalar>(
  _ matrix: [Scalar], order: Int, in range: ClosedRange<Int>, triangle: Triangle = .lower
) throws(LAPACKError) -> SymmetricEigen<Scalar> {
  precondition(order >= 0 && matrix.count == order * order, "the matrix is not order × order")
  precondition(
    range.lowerBound >= 0 && range.upperBound < order,
    "eigenvalues \(range) of a matrix of order \(order)")
  var matrix = matrix
  // xSYEVR uses all places of the values, whatever the range.
  var values = [Scalar](repeating: 0, count: order)
  var columns = [Scalar](repeating: 0, count: order * range.count)
  var support = [Int32](repeating: 0, count: 2 * order)
  func call(
    _ work: UnsafeMutablePointer<Scalar>, _ count: Int, _ integers: UnsafeMutablePointer<Int32>,
    _ integerCount: Int
  ) -> Int {
    unsafe Scalar.syevr(
      range: range, triangle, order: order, &matrix, leading: order,
      values: &values, vectors: &columns, support: &support, work: work, workCount: count,
      integers: integers, integerCount: integerCount)
  }
  let space = try unsafe Workspace<Scalar>("SYEVR") { unsafe call($0, -1, $1, -1) }
  try LAPACKError.check(
    "SYEVR",
    unsafe call(space.work, space.numbers.count, space.integerWork, space.integers.count))
  return SymmetricEigen(values: Array(values[..<range.count]), vectors: columns)
}

private func syevd<Scalar: BLASScalar>(
  _ matrix: [Scalar], order: Int, triangle: Triangle, vectors: Bool
) throws(LAPACKError) -> SymmetricEigen<Scalar> {
  precondition(order >= 0 && matrix.count == order * order, "the matrix is not order × order")
  guard order > 0 else { return SymmetricEigen(values: [], vectors: []) }
  var matrix = matrix
  var values = [Scalar](repeating: 0, count: order)
  func call(
    _ work: UnsafeMutablePointer<Scalar>, _ count: Int, _ integers: UnsafeMutablePointer<Int32>,
    _ integerCount: Int
  ) -> Int {
    unsafe Scalar.syevd(
      vectors: vectors, triangle, order: order, &matrix, leading: order, values: &values,
      work: work, workCount: count, integers: integers, integerCount: integerCount)
  }
  let space = try unsafe Workspace<Scalar>("SYEVD") { unsafe call($0, -1, $1, -1) }
  try LAPACKError.check(
    "SYEVD",
    unsafe call(space.work, space.numbers.count, space.integerWork, space.integers.count))
  return SymmetricEigen(values: values, vectors: vectors ? matrix : [])
}
