import Architectures
import Measurements
import Networks
import SweepSpec
import Testing

@Suite("Costs of the largest networks")
struct CostLimitsTests {
  @Test(
    "Networks that only just can be counted have predictions",
    arguments: [
      "{family: chain, form: analysis, input: {channels: 64, size: 1}, stages: [{widths: [400000000, "
        + "400000000]}]}",
      "{family: chain, form: synthesis, input: {channels: 64, size: 1}, stages: [{widths: [400000000, "
        + "400000000]}]}",
      "{family: residual, shortcut: projection, skip_length: 1, input: {channels: 64, size: 1}, "
        + "stages: [{widths: [900000000]}, {widths: [90000000]}]}",
      "{family: dense, input: {channels: 64, size: 1}, stages: [{widths: [300000000, 300000000, "
        + "300000000]}]}",
      "{family: dense, input: {channels: 64, size: 1}, stages: [{widths: [90000000, 9000000], "
        + "kernel: 9}]}",
      "{family: chain, input: {channels: 1, size: 8}, stages: [{widths: [1000000], kernel: 99}]}",
    ])
  func predictions(network: String) throws {
    let spec = try SpecReader.read(
      """
      format: 1
      name: limits
      include: [\(network)]
      measure:
        frame: {minimum: true, statistics: true, bounds: true}
        neural_frames: {data: digits, images: 64, perturbations: {noise: 64}}
        train: {data: digits}
        companions: {data: digits}
      """)
    let plan = try Plan(spec)
    var model = CostModel(SweepMeasurements(plan))
    let point = plan.point(at: 0)
    let cost = model.cost(of: point)
    // At least each weight once.
    let weights = Double(point.network.counts().weights)
    #expect(cost.bytes >= 8 * weights && cost.bytes.isFinite)
    #expect(cost.flops >= 2 * weights && cost.flops.isFinite)
    #expect(cost.seconds > cost.searchSeconds && cost.seconds.isFinite)
    #expect(cost.searchSecondsAtMost >= cost.searchSeconds && cost.searchSecondsAtMost.isFinite)
  }

  @Test("Large strides and inputs do not overflow predictions of the frame")
  func strides() throws {
    let spec = try SpecReader.read(
      """
      format: 1
      name: limits
      grid: {form: [synthesis, analysis]}
      architecture:
        {family: chain, input: {channels: 9000000, size: 99999}, stages: [{widths: [9000, 9], \
      stride: 99999}]}
      measure: {frame: {minimum: true, statistics: true, bounds: true}}
      """)
    let plan = try Plan(spec)
    var model = CostModel(SweepMeasurements(plan))
    for index in 0..<plan.count {
      let cost = model.cost(of: plan.point(at: index))
      #expect(cost.bytes > 0 && cost.bytes.isFinite && cost.seconds.isFinite)
    }
  }
}
