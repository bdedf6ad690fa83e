import OpenBLAS

/// Adds `factor` · op(A) · op(B) to C, all three parts of column-major matrices.
///
/// - Parameters:
///   - rows: the number of rows of op(A) and C.
///   - columns: the number of columns of op(B) and C.
///   - inner: the number of columns of op(A) and of rows of op(B).
func addProduct(
  _ transpositionOfA: Transposition, _ transpositionOfB: Transposition, rows: Int, columns: Int,
  inner: Int, factor: Double,
  _ a: [Double], at aStart: Int, stride aStride: Int,
  _ b: [Double], at bStart: Int, stride bStride: Int, keeping: Double = 1,
  to c: inout [Double], at cStart: Int, stride cStride: Int
) {
  func end(_ start: Int, _ stride: Int, _ height: Int, _ width: Int) -> Int {
    start + (width - 1) * stride + height
  }
  let aShape = transpositionOfA == .none ? (rows, inner) : (inner, rows)
  let bShape = transpositionOfB == .none ? (inner, columns) : (columns, inner)
  precondition(
    min(rows, columns, inner) >= 1 && min(aStart, bStart, cStart) >= 0
      && end(aStart, aStride, aShape.0, aShape.1) <= a.count
      && end(bStart, bStride, bShape.0, bShape.1) <= b.count
      && end(cStart, cStride, rows, columns) <= c.count,
    "a product reads and writes inside its matrices")
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe c.withUnsafeMutableBufferPointer { c in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        unsafe Double.gemm(
          .columnMajor, transpositionOfA, transpositionOfB, rows: rows, columns: columns,
          inner: inner, alpha: factor, a + aStart, leadingOfA: aStride, b + bStart,
          leadingOfB: bStride, beta: keeping, c + cStart, leadingOfC: cStride)
      }
    }
  }
}
