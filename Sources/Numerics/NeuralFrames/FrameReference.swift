internal import OpenBLAS

/// An image's directions as they enter a network: what its neural frames are compared with.
public struct FrameReference: Sendable {
  /// One family of directions.
  struct Family: Sendable {
    /// The places of its directions among all vectors of the image, whose value has place 0.
    let places: Range<Int>
    /// ‖V‖, the Frobenius norm.
    let norm: Double
    /// The cosines C⁰, m × m.
    let cosines: [Double]
    /// Orthonormal combinations of the directions that span all of them, m × rank by columns; nil
    /// where the directions are independent.
    ///
    /// The singular values of U are those of U times the basis, whatever the network: what the
    /// directions do not span, no image of them does. Without it every Gram matrix of augmentations
    /// would be singular, since a rotation is a combination of two shears.
    let basis: [Double]?

    var count: Int { places.count }
    var rank: Int { basis.map { $0.count / count } ?? count }
  }

  /// The families, in the order in which they were given.
  let families: [Family]
  /// ‖x‖.
  let norm: Double

  /// The number of vectors, the image and all directions.
  public var vectorCount: Int { families.reduce(1) { $0 + $1.count } }

  /// Examines an image and its directions.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - directions: the directions of each family at it.
  ///
  /// **Throws**: `LAPACKError`.
  public init(image: [Double], directions: [Directions]) throws {
    norm = nrm2(image)
    var first = 1
    var families: [Family] = []
    for directions in directions {
      precondition(directions.dimension == image.count, "directions of another shape")
      families.append(try Self.family(directions, at: first))
      first += directions.count
    }
    self.families = families
  }

  private static func family(_ directions: Directions, at first: Int) throws -> Family {
    let (count, dimension) = (directions.count, directions.dimension)
    var products = [Double](repeating: 0, count: count * count)
    syrk(
      .columnMajor, .lower, .transpose, order: count, inner: dimension, directions.vectors,
      into: &products)
    mirror(.columnMajor, from: .lower, order: count, &products)
    let norms = (0..<count).map { products[$0 * count + $0] }
    var cosines = products
    for column in 0..<count {
      for row in 0..<count {
        cosines[column * count + row] /= (norms[column] * norms[row]).squareRoot()
      }
    }
    return Family(
      places: first..<first + count, norm: norms.reduce(0, +).squareRoot(), cosines: cosines,
      basis: try basis(directions, products: products))
  }

  private static func basis(
    _ directions: Directions, products: [Double]
  ) throws -> [Double]? {
    let (count, dimension) = (directions.count, directions.dimension)
    guard count > 1 else { return nil }
    let eigenvalues = try symmetricEigenvalues(products, order: count)
    if eigenvalues[0] >= Spectrum.safePart * eigenvalues[count - 1] { return nil }
    let decomposition = try singularValueDecomposition(
      directions.vectors, rows: dimension, columns: count)
    let values = decomposition.values
    let rank = values.count { $0 > 1e-10 * values[0] }
    guard rank < count else { return nil }
    var basis: [Double] = []
    for vector in 0..<rank {
      for direction in 0..<count {
        basis.append(decomposition.rightTransposed[direction * values.count + vector])
      }
    }
    return basis
  }
}

/// How far singular values can be taken from a Gram matrix, whose eigenvalues are their squares.
enum Spectrum {
  /// Eigenvalues above this part of the largest are good for singular values.
  ///
  /// An eigenvalue is known to about 1e-15 of the largest, so a singular value of 3e-5 of the largest
  /// is known to 5e-7 of itself, and what that does to the effective rank is far below 1e-9.
  static let safePart = 1e-9
  /// Products of single precision are good for all of it if all eigenvalues are above this part of the
  /// largest.
  ///
  /// An eigenvalue is known to about 2e-7 of the largest there, so a singular value of 1e-2 of the
  /// largest is known to 1e-3 of itself, and effective rank and overlaps, in which it counts little,
  /// to about 1e-4. The tangents' own rounding is felt as much.
  static let singlePart = 1e-4
  /// Eigenvalues above this part of the largest are good for solving systems, to about 1e-8.
  static let solvablePart = 1e-7
  /// Singular values above this part of the largest count for the rank of a subspace.
  static let rankPart = 1e-5
}
