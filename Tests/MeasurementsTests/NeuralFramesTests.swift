import Architectures
import Foundation
import Networks
import NeuralFrames
import OpenBLAS
import SweepRecords
import SweepSpec
import Testing

@testable import Measurements

@Suite("Neural frames of points") struct NeuralFramesOfPointsTests {
  // As a run does: with several threads the last bits depend on what else computes.
  init() { BLASLibrary.setThreadCount(1) }

  static func sweep(
    images: Int = 6, perImage: Bool = false, precision: String = "float32", sweeps: Int = 1
  ) -> String {
    """
    format: 1
    name: frames
    seed: 5
    architecture: {input: {channels: 1, size: 8}, inference_sweeps: \(sweeps)}
    grid:
      family: [chain, residual, dense]
      stage_depth: [3, 4]
      width: [6]
    include:
      - {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [20, 12]}],
         inference_sweeps: \(sweeps)}
    weights: {init: he, draws: 2}
    measure:
      frame: {minimum: false, statistics: false}
      neural_frames:
        images: \(images)
        perturbations: {augmentation: all, noise: 3, fourier: 4, generative: {components: 2}}
        per_image: \(perImage)
        precision: \(precision)
    """
  }

  @Test("Records hold the same bits whoever computes them, in whatever order") func sameBits()
    throws
  {
    let sweep = try PreparedSweep(Self.sweep(perImage: true))
    var (one, other) = (sweep.computer(), sweep.computer(rank: 5))
    let forward = (0..<sweep.plan.count).map { one.record(of: $0) }
    for index in (0..<sweep.plan.count).reversed() {
      let record = other.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      #expect(record.values == forward[index].values)
    }
  }

  @Test(
    "Columns hold means, deviations and values of what the network alone gives", arguments: [1, 3])
  func values(_ sweeps: Int) throws {
    let sweep = try PreparedSweep(Self.sweep(perImage: true, precision: "float64", sweeps: sweeps))
    var computer = sweep.computer()
    for index in [1, 4, 6] {
      let point = sweep.plan.point(at: index)
      let record = computer.record(of: index)
      let inputs = try #require(sweep.inputs.images(of: NeuralFramesMeasurement.self))
      let samples = try inputs.indices.indices.map { place in
        try ImageSample(
          image: inputs.image(place),
          directions: PerturbationFamily.allCases.map {
            try inputs.directions($0, at: place)
          })
      }
      let network = point.network.build()
      let push = try PushForward<Double>(
        network, network.initialParameters(seed: point.seed, draw: 1),
        images: 1, vectors: 1 + 10 + 3 + 4 + 2, sweeps: sweeps)
      let last = push.representationCount - 1
      var gains: [Double] = []
      for (place, sample) in samples.enumerated() {
        try push.measure([sample]) { _, representation, frames in
          guard representation == last else { return }
          gains.append(frames.values[1][.gain])
          let stored = try? sweep.value(
            "neural_stable_rank", of: record, draw: 1, family: 3, layer: last, image: place)
          // Products of other sizes have other last bits.
          let expected = frames.values[3][.stableRank]
          #expect(abs((stored ?? .nan) - expected) < 1e-9 || frames.values[3].isValid == false)
        }
      }
      let mean = gains.reduce(0, +) / Double(gains.count)
      let variance = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gains.count)
      func stored(_ id: ColumnID) throws -> Double {
        try sweep.value(id, of: record, draw: 1, family: 1, layer: last)
      }
      #expect(abs(try stored("neural_gain_mean") - mean) < 1e-9)
      #expect(abs(try stored("neural_gain_std") - variance.squareRoot()) < 1e-9)
      #expect(try stored("neural_valid_images") == 6)
      // A family of the input lies in itself, and layers that a point does not have hold nothing.
      #expect(
        try sweep.value("neural_gain_mean", of: record, draw: 0, family: 2, layer: 0).isClose(to: 1)
      )
      if last < sweep.plan.maximumLayerCount {
        #expect(
          try sweep.value("neural_gain_mean", of: record, draw: 0, family: 2, layer: last + 1).isNaN
        )
      }
    }
  }

  @Test("Further sweeps leave other frames behind layers, and none at the input") func sweeps()
    throws
  {
    let (one, three) = try (PreparedSweep(Self.sweep()), PreparedSweep(Self.sweep(sweeps: 3)))
    var (plain, swept) = (one.computer(), three.computer())
    for index in 0..<one.plan.count {
      let (left, right) = (plain.record(of: index), swept.record(of: index))
      #expect(right.status == .ok, "\(right.message)")
      func differs(_ layer: Int) throws -> Bool {
        try one.value("neural_gain_mean", of: left, draw: 0, family: 0, layer: layer)
          != three.value("neural_gain_mean", of: right, draw: 0, family: 0, layer: layer)
      }
      #expect(try !differs(0))
      for layer in 1...one.plan.point(at: index).network.layerCount {
        #expect(try differs(layer))
      }
      #expect(right.execution.predictedSeconds > left.execution.predictedSeconds)
    }
  }

  @Test("Memory does not grow with the number of images, and too little of it is told")
  func memory() throws {
    let few = try PreparedSweep(Self.sweep(images: 256), loading: false)
    let many = try PreparedSweep(Self.sweep(images: 1_792), loading: false)
    var (small, large) = (CostModel(few.measurements), CostModel(many.measurements))
    for index in 0..<few.plan.count {
      let (one, other) = (
        small.cost(of: few.plan.point(at: index)), large.cost(of: many.plan.point(at: index))
      )
      // Batches are made equal, which shifts their size a little.
      #expect(other.bytes < 1.25 * one.bytes)
      #expect(other.flops > 6 * one.flops && other.seconds > 5 * one.seconds)
    }
    var computer = few.computer(memoryLimit: 1_000)
    let record = computer.record(of: 0)
    #expect(record.status == .outOfMemory)
    #expect(record.values.isEmpty)
  }
}

extension Double {
  fileprivate func isClose(to other: Double) -> Bool { abs(self - other) < 1e-12 }
}

extension PreparedSweep {
  /// The value of a column of a record.
  func value(
    _ id: ColumnID, of record: Record, draw: Int, family: Int, layer: Int, image: Int = 0
  ) throws -> Double {
    let place = try #require(measurements.layout.place(of: id))
    let column = measurements.layout.columns[place]
    let index =
      switch column.dimensions.count {
      case 3: measurements.layout.index(at: place, [draw, layer])
      case 4: measurements.layout.index(at: place, [draw, family, layer])
      default: measurements.layout.index(at: place, [draw, family, layer, image])
      }
    let bits = try record.bits(of: id, in: measurements)[index]
    switch column.type {
    case .float64: return Double(bitPattern: bits)
    case .float32: return Double(Float(bitPattern: UInt32(bits)))
    case .int32: return Double(Int32(truncatingIfNeeded: bits))
    case .int8, .int64: return .nan
    }
  }
}
