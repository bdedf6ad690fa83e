import Architectures
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Points that are not plain") struct NormalizedNetworkTests {
  // As a run does: with several threads the last bits depend on what else computes.
  init() { BLASLibrary.setThreadCount(1) }

  private static let sweep = """
    format: 1
    name: norms
    architecture: {input: {channels: 1, size: 8}, stage_depth: 3, stage_count: 2, width: 4}
    grid:
      family: [chain, residual, dense]
      normalization: [none, batch, layer, group]
    weights: {init: he, draws: 2}
    measure:
      frame: {statistics: true}
      neural_frames:
        images: 3
        perturbations: {noise: 4}
        precision: float64
    """

  @Test("A sweep over normalizations measures all, and frames of those that have one")
  func mixture() throws {
    let sweep = try PreparedSweep(Self.sweep)
    #expect(sweep.plan.count == 12 && !sweep.plan.isPlain)
    var computer = sweep.computer()
    for index in 0..<sweep.plan.count {
      let point = sweep.plan.point(at: index)
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      let hasFrame = point.network.frameReason.isEmpty
      let normalization = point.network.architecture?.normalization ?? .none
      #expect(hasFrame == [.none, .batch].contains(normalization))
      func numbers(_ column: ColumnID) throws -> [Double] {
        try record.numbers(of: column, in: sweep.measurements)
      }
      #expect(try numbers("frame_potential").allSatisfy { $0.isNaN } == !hasFrame)
      let gains = try numbers("neural_gain_mean")
      #expect(gains.count == 2 * 7 && gains.allSatisfy { $0.isFinite && $0 > 0 })
    }
  }

  @Test("Batch normalisation at the start divides by √(1 + ε) and changes nothing else")
  func start() throws {
    let sweep = try PreparedSweep(Self.sweep)
    var computer = sweep.computer()
    // Weights are keyed by the architecture, so only the input's frames are equal in both.
    let records = [0, 1].map { computer.record(of: $0) }
    let gains = try records.map {
      try $0.numbers(of: "neural_gain_mean", in: sweep.measurements)
    }
    #expect(gains[0][0] == gains[1][0] && gains[0][1] != gains[1][1])
  }

  @Test("A potential in the loss needs the frame of layers", arguments: ["batch", "layer", "none"])
  func penalty(normalization: String) throws {
    func text(_ block: String) -> String {
      """
      format: 1
      name: penalties
      architecture: {family: residual, input: {channels: 1, size: 8}, stage_depth: 2, width: 4}
      grid:
        normalization: [\(normalization)]
        block: [\(block)]
      measure: {train: {epochs: 1, images: 64, batch: 4, potential_penalty: 1}}
      """
    }
    let refused = #expect(throws: SpecErrors.self) { _ = try PreparedSweep(text("basic")) }
    #expect(refused?.description.contains("6:11: block: ") == true, "\(refused as Any)")
    guard normalization != "layer" else {
      let other = #expect(throws: SpecErrors.self) { _ = try PreparedSweep(text("plain")) }
      #expect(other?.description.contains("5:19: normalization: ") == true, "\(other as Any)")
      return
    }
    let sweep = try PreparedSweep(text("plain"))
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
  }
}
