/// A matrix with orthonormal columns times an upper triangular one.
public struct ThinQR<Scalar: BLASScalar>: Equatable, Sendable {
  /// The orthonormal columns.
  ///
  /// **Shape.** `rows × columns`, column-major.
  public let orthonormal: [Scalar]

  /// The upper triangular factor; its diagonal may be negative.
  ///
  /// **Shape.** `columns × columns`, column-major.
  public let triangular: [Scalar]
}

/// The thin QR decomposition of a matrix with at least as many rows as columns.
///
/// **Shape.** `rows × columns`, column-major without gaps.
/// - Precondition: `rows >= columns`.
/// - Throws: `LAPACKError` if LAPACK refuses an argument.
/// - Source: LAPACK's `xGEQRF` and `xORGQR`.
public func thinQR<Scalar: BLASScalar>(
  _ matrix: [Scalar], rows: Int, columns: Int
) throws(LAPACKError) -> ThinQR<Scalar> {
  precondition(columns >= 0 && rows >= columns, "a thin QR decomposition of \(rows) × \(columns)")
  precondition(matrix.count == rows * columns, "the matrix is not rows × columns")
  guard columns > 0 else { return ThinQR(orthonormal: [], triangular: []) }
  var matrix = matrix
  var scales = [Scalar](repeating: 0, count: columns)
  func factorise(_ work: UnsafeMutablePointer<Scalar>, _ count: Int) -> Int {
    unsafe Scalar.geqrf(
      rows: rows, columns: columns, &matrix, leading: rows, scales: &scales, work: work,
      workCount: count)
  }
  let space = try unsafe Workspace<Scalar>("GEQRF") { work, _ in unsafe factorise(work, -1) }
  try LAPACKError.check("GEQRF", unsafe factorise(space.work, space.numbers.count))
  var triangular = [Scalar](repeating: 0, count: columns * columns)
  for column in 0..<columns {
    for row in 0...column {
      triangular[column * columns + row] = matrix[column * rows + row]
    }
  }
  func expand(_ work: UnsafeMutablePointer<Scalar>, _ count: Int) -> Int {
    unsafe Scalar.orgqr(
      rows: rows, columns: columns, &matrix, leading: rows, scales: scales, work: work,
      workCount: count)
  }
  let more = try unsafe Workspace<Scalar>("ORGQR") { work, _ in unsafe expand(work, -1) }
  try LAPACKError.check("ORGQR", unsafe expand(more.work, more.numbers.count))
  return ThinQR(orthonormal: matrix, triangular: triangular)
}
