import TestSupport
import Testing

@testable import OpenBLAS

@Suite("Decompositions")
struct DecompositionTests {
  static let shapes = [(1, 1), (5, 3), (3, 5), (20, 20), (64, 7)]

  private func checkSVD<Scalar: BLASScalar>(
    _ rows: Int, _ columns: Int, tolerance: Scalar
  ) throws {
    var generator = SeededGenerator(seed: UInt64(rows * 100 + columns))
    let matrix: [Scalar] = generator.numbers(rows * columns)
    let svd = try singularValueDecomposition(matrix, rows: rows, columns: columns)
    let count = min(rows, columns)
    #expect(svd.values.count == count)
    #expect(svd.values == svd.values.sorted(by: >))
    var scaled = svd.left
    for column in 0..<count {
      for row in 0..<rows { scaled[column * rows + row] *= svd.values[column] }
    }
    var product = [Scalar](repeating: 0, count: rows * columns)
    gemm(
      .columnMajor, rows: rows, columns: columns, inner: count, scaled, svd.rightTransposed,
      into: &product)
    #expect(largestDistance(product, matrix) < tolerance)
  }

  @Test("The factors of a singular value decomposition give the matrix", arguments: shapes)
  func singularValueFactors(rows: Int, columns: Int) throws {
    try checkSVD(rows, columns, tolerance: 1e-13 as Double)
    try checkSVD(rows, columns, tolerance: 5e-5 as Float)
  }

  @Test("A diagonal matrix has the magnitudes of its entries as singular values")
  func diagonal() throws {
    let values = try singularValueDecomposition([3.0, 0, 0, 0, -4, 0], rows: 3, columns: 2).values
    #expect(areClose(values, [4, 3], relative: 1e-15))
    #expect(try singularValueDecomposition([Double](), rows: 0, columns: 4).values.isEmpty)
  }

  @Test("A matrix with a NaN gives an error and no numbers")
  func notANumber() {
    let error = #expect(throws: LAPACKError.self) {
      try singularValueDecomposition([1, .nan, 2, 3.0], rows: 2, columns: 2)
    }
    #expect(error?.routine == "GESDD")
    #expect(error?.info != 0)
    #expect(error.map { "\($0)" }?.hasPrefix("GESDD ") == true)
  }

  @Test("The library says what it is and takes a number of threads")
  func library() {
    #expect(!BLASLibrary.coreName.isEmpty)
    #expect(BLASLibrary.configuration.contains("OpenBLAS"))
    BLASLibrary.setThreadCount(1)
    #expect(BLASLibrary.threadCount == 1)
  }
}
