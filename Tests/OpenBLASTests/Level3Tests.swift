import OpenBLAS
import TestSupport
import Testing

@Suite("Level 3")
struct Level3Tests {
  struct Case: Sendable {
    let layout: Layout
    let transpositionOfA: Transposition
    let transpositionOfB: Transposition
  }

  static let cases: [Case] = [.rowMajor, .columnMajor].flatMap { layout in
    [.none, .transpose].flatMap { a in
      [.none, .transpose].map { Case(layout: layout, transpositionOfA: a, transpositionOfB: $0) }
    }
  }

  /// The entry of a matrix, which may be transposed, by its definition.
  private func entry<Scalar>(
    _ matrix: [Scalar], _ layout: Layout, _ transposition: Transposition, rows: Int,
    columns: Int, _ row: Int, _ column: Int
  ) -> Scalar {
    // What is stored is `columns × rows` if it is transposed.
    let isByRow = (layout == .rowMajor) == (transposition == .none)
    return isByRow ? matrix[row * columns + column] : matrix[column * rows + row]
  }

  private func checkProduct<Scalar: BLASScalar>(
    _ test: Case, _ rows: Int, _ columns: Int, _ inner: Int, of type: Scalar.Type
  ) {
    var generator = SeededGenerator(seed: UInt64(rows * 10_000 + columns * 100 + inner))
    let a: [Scalar] = generator.numbers(rows * inner)
    let b: [Scalar] = generator.numbers(inner * columns)
    let before: [Scalar] = generator.numbers(rows * columns)
    var c = before
    gemm(
      test.layout, test.transpositionOfA, test.transpositionOfB, rows: rows, columns: columns,
      inner: inner, alpha: 2, a, b, beta: 3, into: &c)
    var expected = before
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Scalar = 0
        for index in 0..<inner {
          sum +=
            entry(
              a, test.layout, test.transpositionOfA, rows: rows, columns: inner, row, index)
            * entry(
              b, test.layout, test.transpositionOfB, rows: inner, columns: columns, index, column)
        }
        let place = test.layout == .rowMajor ? row * columns + column : column * rows + row
        expected[place] = 2 * sum + 3 * before[place]
      }
    }
    // All factors are below 1: inner + 2 operations on numbers below 2 inner + 3.
    let bound = Scalar((inner + 2) * (2 * inner + 3)) * Scalar.ulpOfOne
    #expect(largestDistance(c, expected) <= bound)
  }

  @Test("A product agrees with its definition", arguments: cases)
  func products(test: Case) {
    for (rows, columns, inner) in [(1, 1, 1), (2, 3, 4), (5, 1, 7), (17, 9, 33), (3, 4, 0)] {
      checkProduct(test, rows, columns, inner, of: Double.self)
      checkProduct(test, rows, columns, inner, of: Float.self)
    }
  }

  @Test("With beta = 0 what was there is not read")
  func overwrite() {
    var c = [Double](repeating: .nan, count: 4)
    gemm(.rowMajor, rows: 2, columns: 2, inner: 1, [1, 2], [3, 4], into: &c)
    #expect(c == [3, 4, 6, 8])
    var none: [Double] = []
    gemm(.columnMajor, rows: 0, columns: 2, inner: 1, none, [3, 4], into: &none)
    #expect(none.isEmpty)
  }

  @Test(
    "A symmetric product agrees with the general one",
    arguments: [Layout.rowMajor, .columnMajor], [Transposition.none, .transpose])
  func symmetricProducts(layout: Layout, transposition: Transposition) {
    let (order, inner) = (7, 5)
    var generator = SeededGenerator(seed: 11)
    let a: [Double] = generator.numbers(order * inner)
    var general = [Double](repeating: 0, count: order * order)
    gemm(
      layout, transposition, transposition == .none ? .transpose : .none, rows: order,
      columns: order, inner: inner, alpha: 3, a, a, into: &general)
    for triangle in [Triangle.upper, .lower] {
      var half = [Double](repeating: -7, count: order * order)
      syrk(layout, triangle, transposition, order: order, inner: inner, alpha: 3, a, into: &half)
      #expect(half.count { $0 == -7 } == order * (order - 1) / 2)
      mirror(layout, from: triangle, order: order, &half)
      #expect(largestDistance(half, general) <= 100 * Double.ulpOfOne)
    }
  }

  @Test("Leading dimensions pick a block of a larger matrix")
  func blocks() {
    let large = (0..<12).map(Double.init)  // 3 × 4, by rows
    let identity = [1.0, 0, 0, 1]
    var block = [0.0, 0, 0, 0]
    unsafe large.withUnsafeBufferPointer { large in
      unsafe identity.withUnsafeBufferPointer { identity in
        unsafe block.withUnsafeMutableBufferPointer { block in
          guard let start = large.baseAddress, let one = identity.baseAddress,
            let result = block.baseAddress
          else { return }
          unsafe Double.gemm(
            .rowMajor, .none, .none, rows: 2, columns: 2, inner: 2, alpha: 1, start + 5,
            leadingOfA: 4, one, leadingOfB: 2, beta: 0, result, leadingOfC: 2)
        }
      }
    }
    #expect(block == [5, 6, 9, 10])
  }

  @Test("Factors of another shape are refused")
  func shapes() async {
    await #expect(processExitsWith: .failure) {
      var c = [0.0]
      gemm(.rowMajor, rows: 1, columns: 1, inner: 2, [1.0], [1.0, 2.0], into: &c)
    }
  }
}
