internal import OpenBLAS

/// The directions in which a set of images varies most.
///
/// **Source**: for the mean-centred data set they span what probabilistic principal component
/// analysis generates (Tipping & Bishop, "Probabilistic principal component analysis", 1999).
public struct PrincipalComponents: Equatable, Sendable {
  /// Components are left out whose singular value is at most this part of the largest: what is below
  /// it in a matrix of products is rounding.
  public static let smallestPart = 1e-5
  /// The largest matrix of products that is decomposed.
  public static let largestOrder = 4_096
  /// The most values that are held at once where images have more values than there are images.
  public static let largestValueCount = 1 << 28

  /// The components, the largest variance first.
  ///
  /// **Shape**: m × dimension, row-major, orthonormal to rounding. Of the two signs the entry of largest
  /// magnitude is positive, the first of several.
  public let vectors: [Double]
  /// The sums of squares along the components, over all images.
  public let energies: [Double]

  /// Whether the components of so many images can be computed here.
  public static func isFeasible(imageCount: Int, dimension: Int) -> Bool {
    min(imageCount, dimension) <= largestOrder
      && (dimension <= imageCount || imageCount * dimension <= largestValueCount)
  }

  /// Finds the top components of mean-centred images, which are read in blocks.
  ///
  /// - Parameters:
  ///   - count: the number of components that is wanted; there can be fewer.
  ///   - imageCount: the number of images.
  ///   - dimension: the number of values of an image.
  ///   - images: the values of some images, row-major; every image is asked for twice.
  ///
  /// **Throws**: what `images` throws, and `LAPACKError`.
  ///
  /// **Complexity**: O(images · dimension · order + order³), the order of the matrix that is
  /// decomposed being the smaller of both numbers.
  public init(
    count: Int, imageCount: Int, dimension: Int, images: (Range<Int>) throws -> [Double]
  ) throws {
    precondition(
      Self.isFeasible(imageCount: imageCount, dimension: dimension),
      "principal components of \(imageCount) images of \(dimension) values are too large")
    // Blocks of a size that follows from the images only: rounding depends on it.
    let blockSize = max(min(imageCount, (1 << 22) / dimension), 1)
    let blocks = stride(from: 0, to: imageCount, by: blockSize).map {
      $0..<min($0 + blockSize, imageCount)
    }
    var mean = [Double](repeating: 0, count: dimension)
    for block in blocks {
      let values = try images(block)
      for (index, value) in values.enumerated() { mean[index % dimension] += value }
    }
    for index in mean.indices { mean[index] /= Double(imageCount) }
    func centred(_ block: Range<Int>) throws -> [Double] {
      var values = try images(block)
      for index in values.indices { values[index] -= mean[index % dimension] }
      return values
    }
    if dimension <= imageCount {
      var products = [Double](repeating: 0, count: dimension * dimension)
      for block in blocks {
        syrk(
          .rowMajor, .upper, .transpose, order: dimension, inner: block.count,
          try centred(block), beta: 1, into: &products)
      }
      try self.init(count: count, ofProducts: products, dimension: dimension)
    } else {
      var rows: [Double] = []
      rows.reserveCapacity(imageCount * dimension)
      for block in blocks { rows += try centred(block) }
      try self.init(count: count, ofRows: rows, dimension: dimension)
    }
  }

  /// Finds the top components of few vectors as they are, not centred.
  ///
  /// - Parameters:
  ///   - count: the number of components that is wanted; there can be fewer.
  ///   - rows: vectors one behind the other, fewer than their dimension or about as many.
  ///   - dimension: the number of values of a vector.
  ///
  /// **Throws**: `LAPACKError`.
  public init(count: Int, ofRows rows: [Double], dimension: Int) throws {
    let rowCount = rows.count / dimension
    precondition(rows.count == rowCount * dimension, "the rows are of one length")
    guard rowCount > 0 else {
      self.init([], [], dimension: dimension)
      return
    }
    var products = [Double](repeating: 0, count: rowCount * rowCount)
    syrk(.rowMajor, .upper, order: rowCount, inner: dimension, rows, into: &products)
    let (weights, energies) = try Self.top(count, of: products, order: rowCount)
    // A component is the combination of rows that an eigenvector of their products names.
    var vectors = [Double](repeating: 0, count: energies.count * dimension)
    gemm(
      .rowMajor, rows: energies.count, columns: dimension, inner: rowCount, weights, rows,
      into: &vectors)
    self.init(vectors, energies, dimension: dimension)
  }

  private init(count: Int, ofProducts products: [Double], dimension: Int) throws {
    let (vectors, energies) = try Self.top(count, of: products, order: dimension)
    self.init(vectors, energies, dimension: dimension)
  }

  /// Normalises vectors and fixes their signs.
  private init(_ vectors: [Double], _ energies: [Double], dimension: Int) {
    var vectors = vectors
    for start in stride(from: 0, to: vectors.count, by: dimension) {
      let range = start..<start + dimension
      var largest = start
      for index in range where vectors[index].magnitude > vectors[largest].magnitude {
        largest = index
      }
      let norm = vectors[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      let scale = vectors[largest] < 0 ? -1 / norm : 1 / norm
      for index in range { vectors[index] *= scale }
    }
    self.vectors = vectors
    self.energies = energies
  }

  /// The eigenvectors of a row-major matrix's upper triangle that are more than rounding, as rows.
  private static func top(
    _ count: Int, of matrix: [Double], order: Int
  ) throws -> (rows: [Double], values: [Double]) {
    let kept = min(count, order)
    guard kept > 0 else { return ([], []) }
    // LAPACK reads columns, for which the upper triangle of rows is the lower one.
    let eigen = try symmetricEigen(
      matrix, order: order, in: order - kept...order - 1, triangle: .lower)
    var rows: [Double] = []
    var values: [Double] = []
    let largest = eigen.values[kept - 1]
    let smallest = max(largest * smallestPart * smallestPart, 0)
    for index in (0..<kept).reversed() where eigen.values[index] > smallest {
      rows += eigen.vectors[index * order..<(index + 1) * order]
      values.append(eigen.values[index])
    }
    return (rows, values)
  }
}
