import OpenBLAS

/// The Gram matrix G = FᵀF of a frame: all products of two atoms.
public struct GramMatrix: Sendable {
  /// The number n of atoms.
  public let count: Int
  /// The products.
  ///
  /// **Shape**: n × n, symmetric.
  public let products: [Double]

  /// Computes all products.
  ///
  /// **Complexity**: O(d·n²).
  public init(_ frame: Frame) {
    count = frame.count
    var products = [Double](repeating: 0, count: count * count)
    syrk(
      .columnMajor, .upper, .transpose, order: count, inner: frame.dimension, frame.atoms,
      into: &products)
    mirror(.columnMajor, from: .upper, order: count, &products)
    self.products = products
  }

  /// The product of two atoms.
  public subscript(row: Int, column: Int) -> Double { products[row + column * count] }
}
