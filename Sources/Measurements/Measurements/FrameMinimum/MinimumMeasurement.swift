internal import InducedFrames
internal import SweepRecords
internal import SweepSpec

/// The minimum of the frame potential over all weights.
struct MinimumMeasurement: Measurement {
  static let section = "frame"
  static let keys = ["minimum"]
  static let expected = "{minimum: true, statistics: true, bounds: false} or a part of it"
  static let allColumns = FrameMinimum.quantities.columns()

  let canonicalText = "minimum: true"
  var columns: [Column] { Self.allColumns }
  var usesDraws: Bool { false }
  var followsRates: Bool { true }

  init?(_ given: GivenSection, _ reading: inout Reading) {
    guard reading.truth("minimum", in: given) == true else { return nil }
  }

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    guard let architecture = context.point.network.layerFramed else { return }
    let minimum = MinimumCost(architecture, cache: &context.cache)
    let rates = context.rates
    cost.flops += minimum.productFLOPs
    cost.bytes = max(cost.bytes, minimum.peakBytes)
    let seconds =
      rates.perDescentFLOP * minimum.productFLOPs + rates.perProductCall * minimum.productCalls
      + rates.perBlockEntry * minimum.blockEntries + rates.perVectorEntry * minimum.vectorEntries
    cost.secondsAtMost += seconds
    cost.seconds += seconds
  }

  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {
    guard let frame = context.structure.frame else { return }
    guard let architecture = context.point.network.layerFramed else {
      FrameMinimum.quantities.store((FrameMinimum(unsearched: frame), frame), in: &values)
      return
    }
    let minimum = try FrameMinimum(
      architecture, cache: &context.cache, shouldStop: context.shouldStop)
    FrameMinimum.quantities.store((minimum, frame), in: &values)
  }
}
