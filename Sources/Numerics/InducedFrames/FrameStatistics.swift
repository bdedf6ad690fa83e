public import Architectures

/// The statistics of an induced frame at given weights, exact but for rounding.
///
/// All weights are divided by their rows' norms first. If a column of the frame then has no direction
/// (a row of zeros, one that is not finite, or taps that wrap around the image and cancel), every
/// statistic is NaN.
public struct FrameStatistics: Hashable, Sendable {
  /// ‖G‖², the sum of squares of the Gram matrix.
  ///
  /// **Source**: J. Benedetto & M. Fickus, "Finite normalized tight frames", 2003.
  public private(set) var framePotential: Double
  /// (‖G‖² − K) / N, the mean square of the off-diagonal entries that are not identically zero.
  ///
  /// NaN where N = 0.
  ///
  /// **Source**: Murdock & Lucey, "Dataless Model Selection with the Deep Frame Potential", 2020.
  public private(set) var deepFramePotential: Double
  /// The largest |G_ab| of two different atoms, 0 for a single atom.
  ///
  /// **Range**: 0 ≤ coherence ≤ 1.
  public private(set) var mutualCoherence: Double
  /// The sum of |G_ab| over different atoms, divided by N; NaN where N = 0.
  public private(set) var meanCoherence: Double
  /// The index of the first unit, of plain networks the first layer, with a column that has no direction;
  /// nil where statistics are defined.
  public private(set) var layerWithoutDirection: Int?
  /// The frame bounds, if they were asked for.
  public private(set) var bounds: InducedFrameBounds

  /// Computes the statistics.
  ///
  /// - Parameters:
  ///   - architecture: the architecture.
  ///   - weights: a weight for every layer and projection, of the shapes that they have.
  ///   - bounds: whether the frame bounds are wanted, whose cost grows with the image.
  ///   - cache: what earlier calls found; any cache gives the same numbers.
  ///   - shouldStop: called between products of matrices; what it throws ends the computation.
  ///
  /// **Complexity**: products of channel × channel matrices only, whatever the image's size; see
  /// `StatisticsCost`.
  public init(
    _ architecture: Architecture, weights: NetworkWeights, bounds: Bool = false,
    cache: inout StructureCache, shouldStop: () throws -> Void
  ) throws {
    let frame = InducedFrame(architecture)
    try self.init(
      frame, tensors: frame.tensors(weights), bounds: bounds, cache: &cache, shouldStop: shouldStop)
  }

  /// Computes the statistics of a frame.
  ///
  /// - Parameters:
  ///   - frame: the frame.
  ///   - tensors: the tensors that its weights name.
  ///   - bounds: whether the frame bounds are wanted, whose cost grows with the image.
  ///   - cache: what earlier calls found; any cache gives the same numbers.
  ///   - shouldStop: called between products of matrices; what it throws ends the computation.
  public init(
    _ frame: InducedFrame, tensors: [WeightTensor], bounds: Bool = false,
    cache: inout StructureCache, shouldStop: () throws -> Void
  ) throws {
    let blocks = GramBlocks(frame, tensors: tensors, cache: &cache)
    let structure = FrameStructure(frame, plan: blocks.plan, cache: cache)
    try self.init(blocks, structure, shouldStop: shouldStop)
    if bounds { self.bounds = try InducedFrameBounds(blocks, shouldStop: shouldStop) }
  }

  /// Computes all statistics but the bounds, however long that takes.
  public init(
    _ architecture: Architecture, weights: NetworkWeights, cache: inout StructureCache
  ) {
    let frame = InducedFrame(architecture)
    let blocks = GramBlocks(frame, weights: weights, cache: &cache)
    self.init(blocks, FrameStructure(frame, plan: blocks.plan, cache: cache), shouldStop: {})
  }

  init(_ blocks: GramBlocks, _ structure: FrameStructure, shouldStop: () throws -> Void) rethrows {
    bounds = .notRequested
    layerWithoutDirection = blocks.columnWithoutDirection
    guard layerWithoutDirection == nil else {
      (framePotential, deepFramePotential) = (.nan, .nan)
      (mutualCoherence, meanCoherence) = (.nan, .nan)
      return
    }
    var squares = 0.0
    var sum = 0.0
    var largest = 0.0
    var block: [Double] = []
    for (index, pair) in blocks.plan.pairs.enumerated() {
      let (left, right) = blocks.widths(pair)
      if block.count < left * right { block = [Double](repeating: 0, count: left * right) }
      let runs = BlockRuns(blocks.frame, pair)
      for plane in blocks.classes[index] {
        try shouldStop()
        blocks.form(pair, plane, runs, into: &block)
        blocks.normalize(pair, plane, runs, &block)
        if plane.isDiagonal {
          for a in 0..<left { block[a + a * left] = 0 }
        }
        let part = Self.sums(block, runs, height: left)
        squares += Double(plane.count) * part.squares
        sum += Double(plane.count) * part.sum
        largest = max(largest, part.largest)
      }
    }
    framePotential = Double(structure.atomCount) + squares
    // Not from the frame potential: subtracting K would cost digits.
    deepFramePotential =
      structure.gramNonzeros == 0 ? .nan : squares / Double(structure.gramNonzeros)
    mutualCoherence = largest
    meanCoherence = structure.gramNonzeros == 0 ? .nan : sum / Double(structure.gramNonzeros)
  }

  /// Sums over the entries that are not zero, in the order of the block.
  private static func sums(
    _ block: [Double], _ runs: BlockRuns, height: Int
  ) -> (squares: Double, sum: Double, largest: Double) {
    var squares = 0.0
    var sum = 0.0
    var largest = 0.0
    for run in runs.runs {
      for a in run.left {
        let value = abs(block[a + run.right * height])
        squares += value * value
        sum += value
        largest = max(largest, value)
      }
    }
    return (squares, sum, largest)
  }
}
