import Architectures
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Points of all families") struct FamilyPointTests {
  // As a run does: with several threads the last bits depend on what else computes.
  init() { BLASLibrary.setThreadCount(1) }

  static let sweep = """
    format: 1
    name: families
    architecture:
      {input: {channels: 1, size: 8}, stage_count: 2, width: 8, stage_depth: 2, blocks: 2, patch: 2}
    grid:
      family: [\(Family.allCases.map(\.name).joined(separator: ", "))]
      normalization: [none, batch]
      activation: [relu, gelu]
    include:
      - {family: residual, input: {channels: 1, size: 8}, block: bottleneck, stem: cifar,
         shortcut: projection, groups: 2, normalization: group, stages: [{widths: [4]}, {widths: [8]}]}
      - {family: residual, input: {channels: 1, size: 8}, block: preactivation, stem: cifar,
         shortcut: pad, normalization: batch, stages: [{widths: [4, 4]}, {widths: [8]}]}
      - {family: residual, input: {channels: 1, size: 8}, block: inverted, stem: imagenet,
         squeeze: 4, activation: relu6, normalization: batch, stages: [{widths: [4]}, {widths: [6, 6]}]}
      - {family: residual, input: {channels: 1, size: 8}, shortcut: pad, pooling: average,
         stages: [{widths: [4, 4, 4]}, {widths: [8, 8]}]}
      - {family: dense, input: {channels: 1, size: 8}, block: bottleneck, pooling: average,
         normalization: batch, stages: [{widths: [4, 2, 2]}, {widths: [4, 2]}]}
      - {family: chain, input: {channels: 1, size: 8}, pooling: max, classifier_width: 5,
         activation: prelu, stages: [{widths: [4, 4]}, {widths: [4]}]}
      - {family: transformer, input: {channels: 1, size: 8}, patch: 4, heads: 2, class_token: false,
         mlp_ratio: 1.5, stages: [{widths: [6, 6]}]}
    weights: {init: he, draws: 1}
    measure:
      frame: {statistics: true}
      neural_frames:
        images: 2
        perturbations: {noise: 3}
    """

  @Test("All are measured at as many representations as their plan says, some of them alike")
  func measured() throws {
    let sweep = try PreparedSweep(Self.sweep)
    var computer = sweep.computer()
    let layers = sweep.measurements.layout.extents.layers
    // Families without the key `normalization` are the same for both.
    let inGrid = Family.allCases.reduce(0) { $0 + ($1.has(.normalization) ? 4 : 2) }
    #expect(sweep.plan.count == inGrid + 7)
    for index in 0..<sweep.plan.count {
      let point = sweep.plan.point(at: index)
      let network = point.network.build()
      #expect(network.representations.count == point.network.layerCount + 1)
      #expect(point.network.representations == network.representations)
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(point.network.canonicalText): \(record.message)")
      guard record.status == .ok else { continue }
      let gains = try record.numbers(of: "neural_gain_mean", in: sweep.measurements)
      for layer in 0..<layers {
        #expect(gains[layer].isNaN == (layer > point.network.layerCount))
      }
    }
  }

  @Test("A canonical text is the point again") func texts() throws {
    let plan = try PreparedSweep(Self.sweep).plan
    for index in 0..<plan.count {
      let point = plan.point(at: index)
      let text = "format: 1\nname: again\nmeasure: {activation_length: {inputs: 1}}\ninclude:\n  - "
      let again = try Plan(SpecReader.read(text + point.network.canonicalText + "\n"))
      #expect(again.point(at: 0).network == point.network)
      #expect(again.point(at: 0).id == point.id)
    }
  }
}
