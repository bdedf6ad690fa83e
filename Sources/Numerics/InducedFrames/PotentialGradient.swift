import Architectures
import OpenBLAS

/// The frame potential as a function of the numbers of all panels, with its gradient.
///
/// ‖G‖² = K + Σ n Σ (C_ab s_a s_b)² over classes of n entries with blocks C, where s = 1/√D and D is
/// the diagonal of a column's block with itself. So with H_ab = C_ab s_a s_b
///
///   ∂/∂C_ab = 2 n H_ab s_a s_b,    ∂/∂D_a = −s_a² Σ n H_ab² over all that atom a meets,
///
/// and both C and D are sums of products of panels, whose derivatives are products again.
struct PotentialGradient {
  private(set) var blocks: GramBlocks
  /// The atom of every number of the panels, atoms counted over all panels.
  let atoms: [Int]
  /// The number of copies of each number's atom in the frame: the positions of its layer's output.
  let copies: [Double]
  private let columnCount: Double
  private var block: [Double]
  /// Σ n H² for every column's atoms, by norm class.
  private var shares: [[Double]]
  private var sums: [Double]

  /// The number of variables.
  var count: Int { atoms.count }

  init(_ blocks: GramBlocks, atomCount: Int) {
    self.blocks = blocks
    columnCount = Double(atomCount)
    var atoms = [Int](repeating: 0, count: blocks.panels.values.count)
    var first = 0
    for panel in blocks.panels.panels {
      WeightPanels.forEachEntry(panel) { atom, index in atoms[index] = first + atom }
      first += panel.atoms
    }
    self.atoms = atoms
    var copies = [Double](repeating: 1, count: atoms.count)
    for (panel, weight) in zip(blocks.panels.panels, blocks.frame.weights) {
      WeightPanels.forEachEntry(panel) { _, index in copies[index] = Double(weight.copies) }
    }
    self.copies = copies
    let largest = blocks.plan.pairs.map { blocks.widths($0).left * blocks.widths($0).right }.max()
    block = [Double](repeating: 0, count: largest ?? 0)
    shares = blocks.scales.map { [Double](repeating: 0, count: $0.count) }
    sums = [Double](repeating: 0, count: first)
  }

  /// Computes the potential and its gradient along the product of spheres.
  ///
  /// - Parameters:
  ///   - point: atoms of unit norm.
  ///   - gradient: overwritten by the part of the gradient that is tangent to all spheres.
  ///   - shouldStop: called between blocks.
  mutating func evaluate(
    at point: [Double], gradient: inout [Double], shouldStop: () throws -> Void
  ) rethrows -> Double {
    blocks.setPanels(point)
    for index in gradient.indices { gradient[index] = 0 }
    for column in shares.indices {
      for index in shares[column].indices { shares[column][index] = 0 }
    }
    var squares = 0.0
    for index in blocks.plan.pairs.indices {
      for plane in blocks.classes[index].indices {
        try shouldStop()
        squares += addBlock(pair: index, plane: plane, &gradient)
      }
    }
    addNorms(&gradient)
    project(&gradient, at: point)
    return columnCount + squares
  }

  /// Removes the parts of a vector that are normal to the spheres.
  mutating func project(_ vector: inout [Double], at point: [Double]) {
    for atom in sums.indices { sums[atom] = 0 }
    for index in vector.indices { sums[atoms[index]] += vector[index] * point[index] }
    for index in vector.indices { vector[index] -= sums[atoms[index]] * point[index] }
  }

  /// Divides every atom by its norm.
  mutating func normalize(_ point: inout [Double]) {
    for atom in sums.indices { sums[atom] = 0 }
    for index in point.indices { sums[atoms[index]] += point[index] * point[index] }
    for atom in sums.indices { sums[atom] = 1 / sums[atom].squareRoot() }
    for index in point.indices { point[index] *= sums[atoms[index]] }
  }

  private mutating func addBlock(pair index: Int, plane planeIndex: Int, _ gradient: inout [Double])
    -> Double
  {
    let pair = blocks.plan.pairs[index]
    let plane = blocks.classes[index][planeIndex]
    let (left, right) = blocks.widths(pair)
    let (leftStart, rightStart) = (plane.leftNorm * left, plane.rightNorm * right)
    let count = Double(plane.count)
    blocks.form(pair, plane, into: &block)
    if plane.isDiagonal {
      for a in 0..<left { block[a + a * left] = 0 }
    }
    var total = 0.0
    for b in 0..<right {
      let rightScale = blocks.scales[pair.right][rightStart + b]
      var columnSum = 0.0
      for a in 0..<left {
        let scale = blocks.scales[pair.left][leftStart + a] * rightScale
        let value = block[a + b * left] * scale
        let square = count * value * value
        columnSum += square
        shares[pair.left][leftStart + a] += square
        block[a + b * left] = 2 * count * value * scale
      }
      shares[pair.right][rightStart + b] += columnSum
      total += columnSum
    }
    for product in pair.products {
      for run in plane.runs[product.meeting] {
        spread(product, run, (left, right), &gradient)
      }
    }
    return total
  }

  /// Adds what a block's derivative says about the panels of a product.
  private func spread(
    _ product: BlockPair.Product, _ run: TapRun, _ widths: (left: Int, right: Int),
    _ gradient: inout [Double]
  ) {
    let sign = product.left.factor * product.right.factor
    let rows = product.rowChannels
    let inner = run.count * rows
    let values = blocks.panels.values
    switch (blocks.operand(product.left), blocks.operand(product.right)) {
    case (.weight(let a, let aStride), .weight(let b, let bStride)):
      let (x, y) = (a + run.left * rows, b + run.right * rows)
      addProduct(
        .none, .transpose, rows: inner, columns: widths.left, inner: widths.right, factor: sign,
        values, at: y, stride: bStride, block, at: 0, stride: widths.left, to: &gradient, at: x,
        stride: aStride)
      addProduct(
        .none, .none, rows: inner, columns: widths.right, inner: widths.left, factor: sign,
        values, at: x, stride: aStride, block, at: 0, stride: widths.left, to: &gradient, at: y,
        stride: bStride)
    case (.selector(let channel), .weight(let start, let stride)):
      for b in 0..<widths.right {
        let place = start + b * stride + run.right * rows + channel
        for a in 0..<widths.left { gradient[place + a] += sign * block[a + b * widths.left] }
      }
    case (.weight(let start, let stride), .selector(let channel)):
      for a in 0..<widths.left {
        let place = start + a * stride + run.left * rows + channel
        for b in 0..<widths.right { gradient[place + b] += sign * block[a + b * widths.left] }
      }
    case (.selector, .selector): break
    }
  }

  /// Adds what the norms of the columns contribute.
  private func addNorms(_ gradient: inout [Double]) {
    for (index, pair) in blocks.plan.pairs.enumerated() where pair.left == pair.right {
      let width = blocks.frame.columns[pair.left].channels
      for plane in blocks.classes[index] where plane.isDiagonal {
        for channel in 0..<width {
          let place = plane.leftNorm * width + channel
          let scale = blocks.scales[pair.left][place]
          let factor = -scale * scale * shares[pair.left][place]
          for product in pair.products {
            for run in plane.runs[product.meeting] {
              spreadNorm(product, run, channel, factor, &gradient)
            }
          }
        }
      }
    }
  }

  private func spreadNorm(
    _ product: BlockPair.Product, _ run: TapRun, _ channel: Int, _ factor: Double,
    _ gradient: inout [Double]
  ) {
    let factor = factor * product.left.factor * product.right.factor
    let rows = product.rowChannels
    switch (blocks.operand(product.left), blocks.operand(product.right)) {
    case (.weight(let a, let aStride), .weight(let b, let bStride)):
      let x = a + channel * aStride + run.left * rows
      let y = b + channel * bStride + run.right * rows
      for index in 0..<run.count * rows {
        gradient[x + index] += factor * blocks.panels.values[y + index]
        gradient[y + index] += factor * blocks.panels.values[x + index]
      }
    case (.selector(let first), .weight(let start, let stride)):
      gradient[start + channel * stride + run.right * rows + first + channel] += factor
    case (.weight(let start, let stride), .selector(let first)):
      gradient[start + channel * stride + run.left * rows + first + channel] += factor
    case (.selector, .selector): break
    }
  }
}
