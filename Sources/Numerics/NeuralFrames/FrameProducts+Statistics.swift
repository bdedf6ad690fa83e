internal import Foundation
internal import OpenBLAS

extension FrameProducts {
  /// The statistics of one family.
  func values(of family: FrameReference.Family, _ subspace: Subspace?) -> FrameValues {
    var found = FrameValues()
    guard family.count > 0 else { return found }
    var (live, squares) = (0, 0.0)
    for place in family.places {
      let square = products[place * reference.vectorCount + place]
      live += square > 0 ? 1 : 0
      squares += square
    }
    found[.collapsed] = Double(family.count - live) / Double(family.count)
    found[.gain] = squares.squareRoot() / family.norm
    guard let subspace else { return found }
    if products[0] > 0 {
      found[.relativeGain] = found[.gain] * reference.norm / products[0].squareRoot()
    }
    ranks(subspace.singular, into: &found)
    angles(of: family, into: &found)
    return found
  }

  private func ranks(_ singular: [Double], into found: inout FrameValues) {
    let top = singular.reduce(0, max)
    var (sum, squares, fourths) = (0.0, 0.0, 0.0)
    for value in singular {
      // A part of the largest, whose square neither overflows nor vanishes.
      let part = value / top
      sum += part
      squares += part * part
      fourths += part * part * part * part
    }
    found[.stableRank] = squares
    found[.participationRatio] = squares * squares / fourths
    var entropy = 0.0
    for value in singular {
      let share = value / top / sum
      if share > 0 { entropy -= share * log(share) }
    }
    found[.effectiveRank] = exp(entropy)
  }

  private func angles(of family: FrameReference.Family, into found: inout FrameValues) {
    let count = family.count
    guard count > 1 else { return }
    let total = reference.vectorCount
    let scales = family.places.map { place in
      let square = products[place * total + place]
      return square > 0 ? 1 / square.squareRoot() : 0
    }
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

  /// ‖Q_aᵀQ_b‖²/min(rank) of two families, by solving systems with both Gram matrices where that is
  /// accurate; NaN if one of them has vanished.
  ///
  /// Subspaces stay in their array: to take them out and put them back takes longer than to solve.
  func overlap(
    _ left: Int, _ right: Int, of subspaces: inout [Subspace?], _ decompose: Decomposition
  ) throws -> Double {
    guard let isLeftSolvable = subspaces[left]?.isSolvable,
      let isRightSolvable = subspaces[right]?.isSolvable
    else { return .nan }
    if isLeftSolvable, isRightSolvable {
      subspaces[left]?.factorize()
      subspaces[right]?.factorize()
      if let first = subspaces[left]?.factor, let second = subspaces[right]?.factor {
        let (rows, columns) = (reference.families[left].rank, reference.families[right].rank)
        var cross = reduced(reference.families[left], reference.families[right])
        trsm(.columnMajor, .left, .lower, rows: rows, columns: columns, first, &cross)
        trsm(.columnMajor, .right, .lower, .transpose, rows: rows, columns: columns, second, &cross)
        return dot(cross, cross) / Double(min(rows, columns))
      }
    }
    try subspaces[left]?.orthonormalize(decompose)
    try subspaces[right]?.orthonormalize(decompose)
    guard let first = subspaces[left]?.orthonormal, let second = subspaces[right]?.orthonormal
    else {
      return .nan
    }
    var cross = [Double](repeating: 0, count: first.rank * second.rank)
    gemm(
      .columnMajor, .transpose, rows: first.rank, columns: second.rank, inner: first.dimension,
      first.vectors, second.vectors, into: &cross)
    return dot(cross, cross) / Double(min(first.rank, second.rank))
  }
}
