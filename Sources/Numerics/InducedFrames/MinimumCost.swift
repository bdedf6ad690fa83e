public import Architectures

/// What the minimum of an architecture's frame potential will take at most.
///
/// All zero where there is a closed form. A search usually ends far below this, because descents
/// converge before their limits.
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

  /// Counts what `FrameMinimum` does at most with an effort, nil for the effort of sweeps.
  public init(
    _ architecture: Architecture, effort: FrameMinimum.Effort? = nil,
    cache: inout StructureCache
  ) {
    let effort = effort ?? FrameMinimum.Effort(for: architecture)
    guard effort.starts > 0, ExactMinimum(architecture) == nil else { return }
    let frame = InducedFrame(architecture)
    guard let smaller = MinimumSearch.concentratedFrame(architecture) else {
      add(frame, descents: Double(effort.starts), effort, &cache)
      return
    }
    add(smaller, descents: Double(effort.starts), effort, &cache)
    let limit = Self.iterationLimit(frame, effort: effort, cache: &cache)
    guard limit >= MinimumSearch.fewestIterations else { return }
    // One from the concentrated weights and one that settles; between them two kinds of starts, which
    // mostly end within the iterations that they are counted with.
    let spread = Double(Self.spreadStarts(frame, effort: effort, cache: &cache))
    let share = min(1, Self.spreadIterations / Double(limit))
    add(frame, descents: 2 + 2 * spread * share, effort, &cache)
  }

  private mutating func add(
    _ frame: InducedFrame, descents: Double, _ effort: FrameMinimum.Effort,
    _ cache: inout StructureCache
  ) {
    let one = StatisticsCost(frame, cache: &cache)
    let count = frame.weightCount
    let limit = Self.iterationLimit(one, effort: effort)
    // A descent evaluates its start, and most iterations evaluate once.
    let evaluations = 1.1 * descents * Double(limit + 1)
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

  /// The iterations that a descent among all weights is counted with in `spreadStarts`.
  private static let spreadIterations = 500.0

  /// The number of starts of their own among all weights: as many as fit into the effort's work.
  static func spreadStarts(
    _ frame: InducedFrame, effort: FrameMinimum.Effort, cache: inout StructureCache
  ) -> Int {
    let one = StatisticsCost(frame, cache: &cache)
    // Calls and entries in the time of operations; they decide in small networks.
    let work =
      evaluationFLOPs(one) + 1000 * one.productCalls + 20 * one.blockEntries
      + 100 * Double(frame.weightCount)
    return min(effort.starts, Int(effort.spreadFLOPs / (spreadIterations * work)))
  }
}
