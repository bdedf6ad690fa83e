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
    let (dimension, count) = (frame.dimension, frame.count)
    var products = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      for row in 0...column {
        var sum = 0.0
        for index in 0..<dimension {
          sum += frame.atoms[row * dimension + index] * frame.atoms[column * dimension + index]
        }
        products[row + column * count] = sum
        products[column + row * count] = sum
      }
    }
    self.count = count
    self.products = products
  }

  /// The product of two atoms.
  public subscript(row: Int, column: Int) -> Double { products[row + column * count] }
}
