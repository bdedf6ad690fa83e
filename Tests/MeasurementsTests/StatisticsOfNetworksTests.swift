import Architectures
import Foundation
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import TestSupport
import Testing
import Training

@testable import Measurements

@Suite("Statistics of all kinds of networks") struct StatisticsOfNetworksTests {
  init() { BLASLibrary.setThreadCount(1) }

  private static let measure = """
    measure:
      signal: {images: 3, directions: 4}
      kernels: {images: 6}
      inductive_bias: {images: 8}
      similarity: {images: 5}
    """

  private func sweep(
    _ points: String, measure: String = Self.measure, folder: String = ""
  ) throws -> PreparedSweep {
    try PreparedSweep("format: 1\nname: x\n\(points)\n\(measure)", folder: folder)
  }

  private func status(
    _ id: ColumnID, _ record: Record, _ sweep: PreparedSweep
  ) throws -> StatisticStatus? {
    StatisticStatus(rawValue: Int8(try record.bits(of: id, in: sweep.measurements)[0]))
  }

  @Test(
    "Closed forms are known of plain layers with some activations, of other networks what is measured"
  )
  func closedForms() throws {
    let input = "input: {channels: 1, size: 8}"
    let stages = "stages: [{widths: [4, 4]}]"
    let cases: [(point: String, kernels: StatisticStatus, field: StatisticStatus)] = [
      ("{family: chain, \(input), \(stages)}", .ok, .ok),
      ("{family: chain, \(input), \(stages), activation: leaky_relu}", .ok, .ok),
      ("{family: dense, \(input), \(stages), activation: erf}", .ok, .ok),
      ("{family: chain, \(input), \(stages), activation: tanh}", .notDefined, .ok),
      ("{family: chain, \(input), \(stages), activation: prelu}", .notDefined, .notDefined),
      ("{family: chain, \(input), \(stages), normalization: batch}", .notDefined, .notDefined),
      (
        "{family: chain, \(input), pooling: max, stages: [{widths: [4]}, {widths: [4]}]}",
        .notDefined, .notDefined
      ),
      (
        "{family: residual, \(input), block: basic, shortcut: projection, normalization: batch, "
          + "stages: [{widths: [4]}, {widths: [6]}]}", .notDefined, .notDefined
      ),
      (
        "{family: residual, \(input), block: preactivation, stem: cifar, stages: [{widths: [4]}]}",
        .ok,
        .notDefined
      ),
      (
        "{family: residual, \(input), block: preactivation, normalization: batch, \(stages)}",
        .notDefined, .notDefined
      ),
      ("{family: transformer, \(input), patch: 4, heads: 2, \(stages)}", .notDefined, .notDefined),
      ("{family: mixer, \(input), patch: 4, \(stages)}", .notDefined, .notDefined),
      ("{family: convnext, \(input), \(stages)}", .notDefined, .notDefined),
    ]
    let sweep = try sweep(
      "include: [\(cases.map(\.point).joined(separator: ", "))]\nweights: {init: he, draws: 2}")
    let extent = sweep.measurements.layout.extents.layers
    var computer = sweep.computer()
    for (index, (point, kernels, field)) in cases.enumerated() {
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(point): \(record.message)")
      guard record.status == .ok else { continue }
      #expect(try status("kernel_status", record, sweep) == kernels, "\(point)")
      #expect(try status("inductive_bias_status", record, sweep) == kernels, "\(point)")
      #expect(try status("mean_field_status", record, sweep) == field, "\(point)")
      let isKnown = kernels == .ok
      for id in ["nngp_alignment", "ntk_alignment", "inductive_bias"] as [ColumnID] {
        #expect(
          try record.numbers(of: id, in: sweep.measurements)[0].isFinite == isKnown, "\(point)")
      }
      #expect(
        try record.numbers(of: "mean_field_chi_parallel", in: sweep.measurements)[0].isFinite
          == (field == .ok), "\(point)")
      let layers = sweep.plan.point(at: index).network.layerCount
      let gains = try record.numbers(of: "tangent_gain_log", in: sweep.measurements)
      let alike = try record.numbers(of: "draw_cka", in: sweep.measurements)
      let pairs = try record.numbers(of: "layer_cka", in: sweep.measurements)
      for layer in 0..<extent {
        let isThere = layer <= layers
        #expect(gains[layer].isNaN != isThere && alike[layer].isNaN != isThere, "\(point)")
        if isThere { #expect(abs(pairs[layer * extent + layer] - 1) < 1e-12, "\(point)") }
      }
      let features = try record.numbers(of: "feature_loo_error", in: sweep.measurements)
      #expect(features.allSatisfy { $0 >= 0 && $0 <= 1 })
    }
  }

  @Test("The sharpness of normalised networks and of blocks is measured before and after training")
  func landscape() throws {
    let sweep = try sweep(
      """
      include:
        - {family: chain, input: {channels: 1, size: 8}, normalization: batch,
           stages: [{widths: [3, 3]}]}
        - {family: transformer, input: {channels: 1, size: 8}, patch: 4, heads: 2,
           stages: [{widths: [4]}]}
      """,
      measure: """
        measure:
          landscape: {images: 12, samples: 2, probes: 2, iterations: 10}
          train: {epochs: 1}
        """)
    var computer = sweep.computer()
    for index in 0..<2 {
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      for id in ["average_flatness", "hessian_top"] as [ColumnID] {
        let before = try record.numbers(of: id, in: sweep.measurements)[0]
        let after = try record.numbers(of: id.afterTraining, in: sweep.measurements)[0]
        #expect(before.isFinite && after.isFinite && before != after)
      }
    }
  }

  @Test("Networks from files are measured at their own representations, closed forms apart")
  func files() throws {
    let folder = try TemporaryDirectory()
    var file = ONNXBuilder(input: [nil, 1, 8, 8])
    file.weights("w", [3, 1, 3, 3], (0..<27).map { Float($0 % 7) / 7 - 0.4 })
    file.node("Conv", ["x", "w"], ["c"], ["pads": .integers([1, 1, 1, 1])])
    file.node("Relu", ["c"], ["r"])
    file.node("GlobalAveragePool", ["r"], ["y"])
    try Data(file.bytes).write(to: URL(filePath: folder.path("a.onnx")))
    let points = "grid: {network: [{onnx: a.onnx}]}"
    let sweep = try sweep(points, folder: folder.path)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    for id in ["kernel_status", "inductive_bias_status", "mean_field_status"] as [ColumnID] {
      #expect(try status(id, record, sweep) == .notDefined)
    }
    let active = try record.numbers(of: "active_fraction", in: sweep.measurements)
    #expect(active.count == 3 && active[1] > 0 && active[1] < 1)
    #expect(try record.numbers(of: "layer_cka", in: sweep.measurements).allSatisfy(\.isFinite))
    #expect(try record.numbers(of: "width_reciprocal_sum", in: sweep.measurements)[0] == 2 / 3.0)
    #expect(try record.numbers(of: "feature_alignment", in: sweep.measurements)[0].isFinite)
    let error = #expect(throws: SpecErrors.self) {
      _ = try self.sweep(points, measure: "measure: {landscape: {images: 4}}", folder: folder.path)
    }
    #expect(error?.description.contains("landscape starts from random weights") == true)
  }

  @Test("Images of closed forms are normalised as those of networks are") func normalization()
    throws
  {
    let images = LabelledImages(
      shape: InputShape(channels: 2, size: 1), values: .numbers([1, 2, 3, 4]), labels: [0, 1])
    let normalization = ImageNormalization(mean: [1, 0.5], deviation: [2, 4])
    #expect(images.normalized(by: normalization) == [[0, 0.375], [1, 0.875]])
    #expect(images.normalized(by: nil) == [[1, 2], [3, 4]])
    let one = ImageNormalization(mean: [1], deviation: [2])
    #expect(images.normalized(by: one) == [[0, 0.5], [1, 1.5]])
  }
}
