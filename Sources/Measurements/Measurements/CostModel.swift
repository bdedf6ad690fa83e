internal import InducedFrames
internal import Networks
public import SweepSpec

/// What a point will cost on one core.
public struct PointCost: Sendable {
  /// Floating-point operations in products of matrices, over all draws.
  public var flops = 0.0
  /// Bytes in use at the same time.
  public var bytes = 0.0
  /// Predicted time on one core, in seconds.
  public var seconds = 0.0
  /// The part of `seconds` that searches for minima take as a rule: descents end when they have converged.
  public var searchSeconds = 0.0
  /// What they take if no descent converges.
  public var searchSecondsAtMost = 0.0
}

/// What measurements are told where they predict what they take at a point.
struct CostContext {
  let sweep: SweepMeasurements
  let rates: MachineRates
  let point: Point
  let counts: NetworkCounts
  /// The draws that are measured.
  let draws: Double
  var cache: StructureCache
  /// Whether nothing was predicted before.
  let isFirst: Bool
  /// Whether networks are measured again at trained weights.
  var isTrained = false
  /// The network without a classifier, built when it is first asked for.
  private(set) lazy var network: BuiltNetwork = point.network.build()
  /// The induced frame, found when it is first asked for; nil if there is none.
  private(set) lazy var frame: NetworkFrame? = point.network.inducedFrame
}

/// Predicts the cost of points from what their measurements do.
///
/// The schedule depends on the ratios of predictions only, and results on none of them.
public struct CostModel {
  /// What a process takes besides its points, in bytes: libraries, buffers of BLAS, the plan.
  public static let processBytes = 45.0 * 0x1p20

  private let sweep: SweepMeasurements
  private let rates: MachineRates
  private var cache = StructureCache()
  private var isFirst = true
  /// The last point and its cost: points that differ in their seeds alone cost the same.
  private var last: (point: Point, cost: PointCost)?

  /// Prepares predictions for what a sweep measures.
  ///
  /// - Parameters:
  ///   - sweep: what is measured.
  ///   - rates: the machine's, `MachineRates.measured()`; those of a common core where only ratios
  ///     matter.
  public init(_ sweep: SweepMeasurements, rates: MachineRates = .common) {
    self.sweep = sweep
    self.rates = rates
  }

  /// The cost of a point.
  public mutating func cost(of point: Point) -> PointCost {
    if let last, last.point.network == point.network, last.point.weights == point.weights,
      last.point.inferenceSweeps == point.inferenceSweeps
    {
      return last.cost
    }
    let cost = newCost(of: point)
    // What the first point alone has to make ready is no part of the next.
    if !isFirst { last = (point, cost) }
    isFirst = false
    return cost
  }

  private mutating func newCost(of point: Point) -> PointCost {
    let draws = Double(sweep.draws(of: point))
    let counts = point.network.counts()
    var cost = PointCost()
    cost.seconds = rates.perPoint + rates.perLayer * Double(point.network.layerCount)
    cost.seconds += draws * rates.perWeight * Double(counts.weights)
    // At the rates of a common core predictions must not depend on who read the files.
    if case .file(let network) = point.network, let known = sweep.networkCosts[network],
      rates == .common || network.contents == nil
    {
      return known
    }
    if case .file(let network) = point.network, network.contents == nil {
      // Only how large the network is is known, as in files of earlier versions. All of its statistics
      // together take about as long as some hundred forward passes.
      cost.flops += 100 * Double(counts.flops)
      cost.seconds += 100 * Double(counts.flops) * rates.perProductFLOP
      return cost
    }
    var context = CostContext(
      sweep: sweep, rates: rates, point: point, counts: counts, draws: draws,
      cache: StructureCache(),
      isFirst: isFirst)
    swap(&context.cache, &cache)
    MeasuredStatistics.addCost(&context, to: &cost)
    for measurement in sweep.all { measurement.addCost(&context, to: &cost) }
    // Trained weights are measured as those they come from are.
    context.isTrained = true
    for measurement in sweep.repeated { measurement.addCost(&context, to: &cost) }
    swap(&context.cache, &cache)
    return cost
  }
}
