internal import COpenBLAS

extension Double: BLASScalar {
  /// `cblas_ddot`.
  public static func dot(
    count: Int, _ x: UnsafePointer<Self>, stride xStride: Int, _ y: UnsafePointer<Self>,
    stride yStride: Int
  ) -> Self {
    unsafe cblas_ddot(narrowed(count), x, narrowed(xStride), y, narrowed(yStride))
  }

  /// `cblas_dnrm2`.
  public static func nrm2(count: Int, _ x: UnsafePointer<Self>, stride: Int) -> Self {
    unsafe cblas_dnrm2(narrowed(count), x, narrowed(stride))
  }

  /// `cblas_daxpy`.
  public static func axpy(
    count: Int, alpha: Self, _ x: UnsafePointer<Self>, stride xStride: Int,
    _ y: UnsafeMutablePointer<Self>, stride yStride: Int
  ) {
    unsafe cblas_daxpy(narrowed(count), alpha, x, narrowed(xStride), y, narrowed(yStride))
  }

  /// `cblas_dscal`.
  public static func scal(
    count: Int, alpha: Self, _ x: UnsafeMutablePointer<Self>, stride: Int
  ) {
    unsafe cblas_dscal(narrowed(count), alpha, x, narrowed(stride))
  }

  /// `cblas_dgemm`.
  public static func gemm(
    _ layout: Layout, _ transpositionOfA: Transposition, _ transpositionOfB: Transposition,
    rows: Int, columns: Int, inner: Int, alpha: Self, _ a: UnsafePointer<Self>, leadingOfA: Int,
    _ b: UnsafePointer<Self>, leadingOfB: Int, beta: Self, _ c: UnsafeMutablePointer<Self>,
    leadingOfC: Int
  ) {
    unsafe cblas_dgemm(
      layout.order, transpositionOfA.operation, transpositionOfB.operation, narrowed(rows),
      narrowed(columns), narrowed(inner), alpha, a, narrowed(leadingOfA), b, narrowed(leadingOfB),
      beta, c, narrowed(leadingOfC))
  }

  /// `cblas_dsyrk`.
  public static func syrk(
    _ layout: Layout, _ triangle: Triangle, _ transposition: Transposition, order: Int,
    inner: Int, alpha: Self, _ a: UnsafePointer<Self>, leadingOfA: Int, beta: Self,
    _ c: UnsafeMutablePointer<Self>, leadingOfC: Int
  ) {
    unsafe cblas_dsyrk(
      layout.order, triangle.half, transposition.operation, narrowed(order), narrowed(inner),
      alpha, a, narrowed(leadingOfA), beta, c, narrowed(leadingOfC))
  }

  /// `cblas_dtrsm`.
  public static func trsm(
    _ layout: Layout, _ side: Side, _ triangle: Triangle, _ transposition: Transposition,
    rows: Int, columns: Int, alpha: Self, _ a: UnsafePointer<Self>, leadingOfA: Int,
    _ b: UnsafeMutablePointer<Self>, leadingOfB: Int
  ) {
    unsafe cblas_dtrsm(
      layout.order, side.place, triangle.half, transposition.operation, CblasNonUnit,
      narrowed(rows), narrowed(columns), alpha, a, narrowed(leadingOfA), b, narrowed(leadingOfB))
  }

  /// `dpotrf_`.
  public static func potrf(
    _ triangle: Triangle, order: Int, _ matrix: UnsafeMutablePointer<Self>, leading: Int
  ) -> Int {
    var (order, leading) = (narrowed(order), narrowed(leading))
    var info: blasint = 0
    unsafe dpotrf_(triangle.letter, &order, matrix, &leading, &info, 1)
    return Int(info)
  }

  /// `dsyevd_`.
  public static func syevd(
    vectors: Bool, _ triangle: Triangle, order: Int, _ matrix: UnsafeMutablePointer<Self>,
    leading: Int, values: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>,
    workCount: Int, integers: UnsafeMutablePointer<Int32>, integerCount: Int
  ) -> Int {
    var (order, leading) = (narrowed(order), narrowed(leading))
    var (workCount, integerCount) = (narrowed(workCount), narrowed(integerCount))
    var info: blasint = 0
    unsafe dsyevd_(
      vectors ? "V" : "N", triangle.letter, &order, matrix, &leading, values, work, &workCount,
      integers, &integerCount, &info, 1, 1)
    return Int(info)
  }

  /// `dsyevr_`.
  public static func syevr(
    range: ClosedRange<Int>, _ triangle: Triangle, order: Int,
    _ matrix: UnsafeMutablePointer<Self>, leading: Int, values: UnsafeMutablePointer<Self>,
    vectors: UnsafeMutablePointer<Self>, support: UnsafeMutablePointer<Int32>,
    work: UnsafeMutablePointer<Self>, workCount: Int, integers: UnsafeMutablePointer<Int32>,
    integerCount: Int
  ) -> Int {
    var (order, leading) = (narrowed(order), narrowed(leading))
    var (first, last) = (narrowed(range.lowerBound + 1), narrowed(range.upperBound + 1))
    var (workCount, integerCount) = (narrowed(workCount), narrowed(integerCount))
    var (lowest, highest, tolerance) = (0 as Self, 0 as Self, 0 as Self)
    var (found, info) = (0 as blasint, 0 as blasint)
    var leadingOfVectors = order
    unsafe dsyevr_(
      "V", "I", triangle.letter, &order, matrix, &leading, &lowest, &highest,
      &first, &last, &tolerance, &found, values, vectors, &leadingOfVectors, support, work,
      &workCount, integers, &integerCount, &info, 1, 1, 1)
    return Int(info)
  }

  /// `dgesdd_`.
  public static func gesdd(
    rows: Int, columns: Int, _ matrix: UnsafeMutablePointer<Self>, leading: Int,
    values: UnsafeMutablePointer<Self>, left: UnsafeMutablePointer<Self>,
    right: UnsafeMutablePointer<Self>, work: UnsafeMutablePointer<Self>, workCount: Int,
    integers: UnsafeMutablePointer<Int32>
  ) -> Int {
    var leadingOfRight = narrowed(max(1, min(rows, columns)))
    var leadingOfLeft = narrowed(max(1, rows))
    var (rows, columns, leading) = (narrowed(rows), narrowed(columns), narrowed(leading))
    var workCount = narrowed(workCount)
    var info: blasint = 0
    unsafe dgesdd_(
      "S", &rows, &columns, matrix, &leading, values, left, &leadingOfLeft, right,
      &leadingOfRight, work, &workCount, integers, &info, 1)
    return Int(info)
  }
}
