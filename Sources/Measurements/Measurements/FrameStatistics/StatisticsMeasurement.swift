internal import Architectures
internal import InducedFrames
internal import Networks
internal import SweepRecords
internal import SweepSpec

/// The statistics of the frames of given weights, and their frame bounds.
struct StatisticsMeasurement: Measurement {
  static let section = "frame"
  static let keys = ["statistics", "bounds"]
  static let expected = MinimumMeasurement.expected
  static let allColumns =
    FrameStatistics.quantities.columns() + FrameStatistics.boundQuantities.columns()
  static let allRepeatedColumns = FrameStatistics.quantities.columns()

  private let isAsked: Bool
  private let bounds: Bool

  private init(isAsked: Bool, bounds: Bool) {
    self.isAsked = isAsked
    self.bounds = bounds
  }

  init?(_ given: GivenSection, _ reading: inout Reading) {
    let isAsked = reading.truth("statistics", in: given) ?? false
    let bounds = reading.truth("bounds", in: given) ?? false
    guard isAsked || bounds else { return nil }
    self.init(isAsked: isAsked, bounds: bounds)
  }

  var canonicalText: String { "statistics: \(isAsked), bounds: \(bounds)" }

  var columns: [Column] { bounds ? Self.allColumns : FrameStatistics.quantities.columns() }
  var followsRates: Bool { true }
  /// Bounds of trained weights are left out.
  var repeated: (any Measurement)? { Self(isAsked: true, bounds: false) }

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let one: StatisticsCost
    if !bounds, let work = context.work {
      one = work.statistics
    } else {
      guard let frame = context.frame?.frame else { return }
      one = StatisticsCost(withBounds: frame, cache: &context.cache)
    }
    let draws = context.draws
    cost.flops += draws * one.productFLOPs
    var bytes = one.peakBytes
    // Weights that are drawn count with the point.
    cost.seconds +=
      draws
      * context.rates.seconds(
        of: one, weights: context.isTrained ? context.weightCount : 0)
    if bounds {
      cost.flops += draws * one.boundFLOPs
      bytes += one.boundBytes
      cost.seconds += draws * context.rates.perBoundFLOP * one.boundFLOPs
    }
    // One after the other, with the same memory.
    cost.bytes = max(cost.bytes, bytes)
    // The first point also finds position classes and touches new memory.
    if context.isFirst, !context.isTrained { cost.seconds += context.rates.start }
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    guard let frame = context.frame else { return }
    let tensors = context.tensors(of: frame)
    let statistics = try FrameStatistics(
      frame.frame, tensors: tensors, bounds: bounds, cache: &context.cache,
      shouldStop: context.shouldStop)
    guard statistics.framePotential.isFinite, !context.isSpoiled else {
      throw NonfiniteResult(
        values.name(of: FrameStatistics.potential), of: context.draw, statistics, frame, tensors)
    }
    FrameStatistics.quantities.store(statistics, at: context.draw, in: &values)
    if bounds { FrameStatistics.boundQuantities.store(statistics, at: context.draw, in: &values) }
  }
}
