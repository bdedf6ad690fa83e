/// A class of pairs of positions in the plane: one of pairs of rows with one of pairs of columns.
struct PlaneClass: Sendable {
  /// The number of entries of the Gram matrix that each entry of the class's block stands for.
  ///
  /// Blocks below the diagonal are counted with those above it.
  let count: Int
  /// Whether both positions are the same, in the same column.
  let isDiagonal: Bool
  /// The left and the right position's norm class in the plane.
  let leftNorm: Int
  let rightNorm: Int
  /// For each meeting the tap pairs that happen.
  let runs: [[TapRun]]
}

extension PositionClasses {
  /// All classes in the plane in which anything meets.
  ///
  /// Of a column with itself, a class and its transpose hold the same numbers; only the first of them
  /// is listed, with the number of both.
  ///
  /// - Parameters:
  ///   - sameColumn: whether both columns are one.
  ///   - normCounts: the number of the columns' norm classes in one dimension.
  func planeClasses(sameColumn: Bool, normCounts: (left: Int, right: Int)) -> [PlaneClass] {
    var plane: [PlaneClass] = []
    for (v, vertical) in classes.enumerated() {
      for (h, horizontal) in classes.enumerated() {
        guard vertical.mask & horizontal.mask != 0 else { continue }
        var factor = 2
        if sameColumn {
          let (tv, th) = (vertical.transpose, horizontal.transpose)
          guard (v, h) <= (tv, th) else { continue }
          if (v, h) == (tv, th) { factor = 1 }
        }
        plane.append(
          PlaneClass(
            count: factor * vertical.count * horizontal.count,
            isDiagonal: vertical.isDiagonal && horizontal.isDiagonal,
            leftNorm: vertical.leftNorm * normCounts.left + horizontal.leftNorm,
            rightNorm: vertical.rightNorm * normCounts.right + horizontal.rightNorm,
            runs: kernels.indices.map { meeting in
              TapRun.runs(
                vertical: vertical.taps[meeting], horizontal: horizontal.taps[meeting],
                kernels: kernels[meeting])
            }))
      }
    }
    return plane
  }
}
