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
    guard let work = context.work else { return }
    let most = MinimumCost(work)
    let typical = MinimumCost(work, isTypical: true)
    cost.flops += typical.productFLOPs
    cost.bytes = max(cost.bytes, most.peakBytes)
    let seconds = context.rates.seconds(of: typical)
    cost.seconds += seconds
    cost.searchSeconds += seconds
    cost.searchSecondsAtMost += context.rates.seconds(of: most)
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
