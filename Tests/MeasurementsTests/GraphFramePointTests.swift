import Architectures
import Foundation
import InducedFrames
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import TestSupport
import Testing

@testable import Measurements

@Suite("Points whose frames follow from graphs") struct GraphFramePointTests {
  init() { BLASLibrary.setThreadCount(1) }

  private func sweep(_ points: String, folder: String = "") throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: graphs
      \(points)
      measure:
        frame: {minimum: true, statistics: true, bounds: true, layer_coherence: true}
      """, folder: folder)
  }

  @Test("A network of bottlenecks has statistics, coherences, and a bound instead of a minimum")
  func bottlenecks() throws {
    let sweep = try sweep(
      """
      include:
        - {family: residual, input: {channels: 1, size: 8}, block: bottleneck, stem: cifar,
           shortcut: projection, groups: 2, expansion: 2, normalization: batch,
           stages: [{widths: [4, 4]}, {widths: [4], stride: 2}]}
      weights: {init: he, draws: 2}
      """)
    #expect(sweep.plan.point(at: 0).network.frameReason.isEmpty)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    try #require(record.status == .ok, "\(record.message)")
    func numbers(_ column: ColumnID) throws -> [Double] {
      try record.numbers(of: column, in: sweep.measurements)
    }
    for column: ColumnID in [
      "frame_potential", "deep_frame_potential", "mutual_coherence", "mean_coherence",
      "frame_bound_upper",
    ] {
      #expect(try numbers(column).allSatisfy { $0.isFinite && $0 > 0 }, "\(column)")
    }
    let potentials = try numbers("frame_potential")
    #expect(potentials.count == 2 && potentials[0] != potentials[1])
    let bound = try numbers("min_frame_potential_bound")[0]
    #expect(bound > 0 && potentials.allSatisfy { $0 >= bound })
    #expect(try numbers("min_frame_potential")[0].isNaN)
    // The stem, and three layers of each block; the last sum has nothing behind it.
    let coherences = try numbers("layer_coherence")
    let layers = sweep.plan.maximumLayerCount + 1
    #expect(coherences.count == 2 * layers)
    for (place, coherence) in coherences.enumerated() {
      #expect(place % layers == 0 ? coherence.isNaN : coherence > 0 && coherence <= 1 + 1e-12)
    }
  }

  @Test("A norm of positive scales leaves the frame of layers as it is") func norms() throws {
    let sweep = try sweep(
      """
      architecture:
        {input: {channels: 2, size: 4}, form: synthesis, stages: [{widths: [3, 3]}, {widths: [4]}]}
      grid: {family: [chain, dense], normalization: [none, batch]}
      weights: {init: he, draws: 1}
      """)
    var computer = sweep.computer()
    let records = (0..<4).map { computer.record(of: $0) }
    for (plain, normalized) in [(0, 1), (2, 3)] {
      // Weights are keyed by the network, so only closed forms, which need none, are equal in both.
      for column: ColumnID in ["min_frame_potential", "min_frame_potential_bound"] {
        let values = try [plain, normalized].map {
          try records[$0].numbers(of: column, in: sweep.measurements)
        }
        #expect(values[0] == values[1] && values[0][0].isFinite)
      }
    }
  }

  @Test("A network from a file has the frame of the chain that it is") func file() throws {
    let folder = try TemporaryDirectory()
    let numbers = (0..<36).map { sin(1 + 0.7 * Float($0)) }
    var file = ONNXBuilder(input: [nil, 1, 8, 8])
    file.weights("w", [3, 1, 3, 3], Array(numbers[..<27]))
    file.weights("v", [3, 3, 1, 1], Array(numbers[27...]))
    file.node(
      "Conv", ["x", "w"], ["c"],
      ["pads": .integers([1, 1, 1, 1]), "strides": .integers([2, 2])], name: "/conv")
    file.node("Relu", ["c"], ["r"], name: "/relu")
    file.node("Conv", ["r", "v"], ["d"], name: "/mix")
    file.node("Relu", ["d"], ["y"], name: "/last")
    try Data(file.bytes).write(to: URL(filePath: folder.path("a.onnx")))
    let sweep = try sweep("grid: {network: [{onnx: a.onnx}]}", folder: folder.path)
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 1, size: 8),
      stages: [Stage(widths: [3], kernel: 3, stride: 2), Stage(widths: [3], kernel: 1, stride: 1)],
      form: .analysis)
    let weights = NetworkWeights(layers: [
      WeightTensor(rows: 3, columns: 1, kernel: 3, values: numbers[..<27].map { Double($0) }),
      WeightTensor(rows: 3, columns: 3, kernel: 1, values: numbers[27...].map { Double($0) }),
    ])
    var cache = StructureCache()
    let expected = try FrameStatistics(
      architecture, weights: weights, bounds: true, cache: &cache, shouldStop: {})
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    try #require(record.status == .ok, "\(record.message)")
    for (column, value) in [
      ("frame_potential", expected.framePotential), ("mutual_coherence", expected.mutualCoherence),
      ("deep_frame_potential", expected.deepFramePotential),
      ("frame_bound_upper", expected.bounds.upper),
    ] {
      let found = try record.numbers(of: ColumnID(rawValue: column), in: sweep.measurements)[0]
      #expect(isClose(found, value, relative: 1e-12, absolute: 0), "\(column)")
    }
    #expect(sweep.plan.point(at: 0).network.frameReason.isEmpty)
  }
}
