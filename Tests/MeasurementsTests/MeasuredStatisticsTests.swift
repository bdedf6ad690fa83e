import Architectures
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Points whose normalisations have the statistics of images") struct MeasuredStatisticsTests {
  init() { BLASLibrary.setThreadCount(1) }

  private static func sweep(
    _ keys: String, weights: String = "{init: he, draws: 2}", measure: String? = nil
  ) -> String {
    """
    format: 1
    name: statistics
    architecture:
      input: {channels: 1, size: 8}
      stage_depth: 3
      stage_count: 2
      width: 4
      normalization: batch
      family: residual
      shortcut: projection
    grid: {\(keys)}
    weights: \(weights)
    measure:
      \(measure ?? """
      frame: {statistics: true}
        neural_frames: {images: 12, perturbations: {noise: 4}, precision: float64}
        signal: {images: 12, directions: 4}
      """)
    """
  }

  private static let both = "normalization_statistics: [initial, batch]"

  private func numbers(
    _ sweep: PreparedSweep, _ index: Int, _ column: ColumnID
  ) throws -> [Double] {
    var computer = sweep.computer()
    let record = computer.record(of: index)
    try #require(record.status == .ok, "\(record.message)")
    return try record.numbers(of: column, in: sweep.measurements)
  }

  @Test(
    "Initial statistics are no part of a point, and sweeps without the key have no columns of them")
  func identity() throws {
    let plain = try PreparedSweep(Self.sweep("seed: [1]"), loading: false)
    let swept = try PreparedSweep(Self.sweep(Self.both), loading: false)
    let named = try PreparedSweep(
      Self.sweep("normalization_statistics: [initial]"), loading: false)
    #expect(plain.plan.planHash != swept.plan.planHash)
    #expect(named.plan.point(at: 0).id == swept.plan.point(at: 0).id)
    #expect(swept.plan.point(at: 0).id != swept.plan.point(at: 1).id)
    let columns = MeasuredStatistics.columns.map(\.id)
    #expect(columns.allSatisfy { plain.plan.absentColumns.contains($0) })
    #expect(columns.allSatisfy { named.plan.absentColumns.contains($0) })
    #expect(columns.allSatisfy { !swept.plan.absentColumns.contains($0) })
    #expect(
      swept.plan.point(at: 1).network.canonicalText.contains("normalization_statistics: batch"))
  }

  @Test("Both kinds have the same weights, and so the same frames; neural frames differ")
  func weights() throws {
    let sweep = try PreparedSweep(Self.sweep(Self.both))
    let frames = try (0..<2).map { try numbers(sweep, $0, "frame_potential") }
    #expect(frames[0] == frames[1] && frames[0].allSatisfy { $0.isFinite })
    let gains = try (0..<2).map { try numbers(sweep, $0, "neural_gain_mean") }
    #expect(gains[0][0] == gains[1][0] && gains[0][3] != gains[1][3])
    let moments = try (0..<2).map { try numbers(sweep, $0, "normalization_variance") }
    #expect(moments[0].allSatisfy { $0.isNaN })
    // The input, then six layers, in each of two draws.
    for draw in 0..<2 {
      let own = moments[1][7 * draw..<7 * draw + 7]
      #expect(own.first?.isNaN == true && own.dropFirst().allSatisfy { $0 > 0 })
    }
    #expect(moments[1][1] != moments[1][8])
  }

  @Test("With them, the scale of weights plays no part behind normalisations")
  func scales() throws {
    func gains(_ statistics: String) throws -> [[Double]] {
      try [2, 32].map { variance in
        let sweep = try PreparedSweep(
          Self.sweep(
            "normalization_statistics: [\(statistics)]",
            weights: "{init: normal, weight_variance: \(variance)}"))
        return try numbers(sweep, 0, "neural_gain_mean")
      }
    }
    let (measured, initial) = (try gains("batch"), try gains("initial"))
    for layer in 1..<7 {
      // Only ε tells them apart.
      #expect(abs(measured[0][layer] / measured[1][layer] - 1) < 1e-3)
      #expect(initial[1][layer] > 3 * initial[0][layer])
    }
  }

  @Test("Training starts from them, and its points are the same on another thread")
  func training() throws {
    let sweep = try PreparedSweep(
      Self.sweep(
        Self.both,
        measure: """
          neural_frames: {images: 8, perturbations: {noise: 2}}
            train: {images: 100, epochs: 1, batch: 10, learning_rate: 0}
          """))
    let trained = try (0..<2).map { try numbers(sweep, $0, "trained_neural_gain_mean") }
    #expect(trained[0] != trained[1] && trained[1].allSatisfy { $0.isFinite })
    #expect(try numbers(sweep, 1, "trained_neural_gain_mean") == trained[1])
  }

  @Test("For weights from a file they are refused; without images nothing needs them")
  func refusals() throws {
    func problem(_ text: String) -> String {
      let error = #expect(throws: SpecErrors.self) { _ = try Plan(try SpecReader.read(text)) }
      return error?.description ?? ""
    }
    let bare = try PreparedSweep(Self.sweep(Self.both, measure: "frame: {statistics: true}"))
    #expect(try numbers(bare, 1, "normalization_mean").allSatisfy { $0.isNaN })
    #expect(
      problem(Self.sweep(Self.both, weights: "{file: nets.h5}")).contains(
        "weights from a file come with statistics of their own, expected normalization_statistics: "
          + "initial"))
  }

  @Test("Time and memory of many images are predicted")
  func cost() throws {
    let sweep = try PreparedSweep(
      Self.sweep(Self.both, measure: "signal: {images: 1000, directions: 2}"), loading: false)
    var model = CostModel(sweep.measurements)
    _ = model.cost(of: sweep.plan.point(at: 0))
    let (plain, measured) = (
      model.cost(of: sweep.plan.point(at: 0)), model.cost(of: sweep.plan.point(at: 1))
    )
    #expect(measured.flops > 1.2 * plain.flops && measured.seconds > plain.seconds)
    #expect(measured.bytes > plain.bytes)
  }

  @Test(
    "No more images are predicted than scores and the loss are measured at",
    arguments: [
      "companions: {images: 2}", "landscape: {data: digits, images: 2}",
    ])
  func fewImages(_ section: String) throws {
    let sweep = try PreparedSweep(Self.sweep(Self.both, measure: section), loading: false)
    var model = CostModel(sweep.measurements)
    _ = model.cost(of: sweep.plan.point(at: 0))
    let (plain, measured) = (
      model.cost(of: sweep.plan.point(at: 0)), model.cost(of: sweep.plan.point(at: 1))
    )
    #expect(measured.flops > plain.flops && measured.flops < 2 * plain.flops)
  }
}
