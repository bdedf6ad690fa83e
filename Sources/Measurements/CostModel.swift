internal import Architectures
internal import InducedFrames
public import SweepSpec

/// What a point will cost on one core.
public struct PointCost: Sendable {
  /// Floating-point operations in products of matrices, over all draws.
  public var flops = 0.0
  /// Bytes in use at the same time.
  public var bytes = 0.0
  /// Predicted time on one core, in seconds.
  public var seconds = 0.0
  /// The part of `seconds` that is an upper bound: descents end when they have converged.
  public var secondsAtMost = 0.0
}

/// Predicts the cost of points from what their statistics do.
///
/// The schedule depends on the ratios of predictions only, and results on none of them.
public struct CostModel {
  /// What a process takes besides its points, in bytes: libraries, buffers of BLAS, the plan.
  public static let processBytes = 45.0 * 0x1p20

  let recipe: Recipe
  var cache = StructureCache()
  let rates: MachineRates
  private var isFirst = true

  /// Prepares predictions for what a sweep measures.
  ///
  /// - Parameters:
  ///   - recipe: what is measured.
  ///   - rates: the machine's, `MachineRates.measured()`; those of a common core where only ratios
  ///     matter.
  public init(_ recipe: Recipe, rates: MachineRates = .common) {
    self.recipe = recipe
    self.rates = rates
  }

  /// The cost of a point.
  public mutating func cost(of point: Point) -> PointCost {
    let architecture = point.architecture
    var cost = PointCost()
    cost.seconds = rates.perPoint + rates.perLayer * Double(architecture.layerCount)
    if recipe.measure.frame.minimum { addMinimum(of: point, to: &cost) }
    let draws = Double(recipe.draws(of: point))
    guard draws > 0 else { return cost }
    addTraining(of: point, draws: draws, to: &cost)
    addCompanions(of: point, draws: draws, to: &cost)
    // Trained weights are measured as those they come from are.
    let networks = recipe.measure.train == nil ? draws : 2 * draws
    if let frames = NeuralFrameCost(point, recipe) {
      cost.flops += networks * frames.flops
      cost.bytes = max(cost.bytes, frames.bytes)
      cost.seconds += networks * frames.seconds
    }
    guard recipe.measuresStatistics else {
      cost.seconds += draws * rates.perWeight * Double(architecture.parameterCount)
      return cost
    }
    let one = StatisticsCost(architecture, cache: &cache)
    cost.flops += networks * one.productFLOPs
    var bytes = one.peakBytes
    cost.seconds += networks * rates.seconds(of: one, weights: architecture.parameterCount)
    if recipe.measure.frame.bounds {
      cost.flops += draws * one.boundFLOPs
      bytes += one.boundBytes
      cost.seconds += draws * rates.perBoundFLOP * one.boundFLOPs
    }
    // One after the other, with the same memory.
    cost.bytes = max(cost.bytes, bytes)
    // The first point also finds position classes and touches new memory.
    if isFirst { cost.seconds += rates.start }
    isFirst = false
    return cost
  }

  private mutating func addMinimum(of point: Point, to cost: inout PointCost) {
    let minimum = MinimumCost(point.architecture, cache: &cache)
    cost.flops += minimum.productFLOPs
    cost.bytes = minimum.peakBytes
    cost.secondsAtMost =
      rates.perDescentFLOP * minimum.productFLOPs + rates.perProductCall * minimum.productCalls
      + rates.perBlockEntry * minimum.blockEntries + rates.perVectorEntry * minimum.vectorEntries
    cost.seconds += cost.secondsAtMost
  }
}
