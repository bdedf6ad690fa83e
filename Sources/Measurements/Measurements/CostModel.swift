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

  /// Describes a cost without searches; nothing at all if no number is given.
  public init(flops: Double = 0, bytes: Double = 0, seconds: Double = 0) {
    (self.flops, self.bytes, self.seconds) = (flops, bytes, seconds)
  }

  /// Adds what another point will take afterwards, in the same memory.
  public mutating func add(_ other: PointCost) {
    flops += other.flops
    bytes = max(bytes, other.bytes)
    seconds += other.seconds
    searchSeconds += other.searchSeconds
    searchSecondsAtMost += other.searchSecondsAtMost
  }
}

/// What measurements are told where they predict what they take at a point.
struct CostContext {
  let sweep: SweepMeasurements
  let rates: MachineRates
  let point: Point
  /// The draws that are measured.
  let draws: Double
  var cache: StructureCache
  /// Whether a worker has to make ready for the point what the next ones find.
  let isFirst: Bool
  /// Whether networks are measured again at trained weights.
  var isTrained = false
  /// How large the network is, counted when it is first asked for.
  private(set) lazy var counts: NetworkCounts = point.network.counts()
  /// What the frame of layers takes; nil if the network has no such frame.
  let work: ArchitectureWork?
  /// The weights of convolutions and linear layers.
  var weightCount: Int {
    mutating get { point.network.framed == nil ? counts.weights : work?.weightCount ?? 0 }
  }
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
  ///
  /// - Parameters:
  ///   - point: the point.
  ///   - isFirst: whether a worker has to make ready for it what the next ones find.
  public mutating func cost(of point: Point, isFirst: Bool = false) -> PointCost {
    if !isFirst, let last, last.point.network == point.network, last.point.weights == point.weights,
      last.point.inferenceSweeps == point.inferenceSweeps
    {
      return last.cost
    }
    let cost = newCost(of: point, isFirst: isFirst)
    // What the first point alone has to make ready is no part of the next.
    if !isFirst { last = (point, cost) }
    return cost
  }

  private mutating func newCost(of point: Point, isFirst: Bool) -> PointCost {
    let draws = Double(sweep.draws(of: point))
    var cost = PointCost()
    cost.seconds = rates.perPoint + rates.perLayer * Double(point.network.layerCount)
    var context = CostContext(
      sweep: sweep, rates: rates, point: point, draws: draws, cache: StructureCache(),
      isFirst: isFirst,
      work: point.network.layerFramed.map { ArchitectureWork($0, cache: &cache) })
    cost.seconds += draws * rates.perWeight * Double(context.weightCount)
    // At the rates of a common core predictions must not depend on who read the files.
    if case .file(let network) = point.network, let known = sweep.networkCosts[network],
      rates == .common || network.contents == nil
    {
      return known
    }
    if case .file(let network) = point.network, network.contents == nil {
      // Only how large the network is is known, as in files of earlier versions. All of its statistics
      // together take about as long as some hundred forward passes.
      let flops = 100 * Double(context.counts.flops)
      cost.flops += flops
      cost.seconds += flops * rates.perProductFLOP
      return cost
    }
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
