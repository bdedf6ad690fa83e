import Architectures
import OpenBLAS

/// The blocks of an induced Gram matrix at given weights, one class of positions after another.
struct GramBlocks {
  let frame: InducedFrame
  let plan: BlockPlan
  /// The classes of each pair of the plan.
  let classes: [[PlaneClass]]
  /// The norm class of each position of a column, in one dimension.
  private let positionNorms: [[Int]]
  private let normCounts: [Int]
  let panels: WeightPanels
  /// One over the norms of each column's channels, by norm class in the plane.
  private(set) var scales: [[Double]]
  private var squares: [Double]

  /// The blocks of a chain, a residual or a dense network.
  init(_ frame: InducedFrame, weights: NetworkWeights, cache: inout StructureCache) {
    self.init(frame, tensors: frame.tensors(weights), cache: &cache)
  }

  /// The blocks at the tensors that the frame's weights name.
  init(_ frame: InducedFrame, tensors: [WeightTensor], cache: inout StructureCache) {
    let plan = BlockPlan(frame, cache: &cache)
    let normCounts = plan.columns.map { cache.normCount(column: $0) }
    self.frame = frame
    self.plan = plan
    self.normCounts = normCounts
    positionNorms = plan.columns.map { cache.normClasses(column: $0) }
    classes = plan.pairs.map { pair in
      cache.planeClasses(
        pair: pair.classes, sameColumn: pair.left == pair.right,
        normCounts: (normCounts[pair.left], normCounts[pair.right]))
    }
    panels = WeightPanels(frame, tensors)
    scales = zip(frame.columns, normCounts).map { column, count in
      // Combinations of norm classes that no position has keep a scale of 1.
      [Double](repeating: 1, count: count * count * column.channels)
    }
    squares = [Double](repeating: 0, count: frame.columns.map(\.channels).max() ?? 0)
    findScales()
  }

  /// The number of channels of a pair's columns.
  func widths(_ pair: BlockPair) -> (left: Int, right: Int) {
    (frame.columns[pair.left].channels, frame.columns[pair.right].channels)
  }

  /// The places of one over the norms of a column's channels at a position.
  func scales(of column: Int, vertical: Int, horizontal: Int) -> ArraySlice<Double> {
    let positions = positionNorms[column]
    let index = positions[vertical] * normCounts[column] + positions[horizontal]
    let width = frame.columns[column].channels
    return scales[column][index * width..<(index + 1) * width]
  }

  /// The first block column with a column that has no direction, its norm being zero, NaN or infinite;
  /// nil where every one has one.
  var columnWithoutDirection: Int? {
    scales.firstIndex { !$0.allSatisfy { $0 > 0 && $0.isFinite } }
  }

  /// Whether every column has a direction.
  var isFinite: Bool { columnWithoutDirection == nil }

  /// What a term takes from a panel, if it ties all channels of its column.
  enum Operand {
    /// A panel's columns from a place on.
    case weight(start: Int, stride: Int)
    /// Ones from a row channel on.
    case selector(Int)
  }

  func operand(_ term: InducedFrame.Term) -> Operand {
    precondition(
      term.extent == nil && frame.isWhole(term), "gradients are those of layers without groups")
    switch term.channels {
    case .synthesis(let weight):
      let panel = panels[weight]
      return .weight(start: panel.start, stride: panel.stride)
    case .analysis(let weight, let first):
      let panel = panels[weight]
      return .weight(start: panel.start + first * panel.stride, stride: panel.stride)
    case .selector(let first): return .selector(first)
    }
  }

  /// Computes the products of the columns' channels in a class, before columns are normalised.
  ///
  /// - Parameters:
  ///   - pair: the columns.
  ///   - plane: the class of their positions.
  ///   - runs: the entries that products reach; nil if all others are to be zero.
  ///   - block: left × right channels, column-major; overwritten.
  func form(
    _ pair: BlockPair, _ plane: PlaneClass, _ runs: BlockRuns? = nil, into block: inout [Double]
  ) {
    let (height, right) = widths(pair)
    if let runs {
      for run in runs.runs {
        let first = run.right * height
        for index in first + run.left.lowerBound..<first + run.left.upperBound { block[index] = 0 }
      }
    } else {
      for index in 0..<height * right { block[index] = 0 }
    }
    for product in pair.products {
      let factor = product.left.factor * product.right.factor
      frame.forEachMeeting(product.left, product.right, rowChannels: product.rowChannels) {
        left, right, rows in
        for run in plane.runs[product.meeting] {
          add(left, right, run, rows, factor * run.ways, height: height, to: &block)
        }
      }
    }
  }

  /// Divides some entries of a block by the norms of its columns.
  func normalize(
    _ pair: BlockPair, _ plane: PlaneClass, _ runs: BlockRuns, _ block: inout [Double]
  ) {
    let (left, right) = widths(pair)
    let (first, second) = (plane.leftNorm * left, plane.rightNorm * right)
    for run in runs.runs {
      let scale = scales[pair.right][second + run.right]
      for a in run.left { block[a + run.right * left] *= scales[pair.left][first + a] * scale }
    }
  }

  /// Where the numbers of a segment lie.
  private func place(
    _ segment: TermSegment, from row: Int
  ) -> (start: Int, stride: Int, tapHeight: Int)? {
    guard case .weight(let weight, let column, let channel) = segment.content else { return nil }
    let panel = panels[weight]
    let start = panel.start + column * panel.stride + channel + row - segment.rows.lowerBound
    return (start, panel.stride, panel.tapHeight)
  }

  private func add(
    _ first: TermSegment, _ second: TermSegment, _ run: TapRun, _ rows: Range<Int>,
    _ factor: Double, height: Int, to block: inout [Double]
  ) {
    let corner = first.columns.lowerBound + second.columns.lowerBound * height
    let (left, right) = (first.columns.count, second.columns.count)
    switch (place(first, from: rows.lowerBound), place(second, from: rows.lowerBound)) {
    case (let a?, let b?):
      // Whole taps that follow one another are one product.
      let isWhole = rows.count == a.tapHeight && rows.count == b.tapHeight
      for tap in 0..<(isWhole ? 1 : run.count) {
        addProduct(
          .transpose, .none, rows: left, columns: right,
          inner: isWhole ? run.count * rows.count : rows.count, factor: factor,
          panels.values, at: a.start + (run.left + tap) * a.tapHeight, stride: a.stride,
          panels.values, at: b.start + (run.right + tap) * b.tapHeight, stride: b.stride,
          to: &block, at: corner, stride: height)
      }
    case (nil, let b?):
      let shift = first.columns.lowerBound - first.rows.lowerBound
      for column in 0..<right {
        let place = b.start + column * b.stride + run.right * b.tapHeight
        let target =
          rows.lowerBound + shift + (second.columns.lowerBound + column) * height
        for row in 0..<rows.count { block[target + row] += factor * panels.values[place + row] }
      }
    case (let a?, nil):
      let shift = second.columns.lowerBound - second.rows.lowerBound
      for column in 0..<left {
        let place = a.start + column * a.stride + run.left * a.tapHeight
        let target =
          first.columns.lowerBound + column + (rows.lowerBound + shift) * height
        for row in 0..<rows.count {
          block[target + row * height] += factor * panels.values[place + row]
        }
      }
    case (nil, nil):
      let shifts = (
        first.columns.lowerBound - first.rows.lowerBound,
        second.columns.lowerBound - second.rows.lowerBound
      )
      for row in rows { block[row + shifts.0 + (row + shifts.1) * height] += factor }
    }
  }

  /// The norms are the diagonals of a column's blocks with itself at y′ = y.
  private mutating func findScales() {
    let frame = frame
    for (index, pair) in plan.pairs.enumerated() where pair.left == pair.right {
      let width = frame.columns[pair.left].channels
      for plane in classes[index] where plane.isDiagonal {
        for channel in 0..<width { squares[channel] = 0 }
        for product in pair.products {
          let factor = product.left.factor * product.right.factor
          frame.forEachMeeting(product.left, product.right, rowChannels: product.rowChannels) {
            left, right, rows in
            for run in plane.runs[product.meeting] {
              addDiagonal(left, right, run, rows, factor * run.ways)
            }
          }
        }
        for channel in 0..<width {
          scales[pair.left][plane.leftNorm * width + channel] = 1 / squares[channel].squareRoot()
        }
      }
    }
  }

  private mutating func addDiagonal(
    _ first: TermSegment, _ second: TermSegment, _ run: TapRun, _ rows: Range<Int>,
    _ factor: Double
  ) {
    let channels = first.columns.clamped(to: second.columns)
    guard !channels.isEmpty else { return }
    let skipped = (
      channels.lowerBound - first.columns.lowerBound,
      channels.lowerBound - second.columns.lowerBound
    )
    switch (place(first, from: rows.lowerBound), place(second, from: rows.lowerBound)) {
    case (let a?, let b?):
      let isWhole = rows.count == a.tapHeight && rows.count == b.tapHeight
      let (count, length) =
        isWhole ? (1, run.count * rows.count) : (run.count, rows.count)
      for channel in 0..<channels.count {
        let x = a.start + (skipped.0 + channel) * a.stride + run.left * a.tapHeight
        let y = b.start + (skipped.1 + channel) * b.stride + run.right * b.tapHeight
        var sum = 0.0
        for tap in 0..<count {
          for index in 0..<length {
            sum +=
              panels.values[x + tap * a.tapHeight + index]
              * panels.values[y + tap * b.tapHeight + index]
          }
        }
        squares[channels.lowerBound + channel] += factor * sum
      }
    case (nil, let b?):
      // The row that an identity ties a channel to.
      let shift = first.rows.lowerBound - first.columns.lowerBound
      for channel in channels where rows.contains(channel + shift) {
        let column = channel - second.columns.lowerBound
        let place = b.start + column * b.stride + run.right * b.tapHeight
        squares[channel] += factor * panels.values[place + channel + shift - rows.lowerBound]
      }
    case (let a?, nil):
      let shift = second.rows.lowerBound - second.columns.lowerBound
      for channel in channels where rows.contains(channel + shift) {
        let column = channel - first.columns.lowerBound
        let place = a.start + column * a.stride + run.left * a.tapHeight
        squares[channel] += factor * panels.values[place + channel + shift - rows.lowerBound]
      }
    case (nil, nil):
      let shifts = (
        first.rows.lowerBound - first.columns.lowerBound,
        second.rows.lowerBound - second.columns.lowerBound
      )
      guard shifts.0 == shifts.1 else { return }
      for channel in channels where rows.contains(channel + shifts.0) {
        squares[channel] += Double(run.count) * factor
      }
    }
  }
}
