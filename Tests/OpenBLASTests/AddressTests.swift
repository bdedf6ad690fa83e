import OpenBLAS
import TestSupport
import Testing

/// No routine that is wrapped may look at addresses, as the library's sums of magnitudes (`asum`) do.
///
/// Results are the same bit for bit in every run, and where an array lies in memory is not.
@Suite("Results do not depend on addresses")
struct AddressTests {
  /// Places in a cache line, and beyond, in elements.
  static let offsets = [0, 1, 2, 3, 5, 8, 13, 16]

  /// Lends a copy of numbers that begins so many elements behind a multiple of 64 bytes.
  private func shifted<Scalar: BLASScalar, Result>(
    _ numbers: [Scalar], by offset: Int, _ body: (UnsafeMutablePointer<Scalar>) -> Result
  ) -> Result {
    let stride = MemoryLayout<Scalar>.stride
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: (numbers.count + offset + 1) * stride, alignment: 64)
    defer { unsafe memory.deallocate() }
    let start =
      unsafe memory.bindMemory(
        to: Scalar.self, capacity: numbers.count + offset + 1) + offset
    unsafe start.update(from: numbers, count: numbers.count)
    return unsafe body(start)
  }

  private func checkVectors<Scalar: BLASScalar>(_ type: Scalar.Type, count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let (x, y): ([Scalar], [Scalar]) = (generator.numbers(count), generator.numbers(count))
    var (products, norms): (Set<Scalar>, Set<Scalar>) = ([], [])
    var (sums, multiples): ([[Scalar]], [[Scalar]]) = ([], [])
    for first in Self.offsets {
      for second in [0, 1, 5] {
        unsafe shifted(x, by: first) { x in
          unsafe shifted(y, by: second) { y in
            products.insert(unsafe Scalar.dot(count: count, x, stride: 1, y, stride: 1))
            unsafe Scalar.axpy(count: count, alpha: 0.7, x, stride: 1, y, stride: 1)
            unsafe sums.append(Array(UnsafeBufferPointer(start: y, count: count)))
          }
          norms.insert(unsafe Scalar.nrm2(count: count, x, stride: 1))
          unsafe Scalar.scal(count: count, alpha: 0.7, x, stride: 1)
          unsafe multiples.append(Array(UnsafeBufferPointer(start: x, count: count)))
        }
      }
    }
    #expect([products.count, norms.count] == [1, 1])
    let areEqual = sums.allSatisfy { $0 == sums[0] } && multiples.allSatisfy { $0 == multiples[0] }
    #expect(areEqual)
  }

  @Test("Vectors", arguments: [1, 7, 33, 100, 1_000, 20_000])
  func vectors(count: Int) {
    checkVectors(Double.self, count: count)
    checkVectors(Float.self, count: count)
  }

  private func checkMatrices<Scalar: BLASScalar>(
    _ type: Scalar.Type, rows: Int, columns: Int, inner: Int
  ) {
    var generator = SeededGenerator(seed: UInt64(rows + columns + inner))
    let a: [Scalar] = generator.numbers(rows * inner)
    let b: [Scalar] = generator.numbers(inner * columns)
    var (products, squares): ([[Scalar]], [[Scalar]]) = ([], [])
    for offset in Self.offsets {
      let product = [Scalar](repeating: 0, count: rows * columns)
      let square = [Scalar](repeating: 0, count: rows * rows)
      unsafe shifted(a, by: offset) { a in
        unsafe shifted(b, by: 16 - offset) { b in
          unsafe shifted(product, by: offset / 2) { product in
            unsafe Scalar.gemm(
              .rowMajor, .none, .none, rows: rows, columns: columns, inner: inner, alpha: 1, a,
              leadingOfA: inner, b, leadingOfB: columns, beta: 0, product, leadingOfC: columns)
            unsafe products.append(
              Array(UnsafeBufferPointer(start: product, count: rows * columns)))
          }
        }
        unsafe shifted(square, by: offset / 2) { square in
          unsafe Scalar.syrk(
            .rowMajor, .lower, .none, order: rows, inner: inner, alpha: 1, a, leadingOfA: inner,
            beta: 0, square, leadingOfC: rows)
          unsafe squares.append(Array(UnsafeBufferPointer(start: square, count: rows * rows)))
        }
      }
    }
    let areEqual =
      products.allSatisfy { $0 == products[0] } && squares.allSatisfy { $0 == squares[0] }
    #expect(areEqual)
  }

  @Test(
    "Matrices, and vectors as matrices of one column or row",
    arguments: [(1, 1, 100), (40, 1, 300), (1, 40, 300), (7, 5, 3), (33, 65, 129), (128, 96, 500)])
  func matrices(rows: Int, columns: Int, inner: Int) {
    checkMatrices(Double.self, rows: rows, columns: columns, inner: inner)
    checkMatrices(Float.self, rows: rows, columns: columns, inner: inner)
  }
}
