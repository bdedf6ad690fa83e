internal import OpenBLAS

/// Extreme eigenvalues of a symmetric operator by the Lanczos iteration.
///
/// The basis is kept and every new vector is made orthogonal to all of it twice, so that no copies of
/// converged eigenvalues appear and residuals mean what they say. For a Ritz pair (θ, s) of the
/// tridiagonal matrix the residual ‖A v − θ v‖ is β |s_last|; an eigenvalue lies within it of θ.
///
/// **Source**: B. Parlett, "The Symmetric Eigenvalue Problem", 1980, chapter 13.
public struct Lanczos {
  /// An estimate and its residual.
  public struct Estimate: Sendable {
    /// The estimate of an eigenvalue.
    public let value: Double
    /// How far an eigenvalue is away at most.
    public let residual: Double
  }

  /// The eigenvalues that have to converge.
  public enum Ends: Sendable {
    /// The smallest and the largest.
    case both
    /// That of them of larger magnitude.
    case dominant
  }

  /// The smallest eigenvalue.
  public private(set) var smallest = Estimate(value: .nan, residual: .nan)
  /// The largest eigenvalue.
  public private(set) var largest = Estimate(value: .nan, residual: .nan)
  /// The number of iterations.
  public private(set) var iterations = 0

  /// The eigenvalue of largest magnitude.
  public var dominant: Estimate { abs(smallest.value) > abs(largest.value) ? smallest : largest }

  /// Iterates until the ends have converged, or a limit is reached.
  ///
  /// - Parameters:
  ///   - order: the order of the operator.
  ///   - tolerance: the residual, relative to the largest magnitude, at which an end has converged.
  ///   - limit: the largest number of iterations, each of which keeps a vector.
  ///   - ends: which ends have to converge.
  ///   - apply: sets its second argument to the operator times the first.
  public init(
    order: Int, tolerance: Double, limit: Int, ends: Ends = .both,
    apply: (_ vector: [Double], _ image: inout [Double]) throws -> Void
  ) throws {
    let limit = min(limit, order)
    var basis: [Double] = []
    basis.reserveCapacity(order * min(limit, 64))
    var vector = Self.start(order: order)
    var image = [Double](repeating: 0, count: order)
    var diagonal: [Double] = []
    var beside: [Double] = []
    while true {
      basis += vector
      try apply(vector, &image)
      diagonal.append(dot(vector, image))
      for _ in 0..<2 { Self.orthogonalise(&image, against: basis, order: order) }
      let norm = nrm2(image)
      iterations += 1
      // A norm at the level of rounding means that the basis spans an invariant subspace.
      let isComplete =
        norm <= 1e-14 * Double(order).squareRoot() * (diagonal.lazy.map { abs($0) }.max() ?? 1)
      let isLast = iterations == limit || isComplete
      if isLast || iterations.isMultiple(of: 20) {
        try estimate(diagonal, beside, next: isComplete || iterations == order ? 0 : norm)
        let residual =
          ends == .both ? max(smallest.residual, largest.residual) : dominant.residual
        let converged = residual <= tolerance * abs(dominant.value)
        if isLast || converged { return }
      }
      beside.append(norm)
      for index in 0..<order { vector[index] = image[index] / norm }
    }
  }

  private mutating func estimate(_ diagonal: [Double], _ beside: [Double], next: Double) throws {
    let order = diagonal.count
    var matrix = [Double](repeating: 0, count: order * order)
    for index in 0..<order {
      matrix[index * (order + 1)] = diagonal[index]
      if index + 1 < order { matrix[index * (order + 1) + 1] = beside[index] }
    }
    let eigen = try symmetricEigen(matrix, order: order, triangle: .lower)
    func ritz(_ index: Int) -> Estimate {
      Estimate(
        value: eigen.values[index], residual: next * abs(eigen.vectors[(index + 1) * order - 1]))
    }
    smallest = ritz(0)
    largest = ritz(order - 1)
  }

  /// A unit vector without symmetries that could hide an eigenvector, the same on every run.
  private static func start(order: Int) -> [Double] {
    var state: UInt64 = 0x2545_F491_4F6C_DD1D
    var vector = (0..<order).map { _ in
      // Marsaglia's xorshift; its upper bits as a number from −1 to 1.
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(Int64(bitPattern: state)) * 0x1p-63
    }
    scal(1 / nrm2(vector), &vector)
    return vector
  }

  /// Subtracts V (Vᵀ w) from w.
  private static func orthogonalise(_ vector: inout [Double], against basis: [Double], order: Int) {
    let count = basis.count / order
    var parts = [Double](repeating: 0, count: count)
    gemm(
      .columnMajor, .transpose, .none, rows: count, columns: 1, inner: order, basis, vector,
      into: &parts)
    gemm(
      .columnMajor, .none, .none, rows: order, columns: 1, inner: count, alpha: -1, basis, parts,
      beta: 1, into: &vector)
  }
}
