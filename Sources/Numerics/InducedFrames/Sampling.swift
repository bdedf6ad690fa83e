internal import Networks

/// How the positions of a block column and of a block row meet, in one of the two dimensions.
///
/// An operator with a kernel ties a coarse grid to a fine one of P positions: tap t of the coarse position
/// y lies on the fine position s·y + t·dilation + offset modulo P. Pooling before and behind it goes over
/// grids of its own, so positions meet by a chain of such steps. Kernels are square and the same in both
/// dimensions, so one value describes both.
public struct Sampling: Hashable, Sendable {
  /// Whether the column's grid is the fine one, as for the operator Bᵀ that analyses what it reads.
  public let columnIsFine: Bool
  /// The number of positions of the column's grid.
  public let columnSize: Int
  /// The number of positions of the row's grid.
  public let rowSize: Int
  /// The step whose taps are those of a weight; one tap where there is none.
  let step: Step
  /// The steps between the fine grid and that step, from the fine one on.
  let before: [UnitGraph.Step]
  /// The steps between that step and the coarse grid.
  let after: [UnitGraph.Step]

  /// How taps lie on a fine grid.
  struct Step: Hashable, Sendable {
    let kernel: Int
    let stride: Int
    let dilation: Int
    let offset: Int
  }

  /// The sampling of a layer's operator, whose taps run from −⌊(f − 1)/2⌋ to ⌊f/2⌋.
  init(columnIsFine: Bool, kernel: Int, stride: Int, columnSize: Int, rowSize: Int) {
    self.columnIsFine = columnIsFine
    self.columnSize = columnSize
    self.rowSize = rowSize
    step = Step(kernel: kernel, stride: stride, dilation: 1, offset: -Self.centre(kernel: kernel))
    before = []
    after = []
  }

  /// The sampling of a path.
  init(
    columnIsFine: Bool, columnSize: Int, rowSize: Int, before: [UnitGraph.Step],
    step: UnitGraph.Step?, after: [UnitGraph.Step]
  ) {
    self.columnIsFine = columnIsFine
    self.columnSize = columnSize
    self.rowSize = rowSize
    self.step = Step(
      kernel: step?.kernel ?? 1, stride: step?.stride ?? 1, dilation: step?.dilation ?? 1,
      offset: step?.offset ?? 0)
    self.before = before
    self.after = after
  }

  /// The sampling of an operator that keeps positions as they are.
  static func identity(size: Int) -> Self {
    Self(columnIsFine: false, kernel: 1, stride: 1, columnSize: size, rowSize: size)
  }

  /// The place of the middle tap of a layer's kernel.
  static func centre(kernel: Int) -> Int { (kernel - 1) / 2 }

  /// The side f of the kernel.
  public var kernel: Int { step.kernel }
  /// The stride s.
  public var stride: Int { step.stride }
}

extension Sampling {
  /// Whether ways are counted, because windows overlap twice or more and a position is reached in many.
  ///
  /// Elsewhere each way is listed.
  var countsWays: Bool { (before + after).count { $0.kernel > $0.stride } > 1 }
}

/// All pairs of positions that a sampling ties, in one dimension.
struct SamplingLinks {
  /// A position of the other grid, the tap that ties it, counted from 0, and in how many ways.
  struct Link {
    let tap: Int
    let position: Int
    var ways = 1.0
  }

  /// For each position of the column those of the row, by tap.
  private(set) var rows: [[Link]]
  /// For each position of the row those of the column.
  private(set) var columns: [[Link]]

  init(_ sampling: Sampling) {
    let (fineSize, coarseSize) =
      sampling.columnIsFine
      ? (sampling.columnSize, sampling.rowSize) : (sampling.rowSize, sampling.columnSize)
    var fine = [[Link]](repeating: [], count: fineSize)
    var coarse = [[Link]](repeating: [], count: coarseSize)
    // The grid that the taps of the weight lie on.
    let middle = sampling.before.last?.coarseSize ?? fineSize
    let counts = sampling.countsWays
    for y in 0..<coarseSize {
      var starts = [Link(tap: 0, position: y)]
      for step in sampling.after.reversed() { starts = step.places(of: starts, counts: counts) }
      for tap in 0..<sampling.step.kernel {
        var places = starts.map { start in
          Link(
            tap: tap,
            position: modulo(
              sampling.step.stride * start.position + tap * sampling.step.dilation
                + sampling.step.offset, middle), ways: start.ways)
        }
        for step in sampling.before.reversed() {
          places = step.places(of: places, counts: counts)
        }
        for place in places {
          coarse[y].append(place)
          fine[place.position].append(Link(tap: tap, position: y, ways: place.ways))
        }
      }
    }
    for place in fine.indices { fine[place].sort { ($0.tap, $0.position) < ($1.tap, $1.position) } }
    (rows, columns) = sampling.columnIsFine ? (fine, coarse) : (coarse, fine)
  }
}

extension UnitGraph.Step {
  /// The fine positions that coarse ones are made of; each once, if ways are counted.
  fileprivate func places(of coarse: [SamplingLinks.Link], counts: Bool) -> [SamplingLinks.Link] {
    let all = coarse.flatMap { link in
      (0..<kernel).map { tap in
        SamplingLinks.Link(
          tap: link.tap,
          position: modulo(stride * link.position + tap * dilation + offset, fineSize),
          ways: link.ways)
      }
    }
    guard counts else { return all }
    var (found, result) = ([Int: Int](), [SamplingLinks.Link]())
    for link in all {
      if let place = found[link.position] {
        result[place].ways += link.ways
      } else {
        found[link.position] = result.count
        result.append(link)
      }
    }
    return result
  }
}

private func modulo(_ value: Int, _ size: Int) -> Int {
  let rest = value % size
  return rest < 0 ? rest + size : rest
}
