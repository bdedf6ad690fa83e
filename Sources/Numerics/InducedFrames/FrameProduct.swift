import OpenBLAS

/// Products of an induced frame, its columns normalised, with vectors: x ↦ F x and y ↦ Fᵀ y.
///
/// Vectors lie position by position, channels contiguous, so that a term maps all positions of its
/// column with one product of matrices, whose rows are then added where their taps fall.
struct FrameProduct {
  private struct Part {
    let term: InducedFrame.Term
    let row: Int
    /// For every column position the row position of each tap, −1 where there is none.
    let targets: [Int]
  }

  private let blocks: GramBlocks
  private let parts: [Part]
  private let columnStarts: [Int]
  private let rowStarts: [Int]
  /// One over the norm of every column.
  private let scales: [Double]
  private var scratch: [Double]
  private var scaled: [Double]

  /// The number D of rows.
  let dimension: Int
  /// The number K of columns.
  let count: Int

  init(_ blocks: GramBlocks) {
    self.blocks = blocks
    let frame = blocks.frame
    var columnStarts: [Int] = []
    var count = 0
    var scales: [Double] = []
    for (index, column) in frame.columns.enumerated() {
      columnStarts.append(count)
      count += column.channels * column.size * column.size
      for vertical in 0..<column.size {
        for horizontal in 0..<column.size {
          scales += blocks.scales(of: index, vertical: vertical, horizontal: horizontal)
        }
      }
    }
    var rowStarts: [Int] = []
    var dimension = 0
    var parts: [Part] = []
    var largest = 0
    for (index, row) in frame.rows.enumerated() {
      rowStarts.append(dimension)
      dimension += row.channels * row.size * row.size
      for term in row.terms {
        parts.append(Part(term: term, row: index, targets: Self.targets(term.sampling)))
        let taps = term.sampling.kernel * term.sampling.kernel
        let positions = term.sampling.columnSize * term.sampling.columnSize
        largest = max(largest, taps * row.channels * positions)
      }
    }
    self.parts = parts
    self.columnStarts = columnStarts
    self.rowStarts = rowStarts
    self.scales = scales
    self.dimension = dimension
    self.count = count
    scratch = [Double](repeating: 0, count: largest)
    scaled = [Double](repeating: 0, count: count)
  }

  private static func targets(_ sampling: Sampling) -> [Int] {
    var targets: [Int] = []
    for vertical in 0..<sampling.columnSize {
      for horizontal in 0..<sampling.columnSize {
        for top in sampling.taps {
          for left in sampling.taps {
            let y = sampling.row(column: vertical, tap: top)
            let x = sampling.row(column: horizontal, tap: left)
            if let y, let x { targets.append(y * sampling.rowSize + x) } else { targets.append(-1) }
          }
        }
      }
    }
    return targets
  }

  /// Sets y to F x.
  mutating func apply(_ x: [Double], into y: inout [Double]) {
    for index in y.indices { y[index] = 0 }
    for index in 0..<count { scaled[index] = x[index] * scales[index] }
    for part in parts {
      let column = blocks.frame.columns[part.term.column]
      let rows = blocks.frame.rows[part.row].channels
      let positions = column.size * column.size
      let start = columnStarts[part.term.column]
      guard case .weight(let first, let height) = blocks.operand(part.term) else {
        forEachSelected(part) { x, y0 in y[y0] += part.term.sign * scaled[x] }
        continue
      }
      addProduct(
        .none, .none, rows: height, columns: positions, inner: column.channels,
        factor: part.term.sign, blocks.panels.values, at: first, stride: height,
        scaled, at: start, stride: column.channels, keeping: 0, to: &scratch, at: 0,
        stride: height)
      for (index, target) in part.targets.enumerated() where target >= 0 {
        let to = rowStarts[part.row] + target * rows
        for channel in 0..<rows { y[to + channel] += scratch[index * rows + channel] }
      }
    }
  }

  /// Sets x to Fᵀ y.
  mutating func applyTransposed(_ y: [Double], into x: inout [Double]) {
    for index in x.indices { x[index] = 0 }
    for part in parts {
      let column = blocks.frame.columns[part.term.column]
      let rows = blocks.frame.rows[part.row].channels
      let positions = column.size * column.size
      let start = columnStarts[part.term.column]
      guard case .weight(let first, let height) = blocks.operand(part.term) else {
        forEachSelected(part) { to, y0 in x[to] += part.term.sign * y[y0] }
        continue
      }
      for (index, target) in part.targets.enumerated() {
        let from = rowStarts[part.row] + target * rows
        for channel in 0..<rows {
          scratch[index * rows + channel] = target < 0 ? 0 : y[from + channel]
        }
      }
      addProduct(
        .transpose, .none, rows: column.channels, columns: positions, inner: height,
        factor: part.term.sign, blocks.panels.values, at: first, stride: height,
        scratch, at: 0, stride: height, to: &x, at: start, stride: column.channels)
    }
    for index in 0..<count { x[index] *= scales[index] }
  }

  /// Calls back with the places in x and y that a selector joins.
  private func forEachSelected(_ part: Part, _ body: (Int, Int) -> Void) {
    guard case .selector(let first) = part.term.channels else { return }
    let column = blocks.frame.columns[part.term.column]
    let rows = blocks.frame.rows[part.row].channels
    for (position, target) in part.targets.enumerated() {
      for channel in 0..<column.channels {
        body(
          columnStarts[part.term.column] + position * column.channels + channel,
          rowStarts[part.row] + target * rows + first + channel)
      }
    }
  }
}
