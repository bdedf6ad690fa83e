import OpenBLAS
import TestSupport
import Testing

@Suite("Symmetric eigenvalues")
struct SymmetricEigenTests {
  /// The second difference: 2 on the diagonal and −1 beside it.
  private func secondDifference<Scalar: BLASScalar>(_ order: Int, of: Scalar.Type) -> [Scalar] {
    var matrix = [Scalar](repeating: 0, count: order * order)
    for index in 0..<order {
      matrix[index * order + index] = 2
      if index > 0 {
        matrix[index * order + index - 1] = -1
        matrix[(index - 1) * order + index] = -1
      }
    }
    return matrix
  }

  private func residual<Scalar: BLASScalar>(
    _ matrix: [Scalar], _ eigen: SymmetricEigen<Scalar>, order: Int
  ) -> Scalar {
    let count = eigen.values.count
    var image = [Scalar](repeating: 0, count: order * count)
    gemm(
      .columnMajor, rows: order, columns: count, inner: order, matrix, eigen.vectors,
      into: &image)
    var scaled = eigen.vectors
    for column in 0..<count {
      for row in 0..<order { scaled[column * order + row] *= eigen.values[column] }
    }
    var inner = [Scalar](repeating: 0, count: count * count)
    gemm(
      .columnMajor, .transpose, .none, rows: count, columns: count, inner: order, eigen.vectors,
      eigen.vectors, into: &inner)
    var identity = [Scalar](repeating: 0, count: count * count)
    for index in 0..<count { identity[index * count + index] = 1 }
    return max(largestDistance(image, scaled), largestDistance(inner, identity))
  }

  @Test("A matrix of order 2 has the eigenvalues of its quadratic equation")
  func closedForm() throws {
    let values = try symmetricEigenvalues([2.0, 1, 1, 2], order: 2)
    #expect(areClose(values, [1, 3], absolute: 4 * Double.ulpOfOne))
    #expect(try symmetricEigenvalues([Float](), order: 0).isEmpty)
    #expect(try symmetricEigenvalues([-7.0], order: 1) == [-7])
  }

  @Test("The eigenvalues have the right trace and determinant", arguments: [3, 10, 60])
  func invariants(order: Int) throws {
    // The trace is 2n and the determinant n + 1.
    let values = try symmetricEigenvalues(
      secondDifference(order, of: Double.self), order: order)
    #expect(values == values.sorted())
    #expect(isClose(values.reduce(0, +), Double(2 * order), relative: 1e-13))
    #expect(isClose(values.reduce(1, *), Double(order + 1), relative: 1e-10))
  }

  @Test(
    "A tridiagonal matrix has the eigenvalues of the same matrix written out, bit for bit",
    arguments: [0, 1, 2, 9, 40, 150, 300], [1e-100, 1, 1e100])
  func tridiagonal(order: Int, scale: Double) throws {
    var random = SeededGenerator(seed: UInt64(order) + 5)
    let diagonal: [Double] = random.numbers(order).map { scale * abs($0) }
    // Some are 0: the matrix falls into blocks.
    let beside: [Double] = random.numbers(max(order - 1, 0)).enumerated().map {
      $0.offset % 17 == 16 ? 0 : scale * abs($0.element)
    }
    var matrix = [Double](repeating: 0, count: order * order)
    for index in 0..<order {
      matrix[index * (order + 1)] = diagonal[index]
      if index + 1 < order { matrix[index * (order + 1) + 1] = beside[index] }
    }
    let values = try tridiagonalEigenvalues(diagonal: diagonal, beside: beside)
    #expect(try values == symmetricEigenvalues(matrix, order: order))
    #expect(
      isClose(
        values.reduce(0, +), diagonal.reduce(0, +), relative: 1e-12, absolute: 1e-12 * scale))
  }

  @Test("Eigenvectors are orthonormal and are only scaled", arguments: [1, 2, 9, 50])
  func eigenvectors(order: Int) throws {
    let double = secondDifference(order, of: Double.self)
    #expect(residual(double, try symmetricEigen(double, order: order), order: order) < 1e-13)
    let float = secondDifference(order, of: Float.self)
    #expect(residual(float, try symmetricEigen(float, order: order), order: order) < 5e-5)
  }

  @Test("Only the named triangle is read", arguments: [Triangle.upper, .lower])
  func triangles(triangle: Triangle) throws {
    let order = 6
    let full = secondDifference(order, of: Double.self)
    var half = full
    for column in 0..<order {
      for row in 0..<order where triangle == .lower ? row < column : row > column {
        half[column * order + row] = .nan
      }
    }
    let values = try symmetricEigenvalues(half, order: order, triangle: triangle)
    #expect(
      largestDistance(values, try symmetricEigenvalues(full, order: order)) < 1e-14)
  }

  @Test("A range gives the same eigenvalues as all of them", arguments: [0...0, 2...5, 29...29])
  func ranges(range: ClosedRange<Int>) throws {
    let order = 30
    let matrix = secondDifference(order, of: Double.self)
    let all = try symmetricEigenvalues(matrix, order: order)
    let eigen = try symmetricEigen(matrix, order: order, in: range)
    #expect(largestDistance(eigen.values, Array(all[range])) < 1e-13)
    #expect(residual(matrix, eigen, order: order) < 1e-13)
    let float = try symmetricEigen(
      secondDifference(order, of: Float.self), order: order, in: range)
    #expect(largestDistance(float.values.map(Double.init), Array(all[range])) < 1e-5)
  }
}
