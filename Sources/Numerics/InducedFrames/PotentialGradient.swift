/// The frame potential as a function of the numbers of all panels, with its gradient.
///
/// ‖G‖² = K + Σ n Σ (C_ab s_a s_b)² over classes of n entries with blocks C, where s = 1/√D and D is
/// the diagonal of a column's block with itself. So with H_ab = C_ab s_a s_b
///
///   ∂/∂C_ab = 2 n H_ab s_a s_b,    ∂/∂D_a = −s_a² Σ n H_ab² over all that atom a meets,
///
/// and both C and D are sums of products of panels, whose derivatives are products again.
struct PotentialGradient {
  /// The panels that the variables fill; their own numbers are of no use here.
  let panels: WeightPanels
  /// Which of them belong to which atom.
  let runs: AtomRuns
  private let steps: GramSteps
  /// One over the number of copies of each number's atom in the frame: the positions of its layer's
  /// output.
  let shares: [Double]
  private let columnCount: Double
  private var block: [Double]
  /// One over the norm of each channel of each column, by norm class.
  private var scales: [Double]
  /// Σ n H² of each of them.
  private var sums: [Double]
  /// A number for each atom, while it is of use.
  private var atomSums: [Double]

  /// The number of variables.
  var count: Int { shares.count }

  init(_ blocks: GramBlocks, atomCount: Int) {
    panels = blocks.panels
    steps = GramSteps(blocks)
    runs = AtomRuns(panels)
    columnCount = Double(atomCount)
    var shares = [Double](repeating: 1, count: panels.values.count)
    for (panel, weight) in zip(panels.panels, blocks.frame.weights) {
      for index in panel.places { shares[index] = 1 / Double(weight.copies) }
    }
    self.shares = shares
    block = [Double](repeating: 0, count: steps.largestBlock)
    // Combinations of norm classes that no position has keep a scale of 1.
    scales = [Double](repeating: 1, count: steps.scaleCount)
    sums = [Double](repeating: 0, count: steps.scaleCount)
    atomSums = [Double](repeating: 0, count: runs.count)
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
    precondition(point.count == count && gradient.count == count, "a number for each variable")
    for index in gradient.indices { gradient[index] = 0 }
    for index in sums.indices { sums[index] = 0 }
    for block in steps.blocks where block.isDiagonal { steps.findScales(block, point, &scales) }
    var squares = 0.0
    for own in steps.blocks {
      try shouldStop()
      steps.form(own, point, into: &block)
      squares += steps.weigh(own, scales, &block, &sums)
      steps.spread(own, block, point, &gradient)
    }
    for block in steps.blocks where block.isDiagonal {
      steps.spreadNorms(block, scales, sums, point, &gradient)
    }
    project(&gradient, at: point)
    return columnCount + squares
  }

  /// Removes the parts of a vector that are normal to the spheres.
  mutating func project(_ vector: inout [Double], at point: [Double]) {
    runs.sum(vector, point, into: &atomSums)
    runs.subtract(point, times: atomSums, from: &vector)
  }

  /// Divides every atom by its norm.
  mutating func normalize(_ point: inout [Double]) {
    runs.normalize(&point, scales: &atomSums)
  }
}
