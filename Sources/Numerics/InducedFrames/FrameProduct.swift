import OpenBLAS

/// Products of an induced frame, its columns normalised, with vectors: x ↦ F x and y ↦ Fᵀ y.
///
/// Vectors lie position by position, channels contiguous, so that a term maps all positions of its
/// column with one product of matrices, whose rows are then added where their taps fall.
struct FrameProduct {
  private struct Part {
    let term: InducedFrame.Term
    let row: Int
    /// The segments of the term.
    let segments: [TermSegment]
    /// The taps of every column position, one position behind the other.
    let targets: [Target]
    /// Where the taps of each position begin, and where the last ones end.
    let starts: [Int]
  }

  /// A tap, the row position that it ties a column position to, and in how many ways.
  private struct Target {
    let tap: Int
    let position: Int
    let ways: Double
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
        let (targets, starts) = Self.targets(term.sampling)
        let segments = frame.segments(term, rowChannels: row.channels)
        parts.append(
          Part(term: term, row: index, segments: segments, targets: targets, starts: starts))
        let taps = term.sampling.kernel * term.sampling.kernel
        let positions = term.sampling.columnSize * term.sampling.columnSize
        for segment in segments {
          guard case .weight(let weight, _, _) = segment.content else { continue }
          largest = max(largest, taps * blocks.panels[weight].tapHeight * positions)
        }
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

  private static func targets(_ sampling: Sampling) -> ([Target], starts: [Int]) {
    let links = SamplingLinks(sampling).rows
    var targets: [Target] = []
    var starts = [0]
    for vertical in 0..<sampling.columnSize {
      for horizontal in 0..<sampling.columnSize {
        for top in links[vertical] {
          for left in links[horizontal] {
            targets.append(
              Target(
                tap: top.tap * sampling.kernel + left.tap,
                position: top.position * sampling.rowSize + left.position,
                ways: top.ways * left.ways))
          }
        }
        starts.append(targets.count)
      }
    }
    return (targets, starts)
  }

  /// The panel of a segment, and the place of its first number; nil for ones.
  private func panel(_ segment: TermSegment) -> (panel: WeightPanels.Panel, start: Int, first: Int)?
  {
    guard case .weight(let weight, let column, let channel) = segment.content else { return nil }
    let panel = blocks.panels[weight]
    return (panel, panel.start + column * panel.stride, channel)
  }

  /// Sets y to F x.
  mutating func apply(_ x: [Double], into y: inout [Double]) {
    for index in y.indices { y[index] = 0 }
    for index in 0..<count { scaled[index] = x[index] * scales[index] }
    for part in parts {
      let column = blocks.frame.columns[part.term.column]
      let rows = blocks.frame.rows[part.row].channels
      let positions = column.size * column.size
      for segment in part.segments {
        let start = columnStarts[part.term.column] + segment.columns.lowerBound
        guard let (panel, first, channel) = panel(segment) else {
          forEachSelected(part, segment) { x, y0, ways in
            y[y0] += part.term.factor * ways * scaled[x]
          }
          continue
        }
        addProduct(
          .none, .none, rows: panel.stride, columns: positions, inner: segment.columns.count,
          factor: part.term.factor, blocks.panels.values, at: first, stride: panel.stride,
          scaled, at: start, stride: column.channels, keeping: 0, to: &scratch, at: 0,
          stride: panel.stride)
        for position in 0..<positions {
          for target in part.targets[part.starts[position]..<part.starts[position + 1]] {
            let to = rowStarts[part.row] + target.position * rows + segment.rows.lowerBound
            let from = position * panel.stride + target.tap * panel.tapHeight + channel
            for row in 0..<segment.rows.count { y[to + row] += target.ways * scratch[from + row] }
          }
        }
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
      for segment in part.segments {
        let start = columnStarts[part.term.column] + segment.columns.lowerBound
        guard let (panel, first, channel) = panel(segment) else {
          forEachSelected(part, segment) { to, y0, ways in
            x[to] += part.term.factor * ways * y[y0]
          }
          continue
        }
        for index in 0..<positions * panel.stride { scratch[index] = 0 }
        for position in 0..<positions {
          for target in part.targets[part.starts[position]..<part.starts[position + 1]] {
            let from = rowStarts[part.row] + target.position * rows + segment.rows.lowerBound
            let to = position * panel.stride + target.tap * panel.tapHeight + channel
            for row in 0..<segment.rows.count { scratch[to + row] += target.ways * y[from + row] }
          }
        }
        addProduct(
          .transpose, .none, rows: segment.columns.count, columns: positions, inner: panel.stride,
          factor: part.term.factor, blocks.panels.values, at: first, stride: panel.stride,
          scratch, at: 0, stride: panel.stride, to: &x, at: start, stride: column.channels)
      }
    }
    for index in 0..<count { x[index] *= scales[index] }
  }

  /// Calls back with the places in x and y that ones join, and in how many ways.
  private func forEachSelected(
    _ part: Part, _ segment: TermSegment, _ body: (Int, Int, Double) -> Void
  ) {
    let column = blocks.frame.columns[part.term.column]
    let rows = blocks.frame.rows[part.row].channels
    for position in 0..<column.size * column.size {
      let from =
        columnStarts[part.term.column] + position * column.channels + segment.columns.lowerBound
      for target in part.targets[part.starts[position]..<part.starts[position + 1]] {
        let to = rowStarts[part.row] + target.position * rows + segment.rows.lowerBound
        for channel in 0..<segment.rows.count { body(from + channel, to + channel, target.ways) }
      }
    }
  }
}
