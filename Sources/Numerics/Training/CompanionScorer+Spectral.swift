internal import Foundation
internal import NetworkGraphs
internal import Networks
internal import OpenBLAS

extension CompanionScorer {
  /// The logarithms of the product of the weights' spectral norms, and of that product with the
  /// correction factor of Bartlett, Foster & Telgarsky.
  ///
  /// A weight is the matrix A of its atoms, rows × (columns · kernel²); the factor is
  /// (Σ (‖Aᵀ‖₂,₁ / ‖A‖)^⅔)^(3/2), where ‖Aᵀ‖₂,₁ is the sum of the atoms' norms.
  func spectralLogs(
    shouldStop: () throws -> Void = {}
  ) throws -> (norm: Double, complexity: Double) {
    var (norm, correction) = (0.0, 0.0)
    for parameter in weights {
      try shouldStop()
      let weight = Array(parameters[parameter.range])
      let rows = network.graph[parameter.id].shape[0]
      let inner = weight.count / rows
      // The smaller Gram matrix has the same largest eigenvalue.
      let order = min(rows, inner)
      var gram = [Double](repeating: 0, count: order * order)
      gemm(
        .rowMajor, rows <= inner ? .none : .transpose,
        rows <= inner ? .transpose : .none, rows: order, columns: order,
        inner: max(rows, inner), weight, weight, into: &gram)
      let spectral = (try eigenvalues(of: gram, order: order).last ?? 0).squareRoot()
      let atoms = (0..<rows).reduce(0.0) {
        $0 + euclideanNorm(Array(weight[$1 * inner..<($1 + 1) * inner]))
      }
      norm += log(spectral)
      correction += pow(atoms / spectral, 2.0 / 3)
    }
    return (norm, norm + 1.5 * log(correction))
  }
}
