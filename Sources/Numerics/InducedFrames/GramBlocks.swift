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
  private(set) var panels: WeightPanels
  /// One over the norms of each column's channels, by norm class in the plane.
  private(set) var scales: [[Double]]
  private var squares: [Double]

  init(_ frame: InducedFrame, weights: NetworkWeights, cache: inout StructureCache) {
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
    panels = WeightPanels(frame, weights: weights)
    scales = zip(frame.columns, normCounts).map { column, count in
      // Combinations of norm classes that no position has keep a scale of 1.
      [Double](repeating: 1, count: count * count * column.channels)
    }
    squares = [Double](repeating: 0, count: frame.columns.map(\.channels).max() ?? 0)
    findScales()
  }

  /// Replaces the numbers of all panels, whose atoms have unit norm.
  mutating func setPanels(_ values: [Double]) {
    // Copied: sharing the storage would make the caller's next change allocate.
    for index in values.indices { panels.values[index] = values[index] }
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

  /// What a term takes from a panel.
  enum Operand {
    /// A panel's columns from a place on.
    case weight(start: Int, stride: Int)
    /// Ones from a row channel on.
    case selector(Int)
  }

  func operand(_ term: InducedFrame.Term) -> Operand {
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
  ///   - block: left × right channels, column-major; overwritten.
  func form(_ pair: BlockPair, _ plane: PlaneClass, into block: inout [Double]) {
    let (left, right) = widths(pair)
    for index in 0..<left * right { block[index] = 0 }
    for product in pair.products {
      let (first, second) = (operand(product.left), operand(product.right))
      let sign = product.left.sign * product.right.sign
      for run in plane.runs[product.meeting] {
        add(first, second, run, product.rowChannels, sign, widths: (left, right), to: &block)
      }
    }
  }

  /// Divides a block by the norms of its columns.
  func normalize(_ pair: BlockPair, _ plane: PlaneClass, _ block: inout [Double]) {
    let (left, right) = widths(pair)
    let (first, second) = (plane.leftNorm * left, plane.rightNorm * right)
    for b in 0..<right {
      let scale = scales[pair.right][second + b]
      for a in 0..<left { block[a + b * left] *= scales[pair.left][first + a] * scale }
    }
  }

  private func add(
    _ first: Operand, _ second: Operand, _ run: TapRun, _ rows: Int, _ sign: Double,
    widths: (left: Int, right: Int), to block: inout [Double]
  ) {
    switch (first, second) {
    case (.weight(let a, let aStride), .weight(let b, let bStride)):
      addProduct(
        .transpose, .none, rows: widths.left, columns: widths.right, inner: run.count * rows,
        factor: sign, panels.values, at: a + run.left * rows, stride: aStride,
        panels.values, at: b + run.right * rows, stride: bStride, to: &block, at: 0,
        stride: widths.left)
    case (.selector(let channel), .weight(let start, let stride)):
      for b in 0..<widths.right {
        let place = start + b * stride + run.right * rows + channel
        for a in 0..<widths.left { block[a + b * widths.left] += sign * panels.values[place + a] }
      }
    case (.weight(let start, let stride), .selector(let channel)):
      for a in 0..<widths.left {
        let place = start + a * stride + run.left * rows + channel
        for b in 0..<widths.right { block[a + b * widths.left] += sign * panels.values[place + b] }
      }
    case (.selector(let one), .selector(let other)):
      for a in 0..<widths.left where (0..<widths.right).contains(a + one - other) {
        block[a + (a + one - other) * widths.left] += sign
      }
    }
  }

  /// The norms are the diagonals of a column's blocks with itself at y′ = y.
  private mutating func findScales() {
    for (index, pair) in plan.pairs.enumerated() where pair.left == pair.right {
      let width = frame.columns[pair.left].channels
      for plane in classes[index] where plane.isDiagonal {
        for channel in 0..<width { squares[channel] = 0 }
        for product in pair.products {
          for run in plane.runs[product.meeting] { addDiagonal(product, run, width) }
        }
        for channel in 0..<width {
          scales[pair.left][plane.leftNorm * width + channel] = 1 / squares[channel].squareRoot()
        }
      }
    }
  }

  private mutating func addDiagonal(
    _ product: BlockPair.Product, _ run: TapRun, _ width: Int
  ) {
    let sign = product.left.sign * product.right.sign
    let rows = product.rowChannels
    switch (operand(product.left), operand(product.right)) {
    case (.weight(let a, let aStride), .weight(let b, let bStride)):
      for channel in 0..<width {
        let x = a + channel * aStride + run.left * rows
        let y = b + channel * bStride + run.right * rows
        var sum = 0.0
        for index in 0..<run.count * rows {
          sum += panels.values[x + index] * panels.values[y + index]
        }
        squares[channel] += sign * sum
      }
    case (.selector(let first), .weight(let start, let stride)):
      let place = start + run.right * rows + first
      for channel in 0..<width {
        squares[channel] += sign * panels.values[place + channel * stride + channel]
      }
    case (.weight(let start, let stride), .selector(let first)):
      let place = start + run.left * rows + first
      for channel in 0..<width {
        squares[channel] += sign * panels.values[place + channel * stride + channel]
      }
    case (.selector(let first), .selector(let second)):
      guard first == second else { return }
      for channel in 0..<width { squares[channel] += sign }
    }
  }
}
