import Architectures

/// The blocks of an induced Gram matrix at given weights, one class of positions after another.
struct GramBlocks {
  let frame: InducedFrame
  let plan: BlockPlan
  let cache: StructureCache
  let panels: WeightPanels
  /// One over the norms of each column's channels, by vertical and horizontal norm class.
  private var scales: [[[Double]]] = []

  init(_ frame: InducedFrame, weights: NetworkWeights, cache: inout StructureCache) {
    self.frame = frame
    plan = BlockPlan(frame, cache: &cache)
    self.cache = cache
    panels = WeightPanels(frame, weights: weights)
    scales = plan.columns.map { column in
      let count = cache.normCount(column: column)
      return [[Double]](repeating: [], count: count * count)
    }
    for pair in plan.pairs where pair.left == pair.right { findScales(pair) }
  }

  /// The number of channels of a pair's columns.
  func widths(_ pair: BlockPair) -> (left: Int, right: Int) {
    (frame.columns[pair.left].channels, frame.columns[pair.right].channels)
  }

  /// One over the norms of a column's channels at a position.
  func scales(of column: Int, vertical: Int, horizontal: Int) -> [Double] {
    let classes = cache.normClasses(column: plan.columns[column])
    let count = cache.normCount(column: plan.columns[column])
    return scales[column][classes[vertical] * count + classes[horizontal]]
  }

  /// The panel of a term's weight and the term's first column in it; nil for a selector.
  func panel(of term: InducedFrame.Term) -> (values: [Double], first: Int)? {
    switch operand(term) {
    case .weight(let weight, let column): (panels[weight].values, column)
    case .selector: nil
    }
  }

  /// Whether every column has a direction: no norm is zero, NaN or infinite.
  var isFinite: Bool {
    scales.allSatisfy { $0.allSatisfy { $0.allSatisfy { $0 > 0 && $0.isFinite } } }
  }

  /// Calls back for every class of two positions of a pair's columns.
  ///
  /// Of a column with itself, a class and its transpose hold the same numbers; only the first of them
  /// is reported, with the number of both.
  func forEachClass(
    of pair: BlockPair,
    _ body: (
      _ vertical: PositionClasses.Class, _ horizontal: PositionClasses.Class, _ count: Int
    ) throws -> Void
  ) rethrows {
    let classes = cache[pair.classes].classes
    for (v, vertical) in classes.enumerated() {
      for (h, horizontal) in classes.enumerated() {
        guard vertical.mask & horizontal.mask != 0 else { continue }
        var count = vertical.count * horizontal.count
        if pair.left == pair.right {
          let (tv, th) = (vertical.transpose, horizontal.transpose)
          guard (v, h) <= (tv, th) else { continue }
          if (v, h) != (tv, th) { count *= 2 }
        } else {
          count *= 2
        }
        try body(vertical, horizontal, count)
      }
    }
  }

  /// Computes the block of a class: the products of the columns' channels, normalised.
  ///
  /// - Parameters:
  ///   - pair: the columns.
  ///   - vertical: the class of the pair's vertical positions.
  ///   - horizontal: the class of its horizontal positions.
  ///   - block: left × right channels, column-major; overwritten.
  func form(
    _ pair: BlockPair, _ vertical: PositionClasses.Class, _ horizontal: PositionClasses.Class,
    into block: inout [Double]
  ) {
    let (left, right) = widths(pair)
    for index in 0..<left * right { block[index] = 0 }
    for product in pair.products {
      let (v, h) = (vertical.taps[product.meeting], horizontal.taps[product.meeting])
      guard !v.isEmpty, !h.isEmpty else { continue }
      let kernels = (product.left.sampling.kernel, product.right.sampling.kernel)
      for run in TapRun.runs(vertical: v, horizontal: h, kernels: kernels) {
        add(product, run, widths: (left, right), to: &block)
      }
    }
    let count = scales[pair.left].isEmpty ? 0 : cache.normCount(column: plan.columns[pair.left])
    let other = cache.normCount(column: plan.columns[pair.right])
    let leftScales = scales[pair.left][vertical.leftNorm * count + horizontal.leftNorm]
    let rightScales = scales[pair.right][vertical.rightNorm * other + horizontal.rightNorm]
    for b in 0..<right {
      let scale = rightScales[b]
      for a in 0..<left { block[a + b * left] *= leftScales[a] * scale }
    }
  }

  /// Adds the part of a block that a run of tap pairs contributes to a product of two terms.
  private func add(
    _ product: BlockPair.Product, _ run: TapRun, widths: (left: Int, right: Int),
    to block: inout [Double]
  ) {
    let sign = product.left.sign * product.right.sign
    let rows = product.rowChannels
    switch (operand(product.left), operand(product.right)) {
    case (.weight(let first, let a), .weight(let second, let b)):
      addTransposedProduct(
        rows: widths.left, columns: widths.right, inner: run.count * rows, factor: sign,
        left: panels[first].values, at: a * panels[first].stride + run.left * rows,
        stride: panels[first].stride,
        right: panels[second].values, at: b * panels[second].stride + run.right * rows,
        stride: panels[second].stride, to: &block)
    case (.selector(let first), .weight(let weight, let column)):
      let panel = panels[weight]
      for b in 0..<widths.right {
        let start = (column + b) * panel.stride + run.right * rows + first
        for a in 0..<widths.left { block[a + b * widths.left] += sign * panel.values[start + a] }
      }
    case (.weight(let weight, let column), .selector(let first)):
      let panel = panels[weight]
      for a in 0..<widths.left {
        let start = (column + a) * panel.stride + run.left * rows + first
        for b in 0..<widths.right { block[a + b * widths.left] += sign * panel.values[start + b] }
      }
    case (.selector(let first), .selector(let second)):
      for a in 0..<widths.left where (0..<widths.right).contains(a + first - second) {
        block[a + (a + first - second) * widths.left] += sign
      }
    }
  }

  private enum Operand {
    case weight(InducedFrame.Weight, column: Int)
    case selector(Int)
  }

  private func operand(_ term: InducedFrame.Term) -> Operand {
    switch term.channels {
    case .synthesis(let weight): .weight(weight, column: 0)
    case .analysis(let weight, let first): .weight(weight, column: first)
    case .selector(let first): .selector(first)
    }
  }

  /// The norms are the diagonals of a column's blocks with itself at y′ = y.
  private mutating func findScales(_ pair: BlockPair) {
    let width = frame.columns[pair.left].channels
    let count = cache.normCount(column: plan.columns[pair.left])
    let classes = cache[pair.classes].classes.filter(\.isDiagonal)
    for vertical in classes {
      for horizontal in classes {
        var squares = [Double](repeating: 0, count: width)
        for product in pair.products {
          let taps = (vertical.taps[product.meeting], horizontal.taps[product.meeting])
          let kernels = (product.left.sampling.kernel, product.right.sampling.kernel)
          for run in TapRun.runs(vertical: taps.0, horizontal: taps.1, kernels: kernels) {
            addDiagonal(product, run, to: &squares)
          }
        }
        scales[pair.left][vertical.leftNorm * count + horizontal.leftNorm] = squares.map {
          1 / $0.squareRoot()
        }
      }
    }
  }

  private func addDiagonal(
    _ product: BlockPair.Product, _ run: TapRun, to squares: inout [Double]
  ) {
    let sign = product.left.sign * product.right.sign
    let rows = product.rowChannels
    switch (operand(product.left), operand(product.right)) {
    case (.weight(let first, let a), .weight(let second, let b)):
      let (left, right) = (panels[first], panels[second])
      for channel in squares.indices {
        let x = (a + channel) * left.stride + run.left * rows
        let y = (b + channel) * right.stride + run.right * rows
        var sum = 0.0
        for index in 0..<run.count * rows {
          sum += left.values[x + index] * right.values[y + index]
        }
        squares[channel] += sign * sum
      }
    case (.selector(let first), .weight(let weight, let column)):
      let panel = panels[weight]
      for channel in squares.indices {
        squares[channel] +=
          sign
          * panel.values[(column + channel) * panel.stride + run.right * rows + first + channel]
      }
    case (.weight(let weight, let column), .selector(let first)):
      let panel = panels[weight]
      for channel in squares.indices {
        squares[channel] +=
          sign * panel.values[(column + channel) * panel.stride + run.left * rows + first + channel]
      }
    case (.selector(let first), .selector(let second)):
      guard first == second else { return }
      for channel in squares.indices { squares[channel] += sign }
    }
  }
}
