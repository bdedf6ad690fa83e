internal import OpenBLAS

/// What the products of all vectors of an image tell about its neural frames.
///
/// It does not depend on the precision of the vectors: the compiler cannot specialise what does, since
/// the callers of an analysis are in other modules.
struct FrameProducts {
  /// Gives the singular values and vectors of the vectors at some places.
  typealias Decomposition = (_ places: Range<Int>) throws -> SingularValues<Double>

  let reference: FrameReference
  /// The products of all pairs of vectors, those of the value first: count × count.
  let products: [Double]

  init(_ reference: FrameReference, _ products: [Double]) {
    self.reference = reference
    self.products = products
  }

  /// Whether no vector has an entry that is not finite, or whose square overflows.
  var areFinite: Bool {
    let count = reference.vectorCount
    return (0..<count).allSatisfy { products[$0 * count + $0].isFinite }
  }

  /// The statistics, given the subspace that each family spans, nil where it has vanished.
  ///
  /// **Throws**: `NonfiniteFrame`, and what `decompose` throws.
  func measurement(
    _ found: [Subspace?], decompose: Decomposition
  ) throws -> FrameMeasurement {
    var subspaces = found
    var measurement = FrameMeasurement()
    measurement.values = try zip(reference.families, subspaces).map { family, subspace in
      let found = values(of: family, subspace)
      if let statistic = FrameStatistic.allCases.first(where: { found[$0].isInfinite }) {
        throw NonfiniteFrame(statistic: statistic)
      }
      return found
    }
    for first in subspaces.indices {
      for second in subspaces.indices.dropFirst(first + 1) {
        measurement.overlaps.append(try overlap(first, second, of: &subspaces, decompose))
      }
    }
    return measurement
  }

  /// What products in single precision tell about the families; nil where that is not enough.
  func singleSubspaces() -> [Subspace?]? {
    let families = reference.families
    var subspaces: [Subspace?] = Array(repeating: nil, count: families.count)
    let present = families.indices.filter { families[$0].count > 0 }
    for first in stride(from: 0, to: present.count, by: 4) {
      let lanes = present[first..<min(first + 4, present.count)]
      let grams = lanes.map { reduced(families[$0], families[$0]) }
      let orders = lanes.map { families[$0].rank }
      guard let spectra = LaneEigenvalues.compute(grams, orders: orders) else { return nil }
      for (place, family) in lanes.enumerated() {
        let values = spectra[place]
        // The comparison fails for NaN too.
        guard values[0] >= Spectrum.singlePart * values[values.count - 1] else { return nil }
        subspaces[family] = Subspace(
          family: families[family], gram: grams[place], singular: values.map { $0.squareRoot() },
          isSolvable: true)
      }
    }
    return subspaces
  }

  /// What products in double precision, and where they are not enough the vectors, tell about the
  /// families.
  func subspaces(decompose: Decomposition) throws -> [Subspace?] {
    try reference.families.map { family in
      let count = reference.vectorCount
      guard family.places.contains(where: { products[$0 * count + $0] > 0 }) else { return nil }
      let gram = reduced(family, family)
      let eigenvalues = try symmetricEigenvalues(gram, order: family.rank)
      let largest = eigenvalues[family.rank - 1]
      var subspace = Subspace(
        family: family, gram: gram, singular: eigenvalues.map { max($0, 0).squareRoot() },
        isSolvable: eigenvalues[0] >= Spectrum.solvablePart * largest)
      if eigenvalues[0] < Spectrum.safePart * largest {
        let decomposition = try decompose(family.places)
        subspace.singular = decomposition.values
        subspace.orthonormal = Subspace.Basis(decomposition)
      }
      return subspace
    }
  }

  /// A block of the products.
  private func block(_ rows: Range<Int>, _ columns: Range<Int>) -> [Double] {
    let count = reference.vectorCount
    var block: [Double] = []
    block.reserveCapacity(rows.count * columns.count)
    for column in columns {
      block += products[column * count + rows.lowerBound..<column * count + rows.upperBound]
    }
    return block
  }

  /// A block of the products times the bases of its families from the left and from the right.
  func reduced(
    _ left: FrameReference.Family, _ right: FrameReference.Family
  ) -> [Double] {
    var result = block(left.places, right.places)
    if let basis = left.basis {
      var product = [Double](repeating: 0, count: left.rank * right.count)
      gemm(
        .columnMajor, .transpose, rows: left.rank, columns: right.count, inner: left.count, basis,
        result, into: &product)
      result = product
    }
    if let basis = right.basis {
      var product = [Double](repeating: 0, count: left.rank * right.rank)
      gemm(
        .columnMajor, rows: left.rank, columns: right.rank, inner: right.count, result, basis,
        into: &product)
      result = product
    }
    return result
  }
}

/// What is known about the columns of a family.
struct Subspace {
  let family: FrameReference.Family
  /// The Gram matrix of the columns times the family's basis.
  let gram: [Double]
  /// The singular values, in any order.
  var singular: [Double]
  /// Whether all singular values count and systems with the Gram matrix can be solved.
  let isSolvable: Bool
  private(set) var factor: [Double]?
  /// An orthonormal basis, where it had to be computed.
  var orthonormal: Basis?

  /// Computes the factor, if it is not there and the Gram matrix has one.
  mutating func factorize() {
    if factor == nil { factor = choleskyFactor(gram, order: family.rank) }
  }

  /// Computes the basis, if it is not there.
  mutating func orthonormalize(_ decompose: FrameProducts.Decomposition) throws {
    if orthonormal == nil { orthonormal = Basis(try decompose(family.places)) }
  }

  /// The left singular vectors that count for the rank.
  struct Basis {
    let rank: Int
    /// The vectors, one behind the other.
    let vectors: [Double]

    var dimension: Int { vectors.count / rank }

    /// Takes the vectors from a decomposition whose largest singular value is not 0.
    init(_ decomposition: SingularValues<Double>) {
      let values = decomposition.values
      rank = values.count { $0 > Spectrum.rankPart * values[0] }
      vectors = Array(decomposition.left[..<(decomposition.left.count / values.count * rank)])
    }
  }
}
