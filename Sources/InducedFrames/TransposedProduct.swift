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
  for column in 0..<columns {
    for row in 0..<rows {
      var sum = 0.0
      for index in 0..<inner {
        sum +=
          left[leftStart + row * leftStride + index]
          * right[rightStart + column * rightStride + index]
      }
      block[row + column * rows] += factor * sum
    }
  }
}
