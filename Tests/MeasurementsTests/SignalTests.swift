import Architectures
import Foundation
import Networks
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Signal measurement") struct SignalTests {
  init() { BLASLibrary.setThreadCount(1) }

  private func sweep(
    _ include: String, weights: String = "{init: he, draws: 2}", images: Int = 5,
    directions: Int = 3, more: String = ""
  ) throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: signal
      seed: 2
      include: [\(include)]
      weights: \(weights)
      measure:
        signal: {images: \(images), directions: \(directions)}
        \(more)
      """)
  }

  private static let chain =
    "{family: chain, input: {channels: 64, size: 1}, stages: [{widths: [12, 3]}]}"
  private static let residual =
    "{family: residual, input: {channels: 1, size: 8}, stages: [{widths: [4, 4, 4]}]}"

  @Test("Each layer's gain and active units are those of the layers multiplied out")
  func bruteForce() throws {
    let sweep = try sweep(Self.chain)
    let point = sweep.plan.point(at: 0)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    let images = try #require(sweep.inputs.images(of: SignalMeasurement.self)).images
    #expect(images.count == 5)
    for draw in 0..<2 {
      let weights = NetworkWeights.heInitialization(
        of: try #require(point.network.framed), seed: point.seed, draw: draw)
      var (active, gain) = ([0, 0], [0.0, 0])
      for image in images {
        var values = image
        func meanSquare(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } / Double(x.count) }
        for (layer, weight) in weights.layers.enumerated() {
          values = (0..<weight.rows).map { row in
            max(
              0, zip(weight.values[(row * values.count)...], values).reduce(0) { $0 + $1.0 * $1.1 })
          }
          active[layer] += values.count { $0 > 0 }
          gain[layer] += log(meanSquare(values) / meanSquare(image)) / 5
        }
      }
      func value(_ id: ColumnID, _ layer: Int) throws -> Double {
        try record.numbers(of: id, in: sweep.measurements)[draw * 3 + layer]
      }
      for (layer, count) in [12, 3].enumerated() {
        #expect(
          try value("active_fraction", layer + 1) == Double(active[layer]) / Double(5 * count))
        // Single precision.
        let found = try value("forward_gain_log", layer + 1)
        #expect(abs(found - gain[layer]) < 1e-5 || found == gain[layer])
      }
      #expect(try value("tangent_gain_log", 0) == 0)
    }
  }

  @Test(
    "Widths say the sum of their reciprocals, and how lengths of fully connected chains fluctuate")
  func widths() throws {
    let sweep = try sweep(
      "\(Self.residual), {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [16, 32, 8]}]}"
    )
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    let chain = computer.record(of: 1)
    func number(_ record: Record, _ id: ColumnID) throws -> Double {
      try record.numbers(of: id, in: sweep.measurements)[0]
    }
    #expect(try number(record, "width_reciprocal_sum") == 0.75)
    #expect(try number(record, "length_fluctuation").isNaN)
    #expect(try number(chain, "width_reciprocal_sum") == 1 / 16.0 + 1 / 32.0 + 1 / 8.0)
    // statistics.md: 2.4661, to its digits.
    #expect(abs(try number(chain, "length_fluctuation") + 1 - 2.4661) < 5e-5)
  }

  @Test("Variances of weights and biases decide about the mean field") func meanField() throws {
    let cases: [(weights: String, status: Int8, chi: Double, scale: Double)] = [
      ("{init: he}", 1, 1, .infinity),
      ("{init: lecun}", 1, 0.5, 1 / log(2)),
      ("{init: xavier}", 2, .nan, .nan),
      ("{init: normal, weight_variance: 3, bias_variance: 0.1}", 1, 1.5, 1 / log(1.5)),
      ("{init: orthogonal, weight_variance: 1}", 1, 0.5, 1 / log(2)),
    ]
    for (weights, status, chi, scale) in cases {
      let sweep = try sweep(Self.residual, weights: weights)
      var computer = sweep.computer()
      let record = computer.record(of: 0)
      #expect(record.status == .ok, "\(record.message)")
      #expect(try record.bits(of: "mean_field_status", in: sweep.measurements) == [UInt64(status)])
      for (id, expected) in [
        ("mean_field_chi_parallel", chi), ("mean_field_chi_perpendicular", chi),
        ("mean_field_depth_scale", scale),
      ] as [(ColumnID, Double)] {
        let found = try record.numbers(of: id, in: sweep.measurements)[0]
        #expect(found == expected || found.isNaN && expected.isNaN || abs(found - expected) < 1e-12)
      }
    }
  }

  @Test("A training that takes no steps leaves signals as they were") func repeated() throws {
    let sweep = try sweep(
      "\(Self.chain), \(Self.residual)", more: "train: {epochs: 1, learning_rate: 0}")
    var computer = sweep.computer()
    for index in 0..<2 {
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      for column in SignalColumns.perDraw {
        let before = try record.bits(of: column.id, in: sweep.measurements)
        #expect(try record.bits(of: column.id.afterTraining, in: sweep.measurements) == before)
      }
    }
    #expect(sweep.measurements.layout.place(of: "trained_width_reciprocal_sum") == nil)
  }
}
