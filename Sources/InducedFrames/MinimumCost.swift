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
      add(frame, descents: effort.starts, effort, &cache)
      return
    }
    add(smaller, descents: effort.starts, effort, &cache)
    let tiles = MinimumSearch.tiles(architecture)
    let limit = Self.iterationLimit(frame, effort: effort, cache: &cache)
    guard limit >= MinimumSearch.fewestIterations else { return }
    add(frame, descents: tiles ? 1 : 1 + effort.starts, effort, &cache)
  }

  private mutating func add(
    _ frame: InducedFrame, descents: Int, _ effort: FrameMinimum.Effort,
    _ cache: inout StructureCache
  ) {
    let one = StatisticsCost(frame, cache: &cache)
    let count = frame.weightCount
    let limit = Self.iterationLimit(one, effort: effort)
    // A descent evaluates its start, and most iterations evaluate once.
    let evaluations = 1.1 * Double(descents * (limit + 1))
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
}
