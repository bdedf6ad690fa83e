import MemoryBudgets
import OpenBLAS

/// How frame bounds were found.
///
/// Raw values are the codes of the results file's column and never change.
public enum BoundStatus: Int8, Sendable, CaseIterable {
  /// Nobody asked.
  case notRequested = 0
  /// From all eigenvalues.
  case exact = 1
  /// By iteration, to the stated tolerance.
  case converged = 2
  /// By iteration that ended early: a bound that has not converged is NaN.
  case iterationLimit = 3
  /// Not at all: the frame is not defined, or a routine failed.
  case unavailable = 4

  /// The status's name in results files.
  public var name: String {
    switch self {
    case .notRequested: "not_requested"
    case .exact: "exact"
    case .converged: "converged"
    case .iterationLimit: "iteration_limit"
    case .unavailable: "unavailable"
    }
  }
}

/// The frame bounds of an induced frame, with how they were found.
public struct InducedFrameBounds: Hashable, Sendable {
  /// The smallest of the min(D, K) largest eigenvalues of the Gram matrix, or NaN.
  public let lower: Double
  /// The largest eigenvalue of the Gram matrix, or NaN.
  public let upper: Double
  /// The larger of the two residuals ‖A v − θ v‖ for unit vectors v.
  ///
  /// A is the smaller of FᵀF and FFᵀ. Some eigenvalue lies within the residual of each estimate; that
  /// it is the extreme one rests on the iteration's generic start. 0 where all eigenvalues are known.
  public let residual: Double
  /// How the bounds were found.
  public let status: BoundStatus

  /// The order up to which all eigenvalues are computed.
  static let exactOrder = 1500
  /// The residual, relative to the largest eigenvalue, at which an estimate has converged.
  static let tolerance = 1e-8
  /// The number of iterations, fewer where their vectors would take more than 512 MiB.
  static func iterationLimit(order: Int) -> Int { min(400, max(20, (1 << 26) / order)) }

  /// Bounds that nobody asked for.
  static let notRequested = Self(.notRequested)

  private init(
    _ status: BoundStatus, lower: Double = .nan, upper: Double = .nan, residual: Double = .nan
  ) {
    self.lower = lower
    self.upper = upper
    self.residual = residual
    self.status = status
  }

  init(_ blocks: GramBlocks, shouldStop: () throws -> Void) throws {
    guard blocks.isFinite else {
      self.init(.unavailable)
      return
    }
    var product = FrameProduct(blocks)
    let isWide = product.count > product.dimension
    let order = min(product.count, product.dimension)
    let isExact = order <= Self.exactOrder
    // All columns of the matrix, or the vectors of all iterations.
    let columns = isExact ? order : Self.iterationLimit(order: order)
    let share = try MemoryShare(byteCount: order * columns * MemoryLayout<Double>.stride)
    defer { withExtendedLifetime(share) {} }
    var between = [Double](repeating: 0, count: max(product.count, product.dimension))
    func apply(_ vector: [Double], _ image: inout [Double]) throws {
      try shouldStop()
      if isWide {
        product.applyTransposed(vector, into: &between)
        product.apply(between, into: &image)
      } else {
        product.apply(vector, into: &between)
        product.applyTransposed(between, into: &image)
      }
    }
    do {
      if isExact {
        var matrix: [Double] = []
        matrix.reserveCapacity(order * order)
        var unit = [Double](repeating: 0, count: order)
        var image = unit
        for index in 0..<order {
          unit[index] = 1
          try apply(unit, &image)
          unit[index] = 0
          matrix += image
        }
        let values = try symmetricEigenvalues(matrix, order: order)
        self.init(
          .exact, lower: max(0, values.first ?? .nan), upper: values.last ?? .nan, residual: 0)
        return
      }
      let lanczos = try Lanczos(
        order: order, tolerance: Self.tolerance, limit: Self.iterationLimit(order: order),
        apply: apply)
      let (least, most) = (lanczos.smallest, lanczos.largest)
      let accepted = Self.tolerance * most.value
      let hasBoth = max(least.residual, most.residual) <= accepted
      self.init(
        hasBoth ? .converged : .iterationLimit,
        lower: least.residual <= accepted ? max(0, least.value) : .nan,
        upper: most.residual <= accepted ? most.value : .nan,
        residual: max(least.residual, most.residual))
    } catch is LAPACKError {
      self.init(.unavailable)
    }
  }
}
