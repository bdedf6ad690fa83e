internal import COpenBLAS

/// The order in which the entries of a matrix lie in memory.
public enum Layout: Sendable {
  /// Each row is contiguous.
  case rowMajor
  /// Each column is contiguous.
  case columnMajor
}

/// Whether a matrix enters a product as it is or transposed.
public enum Transposition: Sendable {
  /// As it is.
  case none
  /// Transposed.
  case transpose
}

/// The half of a symmetric matrix that is read or written, with the diagonal.
public enum Triangle: Sendable {
  /// The entries whose column is not below their row.
  case upper
  /// The entries whose row is not below their column.
  case lower

  /// The other half.
  public var other: Triangle { self == .upper ? .lower : .upper }
}

/// The side of an unknown matrix on which a known one stands.
public enum Side: Sendable {
  /// `op(a) · x`.
  case left
  /// `x · op(a)`.
  case right
}

/// A type of numbers that BLAS and LAPACK compute with.
///
/// The requirements are the routines on raw memory; `dot`, `gemm` and the others on spans and
/// arrays check the sizes and come here. Leading dimensions and strides count elements.
public protocol BLASScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The inner product of two vectors.
  static func dot(
    count: Int, _ x: UnsafePointer<Self>, stride xStride: Int, _ y: UnsafePointer<Self>,
    stride yStride: Int
  ) -> Self

  /// The Euclidean norm of a vector, computed without overflow.
  static func nrm2(count: Int, _ x: UnsafePointer<Self>, stride: Int) -> Self

  /// Adds `alpha · x` to `y`.
  static func axpy(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, stride xStride: Int,
    _ y: UnsafeMutablePointer<Self>, stride yStride: Int)

  /// Multiplies a vector by `alpha`.
  static func scal(count: Int, alpha: Self, _ x: UnsafeMutablePointer<Self>, stride: Int)

  /// Sets `c` to `alpha · op(a) · op(b) + beta · c`.
  ///
  /// `c` is `rows × columns`, and `op(a)` is `rows × inner`. With `beta = 0` what `c` held is not
  /// read.
  static func gemm(
    _ layout: Layout, _ transpositionOfA: Transposition, _ transpositionOfB: Transposition,
    rows: Int, columns: Int, inner: Int, alpha: Self, _ a: UnsafePointer<Self>, leadingOfA: Int,
    _ b: UnsafePointer<Self>, leadingOfB: Int, beta: Self, _ c: UnsafeMutablePointer<Self>,
    leadingOfC: Int)

  /// Sets one triangle of `c` to that of `alpha · op(a) · op(a)ᵀ + beta · c`.
  ///
  /// `c` is `order × order`, and `op(a)` is `order × inner`. The other triangle stays as it is.
  static func syrk(
    _ layout: Layout, _ triangle: Triangle, _ transposition: Transposition, order: Int,
    inner: Int, alpha: Self, _ a: UnsafePointer<Self>, leadingOfA: Int, beta: Self,
    _ c: UnsafeMutablePointer<Self>, leadingOfC: Int)

  /// Solves `op(a) · x = alpha · b` or `x · op(a) = alpha · b` for x, which takes the place of `b`.
  ///
  /// `a` is triangular, `b` is `rows × columns`.
  static func trsm(
    _ layout: Layout, _ side: Side, _ triangle: Triangle, _ transposition: Transposition,
    rows: Int, columns: Int, alpha: Self, _ a: UnsafePointer<Self>, leadingOfA: Int,
    _ b: UnsafeMutablePointer<Self>, leadingOfB: Int)

  /// `xPOTRF`: the Cholesky factor of a matrix, in place of one triangle; the result is LAPACK's
  /// `info`.
  static func potrf(
    _ triangle: Triangle, order: Int, _ matrix: UnsafeMutablePointer<Self>, leading: Int
  ) -> Int

  /// `xSYEVD`: all eigenvalues, ascending, and the eigenvectors in place of the matrix if wanted.
  ///
  /// A `workCount` of −1 writes the sizes that are needed to `work` and `integers`. The result is
  /// LAPACK's `info`.
  static func syevd(
    vectors: Bool, _ triangle: Triangle, order: Int, _ matrix: UnsafeMutablePointer<Self>,
    leading: Int, values: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>,
    workCount: Int, integers: UnsafeMutablePointer<Int32>, integerCount: Int
  ) -> Int

  /// `xSYEVR`: the eigenvalues of a range of indices, counted from 0 in ascending order.
  ///
  /// The eigenvectors go to `vectors`, without gaps, if `wantsVectors`; `support` has two places for
  /// each. A `workCount` of −1 asks for sizes. The result is LAPACK's `info`.
  static func syevr(
    range: ClosedRange<Int>, _ triangle: Triangle, order: Int,
    _ matrix: UnsafeMutablePointer<Self>, leading: Int, values: UnsafeMutablePointer<Self>,
    vectors: UnsafeMutablePointer<Self>, support: UnsafeMutablePointer<Int32>,
    work: UnsafeMutablePointer<Self>, workCount: Int, integers: UnsafeMutablePointer<Int32>,
    integerCount: Int
  ) -> Int

  /// `xGESDD`: the singular values, descending, and the thin singular vectors if wanted.
  ///
  /// `left` is `rows × min(rows, columns)` and `right` the transposed right vectors, without gaps. A
  /// `workCount` of −1 asks for the size. The result is LAPACK's `info`.
  static func gesdd(
    rows: Int, columns: Int, _ matrix: UnsafeMutablePointer<Self>, leading: Int,
    values: UnsafeMutablePointer<Self>, left: UnsafeMutablePointer<Self>,
    right: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>, workCount: Int,
    integers: UnsafeMutablePointer<Int32>
  ) -> Int
}

/// Narrows a size, stride or leading dimension to BLAS's integer.
///
/// - Precondition: it fits.
func narrowed(_ size: Int) -> blasint {
  guard let narrow = blasint(exactly: size) else {
    preconditionFailure("the size \(size) does not fit BLAS's integer")
  }
  return narrow
}

extension Layout {
  var order: CBLAS_ORDER { self == .rowMajor ? CblasRowMajor : CblasColMajor }

  /// The distance between neighbouring columns or rows of a matrix without gaps, at least 1.
  @inlinable public func leading(rows: Int, columns: Int) -> Int {
    max(1, self == .rowMajor ? columns : rows)
  }
}

extension Transposition {
  var operation: CBLAS_TRANSPOSE { self == .none ? CblasNoTrans : CblasTrans }
}

extension Side {
  var place: CBLAS_SIDE { self == .left ? CblasLeft : CblasRight }
}

extension Triangle {
  var half: CBLAS_UPLO { self == .upper ? CblasUpper : CblasLower }
}

extension Triangle {
  var letter: String { self == .upper ? "U" : "L" }
}
