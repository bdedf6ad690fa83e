/// What the minimum of an architecture's frame potential will take.
///
/// All zero where there is a closed form. Descents end when they converge, mostly long before their
/// limits, so there are two answers: the most, and what searches take as a rule.
public struct MinimumCost: Hashable, Sendable {
  /// Floating-point operations in products of matrices, a multiply-add counted as two.
  public private(set) var productFLOPs = 0.0
  /// Products of matrices that are called.
  public private(set) var productCalls = 0.0
  /// Entries of Gram blocks that are formed, and passed over once more for the gradient.
  public private(set) var blockEntries = 0.0
  /// Numbers read or written in vectors of all weights.
  public private(set) var vectorEntries = 0.0
  /// The largest number of bytes in use.
  public private(set) var peakBytes = 0.0

  /// Counts what `FrameMinimum` does with the effort of sweeps.
  ///
  /// - Parameters:
  ///   - work: what the architecture's frame takes.
  ///   - isTypical: whether descents take as many iterations as they do as a rule, not as many as they may.
  public init(_ work: ArchitectureWork, isTypical: Bool = false) {
    guard !work.hasClosedForm else { return }
    let effort = work.effort
    let limit = Double(Self.iterationLimit(work.statistics, effort: effort))
    guard let smaller = work.concentrated else {
      let iterations = isTypical ? min(limit, Self.typicalIterations.alone) : limit
      addStarts(work.statistics, work.weightCount, effort, iterations)
      return
    }
    let first = Double(Self.iterationLimit(smaller.statistics, effort: effort))
    let iterations = isTypical ? min(first, Self.typicalIterations.concentrated) : first
    addStarts(smaller.statistics, smaller.weightCount, effort, iterations)
    guard limit >= Double(MinimumSearch.fewestIterations) else { return }
    // One from the concentrated weights and one that settles; between them two kinds of starts, which
    // mostly end within the iterations that they are counted with.
    add(
      work.statistics, work.weightCount, descents: 2,
      isTypical ? min(limit, Self.typicalIterations.settling) : limit)
    let spread = Double(
      Self.spreadStarts(work.statistics, work.weightCount, effort: effort))
    if spread > 0 {
      let each = isTypical ? Self.typicalIterations.spread : Self.spreadIterations
      add(work.statistics, work.weightCount, descents: 2 * spread, min(limit, each))
    }
  }

  /// Adds descents from all starts; in large networks only the best of them is followed to its end.
  private mutating func addStarts(
    _ one: StatisticsCost, _ count: Int, _ effort: FrameMinimum.Effort, _ iterations: Double
  ) {
    let share = effort.followsAll ? 1 : MinimumSearch.firstShare
    add(one, count, descents: Double(effort.starts), max(1, share * iterations))
    if !effort.followsAll { add(one, count, descents: 1, iterations) }
  }

  private mutating func add(
    _ one: StatisticsCost, _ count: Int, descents: Double, _ iterations: Double
  ) {
    // A descent evaluates its start, and most iterations evaluate once.
    let evaluations = 1.1 * descents * (iterations + 1)
    productFLOPs += evaluations * Self.evaluationFLOPs(one)
    productCalls += evaluations * 3 * one.productCalls
    blockEntries += evaluations * 2 * one.blockEntries
    let entries = Double(count) * Double(SphereDescent.vectorCount(count: count))
    vectorEntries += evaluations * 4 * entries
    peakBytes = max(peakBytes, one.peakBytes + 8 * entries)
  }

  /// Each product has a derivative with respect to both of its factors.
  private static func evaluationFLOPs(_ one: StatisticsCost) -> Double { 3 * one.productFLOPs }

  /// The number of iterations of one descent within the effort's limits, at least 1.
  private static func iterationLimit(_ one: StatisticsCost, effort: FrameMinimum.Effort) -> Int {
    let affordable = effort.descentFLOPs / max(1, evaluationFLOPs(one))
    return max(1, Int(min(Double(effort.iterationLimit), affordable)))
  }

  /// The same for a frame.
  static func iterationLimit(
    _ frame: InducedFrame, effort: FrameMinimum.Effort, cache: inout StructureCache
  ) -> Int { iterationLimit(StatisticsCost(frame, cache: &cache), effort: effort) }

  /// The iterations that descents take as a rule: of networks whose weights have one tap, among
  /// weights of one tap, among all weights from the best of those, and among all from weights of their own.
  ///
  /// Found by counting over jobs/quickstart.yaml and jobs/cifar-networks.yaml.
  private static let typicalIterations = (
    alone: 40.0, concentrated: 160.0, settling: 60.0, spread: 200.0
  )

  /// The iterations that a descent among all weights is counted with in `spreadStarts`.
  private static let spreadIterations = 500.0

  /// The number of starts of their own among all weights: as many as fit into the effort's work.
  static func spreadStarts(
    _ frame: InducedFrame, effort: FrameMinimum.Effort, cache: inout StructureCache
  ) -> Int {
    spreadStarts(StatisticsCost(frame, cache: &cache), frame.weightCount, effort: effort)
  }

  private static func spreadStarts(
    _ one: StatisticsCost, _ weightCount: Int, effort: FrameMinimum.Effort
  ) -> Int {
    // Calls and entries in the time of operations; they decide in small networks.
    let work =
      evaluationFLOPs(one) + 1000 * one.productCalls + 20 * one.blockEntries
      + 100 * Double(weightCount)
    return min(effort.starts, Int(effort.spreadFLOPs / (spreadIterations * work)))
  }
}
