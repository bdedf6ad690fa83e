internal import Foundation
internal import OpenBLAS

extension FrameProducts {
  /// The statistics of one family.
  func values(of family: FrameReference.Family, _ subspace: Subspace?) -> FrameValues {
    let norms = family.places.map { products[$0 * reference.vectorCount + $0] }
    var found = FrameValues()
    guard family.count > 0 else { return found }
    let live = norms.count { $0 > 0 }
    found[.collapsed] = Double(family.count - live) / Double(family.count)
    found[.gain] = norms.reduce(0, +).squareRoot() / family.norm
    guard let subspace else { return found }
    if products[0] > 0 {
      found[.relativeGain] = found[.gain] * reference.norm / products[0].squareRoot()
    }
    ranks(subspace.singular, into: &found)
    angles(of: family, norms: norms, into: &found)
    return found
  }

  private func ranks(_ singular: [Double], into found: inout FrameValues) {
    let top = singular.reduce(0, max)
    // Parts of the largest, whose squares neither overflow nor vanish.
    let parts = singular.map { $0 / top }
    let (sum, squares, fourths) = parts.reduce(into: (0.0, 0.0, 0.0)) { sums, part in
      sums.0 += part
      sums.1 += part * part
      sums.2 += part * part * part * part
    }
    found[.stableRank] = squares
    found[.participationRatio] = squares * squares / fourths
    let entropy = parts.reduce(0.0) { entropy, part in
      part > 0 ? entropy - part / sum * log(part / sum) : entropy
    }
    found[.effectiveRank] = exp(entropy)
  }

  private func angles(
    of family: FrameReference.Family, norms: [Double], into found: inout FrameValues
  ) {
    let count = family.count
    guard count > 1 else { return }
    let total = reference.vectorCount
    let scales = norms.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    var (largest, sum, squares, changes) = (0.0, 0.0, 0.0, 0.0)
    for column in 0..<count {
      let start = (family.places.lowerBound + column) * total + family.places.lowerBound
      for row in 0..<column {
        let product = products[start + row] * scales[column] * scales[row]
        // Rounding must not make a cosine larger than 1.
        let cosine = min(max(product, -1), 1)
        let change = cosine - family.cosines[column * count + row]
        largest = max(largest, abs(cosine))
        sum += abs(cosine)
        squares += cosine * cosine
        changes += change * change
      }
    }
    let pairs = Double(count * (count - 1) / 2)
    found[.coherence] = largest
    found[.meanAbsCosine] = sum / pairs
    found[.meanSquareCosine] = squares / pairs
    found[.angleDistortion] = (changes / pairs).squareRoot()
  }

  /// ‖Q_aᵀQ_b‖²/min(rank), by solving systems with both Gram matrices where that is accurate.
  func overlap(
    _ left: inout Subspace, _ right: inout Subspace, _ decompose: Decomposition
  ) throws -> Double {
    if left.isSolvable, right.isSolvable {
      left.factor = left.factor ?? choleskyFactor(left.gram, order: left.family.rank)
      right.factor = right.factor ?? choleskyFactor(right.gram, order: right.family.rank)
      if let first = left.factor, let second = right.factor {
        let (rows, columns) = (left.family.rank, right.family.rank)
        var cross = reduced(left.family, right.family)
        trsm(.columnMajor, .left, .lower, rows: rows, columns: columns, first, &cross)
        trsm(.columnMajor, .right, .lower, .transpose, rows: rows, columns: columns, second, &cross)
        return dot(cross, cross) / Double(min(rows, columns))
      }
    }
    func orthonormal(_ subspace: inout Subspace) throws -> Subspace.Basis {
      if let known = subspace.orthonormal { return known }
      let found = Subspace.Basis(try decompose(subspace.family.places))
      subspace.orthonormal = found
      return found
    }
    let (first, second) = (try orthonormal(&left), try orthonormal(&right))
    var cross = [Double](repeating: 0, count: first.rank * second.rank)
    gemm(
      .columnMajor, .transpose, rows: first.rank, columns: second.rank, inner: first.dimension,
      first.vectors, second.vectors, into: &cross)
    return dot(cross, cross) / Double(min(first.rank, second.rank))
  }
}
