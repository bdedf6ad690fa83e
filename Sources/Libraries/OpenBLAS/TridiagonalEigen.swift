internal import COpenBLAS

/// The eigenvalues of a symmetric tridiagonal matrix in double precision, ascending.
///
/// They have the bits of `symmetricEigenvalues`, which comes to the same routine once a matrix is
/// tridiagonal, unless it has to scale the matrix first (entries beyond 10^±146).
///
/// **Shape.** One number fewer beside the diagonal than on it.
/// - Throws: `LAPACKError` if the iteration does not converge.
/// - Complexity: order².
/// - Source: LAPACK's `DSTERF`.
public func tridiagonalEigenvalues(
  diagonal: [Double], beside: [Double]
) throws(LAPACKError) -> [Double] {
  precondition(
    beside.count == max(diagonal.count - 1, 0), "beside a diagonal there is one number fewer")
  guard !diagonal.isEmpty else { return [] }
  var (values, beside) = (diagonal, beside)
  var order = narrowed(diagonal.count)
  var info: blasint = 0
  unsafe dsterf_(&order, &values, &beside, &info)
  try LAPACKError.check("STERF", Int(info))
  return values
}
