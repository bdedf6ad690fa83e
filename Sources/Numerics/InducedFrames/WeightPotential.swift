public import Architectures

/// What an atom of the induced frame shares with all others, as a function of a network's weights,
/// with its gradient: (‖G‖² − K)/K, the mean over atoms of Σ G_ab² over b ≠ a.
///
/// Atoms of the weights are divided by their norms first. So the value stays as it is where one is
/// scaled, the gradient is orthogonal to every atom, and it grows as atoms get shorter. All memory is
/// taken once.
///
/// **Source**: ‖G‖² is the potential of Murdock & Lucey, "Dataless Model Selection with the Deep Frame
/// Potential", 2020, and its gradient that of `FrameMinimum`; the division by K is ours. Divided by
/// the N entries of the Gram matrix, as the deep frame potential is, the gradient would vanish as
/// networks get wider.
public struct WeightPotential {
  private var potential: PotentialGradient
  private let atomCount: Double
  /// For each number of the panels its place among the weights.
  private let places: [Int]
  private var point: [Double]
  private var slopes: [Double]
  /// One over the norm of each atom of the weights.
  private var scales: [Double]

  /// Prepares evaluations.
  ///
  /// - Parameters:
  ///   - architecture: the network.
  ///   - layers: where the weight of each layer begins in a vector of all weights; its numbers follow
  ///     one another as in `WeightTensor`.
  ///   - projections: the same for projections, by the layer that adds them.
  public init(_ architecture: Architecture, layers: [Int], projections: [Int: Int]) {
    var cache = StructureCache()
    let frame = InducedFrame(architecture)
    precondition(layers.count == frame.layers.count, "every layer has a weight")
    // Any weights make the blocks; evaluations replace them.
    let blocks = GramBlocks(frame, weights: .ones(frame.layers), cache: &cache)
    let structure = FrameStructure(frame, plan: blocks.plan, cache: cache)
    atomCount = Double(structure.atomCount)
    potential = PotentialGradient(blocks, atomCount: structure.atomCount)
    var places = [Int](repeating: 0, count: potential.count)
    var starts: [Int] = []
    for layer in frame.layers {
      starts.append(layers[layer.index])
      guard layer.skip?.projectionStride != nil else { continue }
      guard let start = projections[layer.index] else {
        preconditionFailure("projections are those of the architecture")
      }
      starts.append(start)
    }
    for (panel, start) in zip(potential.panels.panels, starts) {
      WeightPanels.forEachWeight(panel) { source, index in places[index] = start + source }
    }
    self.places = places
    point = [Double](repeating: 0, count: places.count)
    slopes = point
    scales = [Double](repeating: 0, count: potential.runs.count)
  }

  /// Computes the value and its gradient.
  ///
  /// - Parameters:
  ///   - weights: all weights; what lies between them is left alone.
  ///   - gradient: a vector of the same length, overwritten where the weights are.
  ///   - shouldStop: called between products of matrices; what it throws ends the computation.
  ///
  /// - Returns: (‖G‖² − K)/K, NaN with a gradient of NaN where an atom is zero.
  ///
  /// **Complexity**: three times the products of `StatisticsCost`.
  public mutating func evaluate(
    at weights: [Double], gradient: inout [Double], shouldStop: () throws -> Void
  ) rethrows -> Double {
    precondition(weights.count == gradient.count, "a gradient of other weights")
    for (index, place) in places.enumerated() { point[index] = weights[place] }
    potential.runs.normalize(&point, scales: &scales)
    let value = try potential.evaluate(at: point, gradient: &slopes, shouldStop: shouldStop)
    potential.runs.scale(&slopes, by: scales)
    for (index, place) in places.enumerated() { gradient[place] = slopes[index] / atomCount }
    return (value - atomCount) / atomCount
  }
}
