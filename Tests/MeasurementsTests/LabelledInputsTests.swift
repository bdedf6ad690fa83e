import Foundation
import HDF5
import ImageData
import SweepRecords
import SweepSpec
import TestSupport
import Testing
import Training

@testable import Measurements

@Suite("Images with classes", .serialized) struct LabelledInputsTests {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// A sweep that trains on and scores with the same data.
  private func sweep(_ data: String, images: String = "") -> String {
    """
    format: 1
    name: own-data
    seed: 4
    architecture: {input: {channels: 64, size: 1}}
    grid: {family: [chain], stage_depth: [2], width: [8]}
    measure:
      train: {data: \(data), \(images)epochs: 2}
      companions: {data: \(data), images: 12}
    """
  }

  /// The digits as files of every kind: bytes scaled to 255, and what they are in HDF5.
  private func writeDigits() throws {
    let values = try Digits.images.values(0..<1_797)
    let labels = try #require(Digits.images.labels)
    let bytes = values.map { UInt8(($0 * 255).rounded()) }
    func header(_ sizes: [Int]) -> [UInt8] {
      [0, 0, 8, UInt8(sizes.count)]
        + sizes.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
    }
    try Data(header([1_797, 8, 8]) + bytes).write(to: URL(filePath: folder.path("images.idx")))
    try Data(header([1_797]) + labels.map { UInt8($0) })
      .write(to: URL(filePath: folder.path("labels.idx")))
    let file = try File.create(folder.path("digits.h5"))
    do {
      let root = try file.root()
      let shape = [1_797, 1, 8, 8]
      try root.createDataset("images", .float64, shape: shape).write(values)
      try root.createDataset("bytes", .uint8, shape: shape).write(bytes)
      try root.createDataset("labels", .int64, shape: [1_797]).write(labels.map { Int64($0) })
      try root.createDataset("few", .int64, shape: [3]).write([Int64(0), 1, 2])
      try root.createDataset("negative", .int32, shape: [1_797]).write(
        labels.map { $0 == 0 ? Int32(-1) : Int32($0) })
    }
    try file.close()
  }

  private func record(_ text: String) throws -> Record {
    var computer = try PreparedSweep(text, folder: folder.path).computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    return record
  }

  @Test("Equal images train equal networks, wherever they are from") func equal() throws {
    try writeDigits()
    // Sixteenths are exact in float64, so the file's digits are the program's.
    #expect(
      try record(sweep("{file: digits.h5}")).values == record(sweep("digits")).values)
    let idx = try record(sweep("{idx: images.idx, labels: labels.idx}")).values
    #expect(try record(sweep("{file: digits.h5, images: bytes}")).values == idx)
    #expect(try record(sweep("digits")).values != idx)
  }

  @Test("Other ranks have the same images, with classes, without files") func sharing() throws {
    try writeDigits()
    for data in ["{file: digits.h5}", "{idx: images.idx, labels: labels.idx}"] {
      let own = try PreparedSweep(sweep(data, images: "images: 400, "), folder: folder.path)
      let spec = own.plan.spec
      var other = try #require(SweepInputs(text: own.inputs.text, of: spec, folder: ""))
      #expect(other.digests == own.inputs.digests)
      let plan = try Plan(
        spec, inputDigests: other.digests, data: other.facts(for: spec.measure))
      #expect(plan.planHash == own.plan.planHash && plan.data == own.plan.data)
      try other.receive(own.inputs.bytes, of: spec)
      var computer = PointComputer(
        plan: plan, sweep: SweepMeasurements(plan), run: 0, rank: 1,
        images: try SweepImages(other, of: spec))
      var first = own.computer()
      #expect(computer.record(of: 0).values == first.record(of: 0).values)
    }
  }

  @Test("Some of the images are chosen by the seed, and split as asked") func some() throws {
    let sweep = try PreparedSweep(sweep("digits", images: "images: 300, batch: 8, test: 0.5, "))
    let training = try #require(
      sweep.images.prepared[TrainingMeasurement.section] as? TrainingInputs)
    #expect(training.images.count == 300 && training.images.classes == 10)
    #expect(training.split.test.count == 150 && training.split.validation.count == 30)
    let all = try Digits.images.values(0..<1_797)
    let known = Set(stride(from: 0, to: all.count, by: 64).map { Array(all[$0..<$0 + 64]) })
    let chosen = Set((0..<300).map { training.images.image($0) })
    #expect(chosen.count == 300 && chosen.isSubset(of: known))
    #expect(
      try #require(sweep.images.prepared[CompanionsMeasurement.section] as? LabelledImages).count
        == 12)
  }

  @Test(
    "Data without classes that fit are refused at their place",
    arguments: [
      (
        "{idx: images.idx}",
        "images.idx: a file of images has no classes, expected their file beside it "
          + "({idx: images.idx, labels: path})"
      ),
      (
        "{idx: images.idx, labels: images.idx}",
        "images.idx: it has 3 dimensions of the type 8, expected one dimension of unsigned bytes "
          + "(type 8)"
      ),
      (
        "{idx: images.idx, labels: none.idx}",
        "none.idx: there is no such file, expected classes in the format of MNIST (IDX), gzipped "
          + "or not"
      ),
      (
        "{file: digits.h5, labels: few}",
        "digits.h5: /few: it has 3 labels and there are 1797 images, expected a class for each "
          + "image"
      ),
      (
        "{file: digits.h5, labels: negative}",
        "digits.h5: /negative: image 0 is of class -1, expected classes from 0 to 9999"
      ),
      (
        "{file: digits.h5, labels: images}",
        "digits.h5: /images has the shape (1797, 1, 8, 8) and holds float64, expected a class for "
          + "each image, (n) of int64, int32, int8 or uint8"
      ),
      (
        "{file: digits.h5, labels: nothing}",
        "digits.h5: there is no dataset /nothing, expected one of images, bytes, labels, few, "
          + "negative"
      ),
    ]) func refused(data: String, message: String) throws
  {
    try writeDigits()
    let spec = try SpecReader.read(sweep(data))
    let error = #expect(throws: SpecErrors.self) {
      try SweepInputs(opening: spec, folder: folder.path)
    }
    #expect(error?.description == "8:22: measure.companions.data: " + message)
  }

  @Test("Labels that start at 1 are warned of, once for a data set") func emptyClasses() throws {
    let file = try File.create(folder.path("one.h5"))
    do {
      let root = try file.root()
      try root.createDataset("images", .uint8, shape: [40, 1, 8, 8])
        .write([UInt8](repeating: 9, count: 2_560))
      try root.createDataset("labels", .int64, shape: [40]).write(
        (0..<40).map { Int64($0 % 4 + 1) })
      try root.createDataset("gaps", .int64, shape: [40]).write((0..<40).map { Int64($0 % 3 * 2) })
      try root.createDataset("good", .int64, shape: [40]).write((0..<40).map { Int64($0 % 3) })
    }
    try file.close()
    func warnings(_ labels: String) throws -> [String] {
      let text = sweep("{file: one.h5, images: images, labels: \(labels)}")
        .replacing("epochs: 2", with: "epochs: 2, batch: 4")
      return try SweepInputs(opening: SpecReader.read(text), folder: folder.path)
        .warnings.map(\.message)
    }
    #expect(try warnings("good").isEmpty)
    #expect(
      try warnings("labels") == [
        "measure.companions.data: no image is of class 0, and the classifier has an output for each "
          + "of 5 classes: labels that start at 1 are to be lowered by 1"
      ])
    #expect(
      try warnings("gaps") == [
        "measure.companions.data: no image is of the classes 1, 3, and the classifier has an output "
          + "for each of 5 classes: classes count from 0"
      ])
  }
}
