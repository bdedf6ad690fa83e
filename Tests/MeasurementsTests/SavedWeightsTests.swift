import Foundation
import HDF5
import ImageData
import InducedFrames
import OpenBLAS
import SweepRecords
import SweepSpec
import TestSupport
import Testing
import Training

@testable import Measurements

@Suite("Trained weights that are written") struct SavedWeightsTests {
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
    BLASLibrary.setThreadCount(1)
  }

  /// Networks of every family, a projection among them, that differ in one more key.
  private static func head(_ name: String, _ axis: String, _ values: String) -> String {
    """
    format: 1
    name: \(name)
    seed: 3
    architecture:
      {input: {channels: 1, size: 8}, stage_depth: 2, stage_count: 2, width: 2}
    grid:
      family: [chain, residual, dense]
      shortcut: [projection]
      \(axis): [\(values)]

    """
  }

  private static let measured = """
      frame: {statistics: true}
      neural_frames:
        images: 3
        perturbations: {augmentation: all, noise: 2}
        per_image: true
    """

  private static func records(of sweep: PreparedSweep) -> [Record] {
    var computer = sweep.computer()
    return (0..<sweep.plan.count).map { computer.record(of: $0) }
  }

  private static let pairs: [(trained: ColumnID, read: ColumnID)] =
    (NeuralColumns.measured(perImage: true) + FrameStatistics.quantities.columns()).map {
      ($0.id.afterTraining, $0.id)
    }

  @Test(
    "What is measured of a written file is what its training measured, bit for bit",
    arguments: [("inference_sweeps", "1, 2"), ("normalization", "batch, group")])
  func roundTrip(_ axis: String, _ values: String) throws {
    let trained = try PreparedSweep(
      Self.head("one", axis, values) + "weights: {init: he, draws: 2}\nmeasure:\n" + Self.measured
        + """

          train:
            epochs: 1
            save_weights: {file: "nets/{family}-{\(axis)}-{draw}.h5", group: /best}
        """, folder: folder.path)
    let before = Self.records(of: trained)
    let read = try PreparedSweep(
      Self.head("two", axis, values) + """
          weights:
            - {file: "nets/{family}-{\(axis)}-0.h5", group: /best}
            - {file: "nets/{family}-{\(axis)}-1.h5", group: /best}
        measure:

        """ + Self.measured, folder: folder.path)
    let after = Self.records(of: read)
    #expect(before.count == 6 && after.count == 12)
    for record in before + after { #expect(record.status == .ok, "\(record.message)") }
    for (point, record) in before.enumerated() {
      for pair in Self.pairs {
        let bits = try record.bits(of: pair.trained, in: trained.measurements)
        let halves = try (0..<2).map {
          try after[2 * point + $0].bits(of: pair.read, in: read.measurements)
        }
        #expect(!bits.isEmpty && bits == halves[0] + halves[1], "\(pair.trained) of \(point)")
        if pair.read == "neural_gain_mean" { #expect(halves[0] != halves[1]) }
      }
    }
  }

  private static func small(_ train: String) -> String {
    """
    format: 1
    name: small
    grid: {input: [{channels: 64, size: 1}], family: [chain], stages: [[{widths: [2]}]]}
    weights: {init: he, draws: 2}
    measure: {train: {epochs: 1, \(train), save_weights: {file: "nets/{draw}.h5"}}}
    """
  }

  @Test("The written network, classifier included, makes the mistakes that were counted")
  func classifier() throws {
    let sweep = try PreparedSweep(
      Self.small("learning_rate: 0.1").replacing("epochs: 1", with: "epochs: 12, images: 900")
        .replacing("widths: [2]", with: "widths: [12, 10]"), folder: folder.path)
    let record = Self.records(of: sweep)[0]
    let file = try File.open(folder.path("nets/1.h5"))
    let affine = try ["0", "1", "classifier"].map { name in
      let group = try file.root().openGroup(name)
      return (
        weight: try group.openDataset("weight").read(Double.self),
        bias: try group.openDataset("bias").read(Double.self)
      )
    }
    let digits = Digits.images
    let labels = try #require(digits.labels)
    let tested = try file.root().openDataset("test_images").read(Int64.self).map { Int($0) }
    #expect(tested.count == 180 && Set(tested).count == 180 && tested == tested.sorted())
    #expect(tested.allSatisfy { digits.labels?.indices.contains($0) == true })
    let pixels = try digits.values(0..<digits.count)
    let mistakes = tested.count { image in
      var values = Array(pixels[image * 64..<(image + 1) * 64])
      for (place, layer) in affine.enumerated() {
        values = layer.bias.enumerated().map { row, bias in
          let sum = values.indices.reduce(bias) {
            $0 + layer.weight[row * values.count + $1] * values[$1]
          }
          return place < 2 ? max(sum, 0) : sum
        }
      }
      return values.firstIndex(of: values.max() ?? .nan) != Int(labels[image])
    }
    let error = try record.numbers(of: "test_error", in: sweep.measurements)[1]
    // Most digits are told apart by now, so that a wrong classifier would show.
    #expect(error < 0.5)
    // Single precision may settle a tie otherwise.
    #expect(abs(Double(mistakes) - error * Double(tested.count)) < 2.5)
    #expect(try file.root().attribute("test_error", as: Double.self) == [error])
  }

  @Test("A training that diverges leaves no file, and none is missed") func diverged() throws {
    let train = "learning_rate: 1000, weight_decay: 1, gradient_clip: 0"
    let sweep = try PreparedSweep(Self.small(train), folder: folder.path)
    let record = Self.records(of: sweep)[0]
    #expect(record.status == .ok, "\(record.message)")
    let statuses = sweep.measurements.trainStatuses(in: record)
    #expect(statuses == [.diverged, .diverged])
    #expect(!FileManager.default.fileExists(atPath: folder.path("nets")))
    let saved = try #require(sweep.computer().savedWeights)
    #expect(saved.missingFile(of: 0, statuses) == nil)
    #expect(saved.missingFile(of: 0) == "nets/0.h5")
    #expect(saved.missingFile(of: 0, [.diverged, .completed]) == "nets/1.h5")
  }

  @Test("Weights of other images are another training's, on every rank alike") func images() throws
  {
    let text = Self.small("data: {idx: images.idx, labels: labels.idx}, batch: 2")
    func write(first: UInt8) throws {
      let pixels = [first] + (1..<64 * 40).map { UInt8($0 % 251) }
      try Data([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 8, 0, 0, 0, 8] + pixels)
        .write(to: URL(filePath: folder.path("images.idx")))
    }
    try Data([0, 0, 8, 1, 0, 0, 0, 40] + (0..<40).map { UInt8($0 % 2) })
      .write(to: URL(filePath: folder.path("labels.idx")))
    try write(first: 1)
    let sweep = try PreparedSweep(text, folder: folder.path)
    let record = Self.records(of: sweep)[0]
    #expect(record.status == .ok, "\(record.message)")
    #expect(sweep.computer().savedWeights?.obstacles(for: [0]) == [])
    // As a rank does that reads no images itself.
    var inputs = try #require(
      SweepInputs(text: sweep.inputs.text, of: sweep.plan.spec, folder: folder.path))
    try inputs.receive(sweep.inputs.bytes, of: sweep.plan.spec)
    #expect(SavedWeights(sweep.plan, inputs: inputs)?.obstacles(for: [0]) == [])
    try write(first: 2)
    let changed = try PreparedSweep(text, folder: folder.path)
    #expect(changed.computer().savedWeights?.obstacles(for: [0]).count == 2)
  }

  @Test("What stands in the way is found before, and fails the point that finds it later")
  func obstacles() throws {
    let sweep = try PreparedSweep(Self.small("batch: 64"), folder: folder.path)
    let saved = try #require(sweep.computer().savedWeights)
    #expect(saved.obstacles(for: [0]).isEmpty)
    #expect(saved.extent.files == 2)
    // A folder that is not there yet may stand before dots.
    let text = Self.small("batch: 64").replacing("nets/", with: "new/../nets/")
    let dotted = try PreparedSweep(text, folder: folder.path)
    #expect(try #require(dotted.computer().savedWeights).obstacles(for: [0]).isEmpty)
    try folder.write("mine", to: "nets")
    #expect(
      saved.obstacles(for: [0]).first
        == "nets/0.h5: \(folder.path("nets")) is not a folder, expected a folder that can be written to"
    )
    try FileManager.default.removeItem(atPath: folder.path("nets"))
    try FileManager.default.createDirectory(
      atPath: folder.path("nets"), withIntermediateDirectories: true)
    try folder.write("mine", to: "nets/1.h5")
    let obstacles = saved.obstacles(for: [0])
    #expect(obstacles.count == 1 && obstacles[0].hasPrefix("nets/1.h5: it exists already"))
    let record = Self.records(of: sweep)[0]
    #expect(record.status == .failed && record.message == obstacles[0])
    #expect(try String(contentsOfFile: folder.path("nets/1.h5"), encoding: .utf8) == "mine")
    // The first draw is written by then; it stands in nobody's way but another training's.
    #expect(saved.obstacles(for: [0]).count == 1)
    for other in ["batch: 32", "batch: 64, potential_penalty: 1"] {
      let changed = try PreparedSweep(Self.small(other), folder: folder.path)
      #expect(changed.computer().savedWeights?.obstacles(for: [0]).count == 2)
    }
    let more = try PreparedSweep(
      Self.small("batch: 64").replacing("draws: 2", with: "draws: 3"), folder: folder.path)
    #expect(more.computer().savedWeights?.obstacles(for: [0]).count == 1)
    #expect(
      saved.obstacles(for: [0], reserved: [folder.path("nets/../nets/0.h5")]).first
        == "nets/0.h5: it is a file of this run, expected another name")
  }
}
