import Architectures
import Foundation
import ImageData
import Kernels
import NetworkGraphs
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Similarity and inductive bias measurements") struct SimilarityMeasurementTests {
  init() { BLASLibrary.setThreadCount(1) }

  private func sweep(draws: Int, more: String = "") throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: similarity
      seed: 2
      include:
        - {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [40, 30, 20]}]}
        - {family: residual, input: {channels: 1, size: 8}, stages: [{widths: [4, 4]}]}
      weights: {init: he, draws: \(draws)}
      measure:
        similarity: {images: 20}
        \(more)
      """)
  }

  @Test("Layers are like themselves, and alike both ways; draws are alike at the input")
  func properties() throws {
    let sweep = try sweep(draws: 3)
    var computer = sweep.computer()
    for (index, layers) in [(0, 4), (1, 3)] {
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      for suffix in ["", "_rbf"] {
        let pairs = try record.numbers(
          of: ColumnID(rawValue: "layer_cka\(suffix)"), in: sweep.measurements)
        let draws = try record.numbers(
          of: ColumnID(rawValue: "draw_cka\(suffix)"), in: sweep.measurements)
        #expect(pairs.count == 16 && draws.count == 4)
        for layer in 0..<4 {
          for other in 0..<4 {
            let value = pairs[layer * 4 + other]
            guard layer < layers, other < layers else {
              #expect(value.isNaN)
              continue
            }
            #expect(value == pairs[other * 4 + layer] && value <= 1 + 1e-12)
            if layer == other { #expect(abs(value - 1) < 1e-12) }
          }
          if layer >= layers { #expect(draws[layer].isNaN) }
        }
        #expect(abs(draws[0] - 1) < 1e-12)
        #expect(draws[1] < 0.999 && draws[1] > draws[layers - 1] - 0.2)
      }
    }
  }

  @Test("One draw has no other") func single() throws {
    let sweep = try sweep(draws: 1)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(try record.numbers(of: "draw_cka", in: sweep.measurements).allSatisfy { $0.isNaN })
    #expect(try record.numbers(of: "layer_cka", in: sweep.measurements)[0].isFinite)
  }

  @Test("A training that takes no steps leaves similarities as they were") func repeated() throws {
    let sweep = try sweep(draws: 2, more: "train: {epochs: 1, learning_rate: 0}")
    var computer = sweep.computer()
    let record = computer.record(of: 1)
    #expect(record.status == .ok, "\(record.message)")
    for column in SimilarityMeasurement.allColumns where column.id != "guide_cka" {
      let before = try record.numbers(of: column.id, in: sweep.measurements)
      let after = try record.numbers(of: column.id.afterTraining, in: sweep.measurements)
      // Trained weights are kept in single precision.
      #expect(zip(before, after).allSatisfy { $0.isNaN && $1.isNaN || abs($0 - $1) < 1e-4 })
    }
  }

  @Test("Other sweeps have no dimension of pairs of layers") func optional() throws {
    let sweep = try PreparedSweep(
      """
      format: 1
      name: none
      include: [{family: chain, input: {channels: 64, size: 1}, stages: [{widths: [4]}]}]
      measure: {inductive_bias: {images: 16}}
      """)
    #expect(sweep.measurements.layout.extents[.layerB] == 0)
  }

  @Test("The inductive bias of chains at the first digits is the golden one", arguments: [1, 3])
  func bias(_ depth: Int) throws {
    let set = Digits.images
    let images = try (0..<128).map { try set.values(at: [$0]) }
    let labels = Array(try #require(set.labels)[..<128])
    let chain = try Architecture(
      family: .chain, input: InputShape(channels: 64, size: 1),
      stages: [Stage(widths: [Int](repeating: 32, count: depth), kernel: 1, stride: 1)])
    let network = try #require(KernelNetwork(chain, activation: .relu, random: .he))
    let kernels = try InfiniteKernels(network, images: images, readout: .pooled)
    let found = try #require(
      try InductiveBias(
        kernels.nngp, labels: labels, classes: 10, trainingCount: 64, error: 0.01))
    let golden: [Int: (nats: Double, error: Double)] = [
      1: (256.7609913001757, 0.02450428490509875), 3: (141.74860389883344, 0.022544430907022486),
    ]
    let expected = try #require(golden[depth])
    #expect(abs(found.nats - expected.nats) < 1e-6)
    #expect(abs(found.expectedError - expected.error) < 1e-12)
  }

  @Test("A residual network has no inductive bias in closed form, a chain one for each kernel")
  func status() throws {
    var found: [Double] = []
    for kernel in ["nngp", "ntk"] {
      let sweep = try PreparedSweep(
        """
        format: 1
        name: bias
        include:
          - {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [8, 8]}]}
          - {family: residual, input: {channels: 1, size: 8}, stages: [{widths: [4, 4, 4]}]}
        measure:
          inductive_bias: {images: 60, training: 0.7, error: 0.02, kernel: \(kernel)}
        """)
      var computer = sweep.computer()
      for (index, status) in [(0, StatisticStatus.ok), (1, .notDefined)] {
        let record = computer.record(of: index)
        #expect(record.status == .ok, "\(record.message)")
        #expect(
          try record.bits(of: "inductive_bias_status", in: sweep.measurements)
            == [UInt64(status.rawValue)])
        let value = try record.numbers(of: "inductive_bias", in: sweep.measurements)[0]
        #expect(value.isFinite == (status == .ok))
        if status == .ok { found.append(value) }
      }
    }
    #expect(found[0] > 0 && found[1] > 0 && found[0] != found[1])
  }
}
