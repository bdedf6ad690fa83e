import OpenBLAS

/// The frame bounds of unit-norm atoms: the largest and the smallest of the min(d, n) largest
/// eigenvalues of the Gram matrix.
///
/// If n ≥ d they are the optimal A and B of A‖x‖² ≤ Σ ⟨x, f_a⟩² ≤ B‖x‖²; otherwise those of the same
/// inequality on the atoms' coefficients (a Riesz sequence).
public struct FrameBounds: Hashable, Sendable {
  /// The lower bound, never below 0.
  public let lower: Double
  /// The upper bound.
  public let upper: Double

  /// Computes both from all eigenvalues of the smaller of FᵀF and FFᵀ.
  ///
  /// Those two have the same eigenvalues but for zeros.
  ///
  /// **Throws**: `LAPACKError` if the eigenvalue iteration does not converge.
  ///
  /// **Complexity**: O(d n min(d, n)).
  public init(_ frame: Frame) throws {
    let (d, n) = (frame.dimension, frame.count)
    let order = min(d, n)
    var matrix = [Double](repeating: 0, count: order * order)
    syrk(
      .columnMajor, .upper, n <= d ? .transpose : .none, order: order, inner: max(d, n),
      frame.atoms, into: &matrix)
    let values = try symmetricEigenvalues(matrix, order: order, triangle: .upper)
    lower = max(0, values.first ?? .nan)
    upper = values.last ?? .nan
  }
}
