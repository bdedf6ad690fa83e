/// The Cholesky factor L of a symmetric positive definite matrix, which is L · Lᵀ.
///
/// **Shape.** `order × order`, column-major; of the matrix only the lower triangle is read. The
/// strictly upper triangle of the result is what it was in the matrix. Nil if the matrix is not
/// positive definite to rounding.
/// - Source: LAPACK's `xPOTRF`.
@inlinable
public func choleskyFactor<Scalar: BLASScalar>(
  _ matrix: [Scalar], order: Int
) -> [Scalar]? {
  precondition(order >= 0 && matrix.count == order * order, "the matrix is not order × order")
  guard order > 0 else { return [] }
  var factor = matrix
  let info = unsafe Scalar.potrf(.lower, order: order, &factor, leading: order)
  return info == 0 ? factor : nil
}

/// Solves a triangular system for all columns or rows of a matrix, in place.
///
/// **Shape.** `b` is `rows × columns`, `a` is square of the order that meets it; both have the same
/// layout, without gaps, and only one triangle of `a` is read.
/// - Precondition: the lengths are those of the shapes.
@inlinable
public func trsm<Scalar: BLASScalar>(
  _ layout: Layout, _ side: Side, _ triangle: Triangle, _ transposition: Transposition = .none,
  rows: Int, columns: Int, alpha: Scalar = 1, _ a: [Scalar], _ b: inout [Scalar]
) {
  let order = side == .left ? rows : columns
  precondition(a.count == order * order, "the triangle is not of the order that meets the matrix")
  precondition(b.count == rows * columns, "the matrix is not rows × columns")
  guard !b.isEmpty else { return }
  unsafe Scalar.trsm(
    layout, side, triangle, transposition, rows: rows, columns: columns, alpha: alpha, a,
    leadingOfA: order, &b, leadingOfB: layout.leading(rows: rows, columns: columns))
}
