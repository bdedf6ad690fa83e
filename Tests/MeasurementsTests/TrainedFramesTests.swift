import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Neural frames after training") struct TrainedFramesTests {
  init() { BLASLibrary.setThreadCount(1) }

  static func sweep(rate: Double, train: String = "", measure: String = "") -> String {
    """
    format: 1
    name: trained-frames
    seed: 3
    architecture: {input: {channels: 1, size: 8}}
    grid: {family: [chain, residual, dense], stage_depth: [2], width: [3]}
    weights: {init: he, draws: 2}
    measure:
      frame: {statistics: true}
      neural_frames:
        images: 5
        perturbations: {augmentation: all, noise: 3}
        per_image: true
      train: {epochs: 1, learning_rate: \(rate)\(train)}
    \(measure)
    """
  }

  /// The bytes of a column of a record.
  private func bytes(_ id: ColumnID, of record: Record, _ layout: RecordLayout) throws -> [UInt8] {
    let place = try #require(layout.place(of: id))
    let offsets = layout.offsets(draws: record.draws)
    return Array(record.values[offsets[place]..<offsets[place + 1]])
  }

  private var pairs: [(ColumnID, ColumnID)] {
    NeuralColumns.measured(perImage: true).map { ($0.id, $0.id.afterTraining) }
  }

  @Test("A training that takes no steps leaves every bit of the neural frames as it was")
  func nothingLearnt() throws {
    let sweep = try PreparedSweep(Self.sweep(rate: 0))
    var computer = sweep.computer()
    for index in 0..<sweep.plan.count {
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      for (initial, trained) in pairs {
        let before = try bytes(initial, of: record, sweep.measurements.layout)
        #expect(!before.isEmpty)
        #expect(try before == bytes(trained, of: record, sweep.measurements.layout), "\(trained)")
      }
    }
  }

  @Test("Training changes them behind the input, and who computes does not") func learnt() throws {
    let sweep = try PreparedSweep(Self.sweep(rate: 0.05))
    var (one, other) = (sweep.computer(), sweep.computer(rank: 4))
    for index in 0..<sweep.plan.count {
      let record = one.record(of: index)
      #expect(other.record(of: index).values == record.values)
      for draw in 0..<2 {
        for layer in 0..<3 {
          let (before, after) = (
            try sweep.value(
              "neural_effective_rank_mean", of: record, draw: draw, family: 1, layer: layer),
            try sweep.value(
              "trained_neural_effective_rank_mean", of: record, draw: draw, family: 1, layer: layer)
          )
          #expect(before.isFinite && (before == after) == (layer == 0), "\(before), \(after)")
        }
      }
    }
  }

  @Test("Frames of trained weights are part of the predicted cost") func cost() throws {
    let sweep = try PreparedSweep(Self.sweep(rate: 0))
    let text = Self.sweep(rate: 0).split(separator: "\n").filter { !$0.contains("train:") }
    let untrained = try PreparedSweep(text.joined(separator: "\n"))
    var (model, smaller) = (CostModel(sweep.measurements), CostModel(untrained.measurements))
    let cost = model.cost(of: sweep.plan.point(at: 0))
    let less = smaller.cost(of: untrained.plan.point(at: 0))
    #expect(cost.seconds > 2 * less.seconds - 1e-3 && cost.flops > 2 * less.flops)
    #expect(cost.bytes >= less.bytes)
  }
}
