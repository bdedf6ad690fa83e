import Foundation
import OpenBLAS
import SweepRecords
import SweepSpec
import TestSupport
import Testing
import Training

@testable import Measurements

@Suite("Landscape measurement") struct LandscapeMeasurementTests {
  init() { BLASLibrary.setThreadCount(1) }

  private func sweep(_ landscape: String, train: String = "", include: String = "") throws
    -> PreparedSweep
  {
    try PreparedSweep(
      """
      format: 1
      name: landscape
      seed: 2
      include:
        - {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [8]}]\(include)}
      weights: {init: he, draws: 2}
      measure:
        landscape: {\(landscape)}
        \(train)
      """)
  }

  @Test("A training that takes no steps leaves the landscape as it was, and steps change it")
  func trained() throws {
    for rate in [0, 0.1] {
      let sweep = try sweep(
        "images: 30, samples: 3, probes: 3", train: "train: {epochs: 1, learning_rate: \(rate)}")
      var computer = sweep.computer()
      let record = computer.record(of: 0)
      #expect(record.status == .ok, "\(record.message)")
      for column in Landscape.quantities.columns() {
        let before = try record.bits(of: column.id, in: sweep.measurements)
        let after = try record.bits(of: column.id.afterTraining, in: sweep.measurements)
        #expect((before == after) == (rate == 0) && before.count == 2)
      }
      let status: ColumnID = "trained_landscape_status"
      #expect(try record.bits(of: status, in: sweep.measurements) == [1, 1])
    }
  }

  @Test("Without a training images are those that would be trained on") func untrained() throws {
    let alone = try sweep("images: 30, samples: 3, probes: 3")
    let beside = try sweep(
      "images: 30, samples: 3, probes: 3", train: "train: {epochs: 1, learning_rate: 0}")
    var (one, other) = (alone.computer(), beside.computer())
    let (record, same) = (one.record(of: 0), other.record(of: 0))
    for column in Landscape.columns {
      #expect(
        try record.bits(of: column.id, in: alone.measurements)
          == same.bits(of: column.id, in: beside.measurements))
    }
    #expect(alone.measurements.layout.place(of: "trained_hessian_top") == nil)
  }

  @Test("Few iterations and several sweeps of inference have their status") func status() throws {
    for (keys, include, status) in [
      ("iterations: 2", "", StatisticStatus.iterationLimit),
      ("images: 10", ", inference_sweeps: 2", .notDefined),
    ] {
      let sweep = try sweep("\(keys), samples: 1, probes: 1", include: include)
      var computer = sweep.computer()
      let record = computer.record(of: 0)
      #expect(record.status == .ok, "\(record.message)")
      let found = try record.bits(of: "landscape_status", in: sweep.measurements)
      #expect(found == [UInt64(status.rawValue), UInt64(status.rawValue)])
    }
  }

  @Test("Beside a training on any images it has those, and reads none of its own") func images()
    throws
  {
    let folder = try TemporaryDirectory()
    var bytes: [UInt8] = []
    for image in 0..<60 {
      bytes.append(UInt8(image % 10))
      for pixel in 0..<3_072 { bytes.append(UInt8((pixel + 7 * image) % 256)) }
    }
    try Data(bytes).write(to: URL(filePath: folder.path("a.bin")))
    let sweep = try PreparedSweep(
      """
      format: 1
      name: landscape
      include:
        - {family: chain, input: {channels: 3072, size: 1}, stages: [{widths: [4]}]}
      weights: {init: he, draws: 1}
      measure:
        landscape: {images: 10, samples: 1, probes: 1}
        train: {data: {cifar10: a.bin}, epochs: 1, batch: 5}
      """, folder: folder.path)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    let found = try record.numbers(of: "trained_hessian_trace", in: sweep.measurements)
    #expect(found.allSatisfy { $0.isFinite })
    #expect(!sweep.inputs.text.contains("landscape"))
  }

  @Test("Data of its own beside a training are refused") func data() {
    let text = """
      format: 1
      name: x
      include: [{family: chain, input: {channels: 64, size: 1}, stages: [{widths: [4]}]}]
      measure:
        train: {epochs: 1}
        landscape: {data: digits}
      """
    let error = #expect(throws: SpecErrors.self) { try SpecReader.read(text) }
    #expect(
      error?.description
        == "6:15: measure.landscape.data: the images are those of training, expected data under "
        + "train, or landscape without train")
  }
}
