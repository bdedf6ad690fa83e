/// Tap pairs of a two-dimensional class that follow one another in both panels.
struct TapRun: Hashable, Sendable {
  /// The first tap of the left panel, counted row by row from 0.
  let left: Int
  /// The first tap of the right panel.
  let right: Int
  /// The number of taps.
  var count: Int
  /// In how many ways each of them happens: more than integers hold, behind dozens of poolings.
  let ways: Double

  /// Joins the tap pairs of a vertical and a horizontal class to runs.
  ///
  /// Panels hold a kernel's taps row by row. Two atoms a few positions apart share a rectangle of taps,
  /// whose rows are runs; atoms in one place share all, a single run.
  static func runs(vertical: [TapPair], horizontal: [TapPair], kernels: (left: Int, right: Int))
    -> [TapRun]
  {
    var pairs: [TapPair] = []
    pairs.reserveCapacity(vertical.count * horizontal.count)
    for v in vertical {
      for h in horizontal {
        pairs.append(
          TapPair(
            left: v.left * kernels.left + h.left, right: v.right * kernels.right + h.right,
            ways: v.ways * h.ways))
      }
    }
    // By lag, then by place: neighbours of a run come to stand together.
    pairs.sort { ($0.right - $0.left, $0.left) < ($1.right - $1.left, $1.left) }
    var runs: [TapRun] = []
    for pair in pairs {
      if let last = runs.last, last.left + last.count == pair.left,
        last.right + last.count == pair.right, last.ways == pair.ways
      {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(TapRun(left: pair.left, right: pair.right, count: 1, ways: pair.ways))
      }
    }
    return runs
  }
}
