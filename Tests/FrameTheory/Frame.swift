/// A finite frame: atoms of unit norm, as the columns of a matrix.
public struct Frame: Sendable {
  /// The dimension d of the space.
  public let dimension: Int
  /// The number n of atoms.
  public let count: Int
  /// The atoms.
  ///
  /// **Shape**: d × n, column-major.
  public let atoms: [Double]

  /// Makes a frame of vectors, each divided by its norm.
  ///
  /// A vector that is zero has no direction; its atom, and every number that it enters, is NaN.
  ///
  /// - Parameters:
  ///   - dimension: d, at least 1.
  ///   - count: n.
  ///   - vectors: d × n numbers, column-major.
  public init(dimension: Int, count: Int, normalizing vectors: [Double]) {
    precondition(dimension >= 1, "a frame's space has at least one dimension")
    precondition(vectors.count == dimension * count, "a frame has d × n numbers")
    var atoms = vectors
    for atom in 0..<count {
      let range = atom * dimension..<(atom + 1) * dimension
      var square = 0.0
      for index in range { square += atoms[index] * atoms[index] }
      let norm = square.squareRoot()
      for index in range { atoms[index] /= norm }
    }
    self.dimension = dimension
    self.count = count
    self.atoms = atoms
  }
}
