import OpenBLAS

/// Adds `factor` · AᵀB to C, where A and B are parts of column-major panels.
///
/// - Parameters:
///   - rows: the number of columns of A, which is that of rows of C.
///   - columns: the number of columns of B and C.
///   - inner: the number of rows of A and B.
func addTransposedProduct(
  rows: Int, columns: Int, inner: Int, factor: Double,
  left: [Double], at leftStart: Int, stride leftStride: Int,
  right: [Double], at rightStart: Int, stride rightStride: Int, to block: inout [Double]
) {
  precondition(
    inner >= 1 && leftStart >= 0 && rightStart >= 0
      && leftStart + (rows - 1) * leftStride + inner <= left.count
      && rightStart + (columns - 1) * rightStride + inner <= right.count
      && rows * columns <= block.count, "a product reads and writes inside its matrices")
  unsafe left.withUnsafeBufferPointer { left in
    unsafe right.withUnsafeBufferPointer { right in
      unsafe block.withUnsafeMutableBufferPointer { block in
        guard let a = left.baseAddress, let b = right.baseAddress, let c = block.baseAddress
        else { return }
        unsafe Double.gemm(
          .columnMajor, .transpose, .none, rows: rows, columns: columns, inner: inner,
          alpha: factor, a + leftStart, leadingOfA: leftStride, b + rightStart,
          leadingOfB: rightStride, beta: 1, c, leadingOfC: rows)
      }
    }
  }
}
