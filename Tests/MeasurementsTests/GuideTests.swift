import Foundation
import OpenBLAS
import SweepRecords
import SweepSpec
import TestSupport
import Testing

@testable import Measurements

@Suite("Networks that are compared with a guide") struct GuideTests {
  private let folder: TemporaryDirectory

  init() throws {
    BLASLibrary.setThreadCount(1)
    folder = try TemporaryDirectory()
  }

  /// Layers of a convolution and a relu each.
  private func write(
    _ name: String, layers: Int = 2, scale: Float = 1, input: [Int?] = [nil, 1, 8, 8]
  ) throws {
    var file = ONNXBuilder(input: input)
    for layer in 0..<layers {
      file.weights(
        "w\(layer)", [1, 1, 3, 3], (0..<9).map { scale * (Float(($0 + layer) % 7) - 2) })
      file.node(
        "Conv", [layer == 0 ? "x" : "r\(layer - 1)", "w\(layer)"], ["c\(layer)"],
        ["pads": .integers([1, 1, 1, 1])])
      file.node("Relu", ["c\(layer)"], [layer == layers - 1 ? "y" : "r\(layer)"])
    }
    try Data(file.bytes).write(to: URL(filePath: folder.path(name)))
  }

  private func sweep(
    _ guide: String = "{onnx: guide.onnx}", points: String = "grid: {network: [{onnx: a.onnx}]}",
    more: String = ""
  ) throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: x
      \(points)
      measure:
        similarity: {images: 12, guide: \(guide)}
        \(more)
      """, folder: folder.path)
  }

  private func values(_ id: ColumnID, _ sweep: PreparedSweep) throws -> [Double] {
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    try #require(record.status == .ok, "\(record.message)")
    return try record.numbers(of: id, in: sweep.measurements)
  }

  @Test("A network is like itself in every layer, and in none if only its scale differs")
  func itself() throws {
    try write("a.onnx")
    try write("guide.onnx", scale: 3)
    let values = try values("guide_cka", sweep())
    #expect(values.count == 3 && values[0].isNaN)
    #expect(values[1...].allSatisfy { abs($0 - 1) < 1e-12 })
  }

  @Test(
    "A guide that leaves images as they are is the input itself, for all draws and after training")
  func image() throws {
    var file = ONNXBuilder(input: [nil, 1, 8, 8])
    // No digit has a pixel below 0.
    file.node("Relu", ["x"], ["y"])
    try Data(file.bytes).write(to: URL(filePath: folder.path("guide.onnx")))
    let points = """
      include: [{family: chain, input: {channels: 64, size: 1}, stages: [{widths: [9, 7]}]}]
      weights: {init: he, draws: 1}
      """
    let sweep = try sweep(points: points, more: "train: {epochs: 1}")
    for prefix in ["", "trained_"] {
      let found = try values(ColumnID(rawValue: "\(prefix)guide_cka"), sweep)
      let layers = try values(ColumnID(rawValue: "\(prefix)layer_cka"), sweep)
      // The guide's only layer belongs to the last one.
      #expect(found[0].isNaN && found[1].isNaN && abs(found[2] - layers[6]) < 1e-12)
    }
  }

  @Test("A layer with several of the guide's has their mean, and one without has none")
  func numbers() throws {
    try write("a.onnx", layers: 2)
    try write("guide.onnx", layers: 3)
    // 0, 0.5 and 1: the first two belong to the first layer.
    let deeper = try values("guide_cka", sweep())
    #expect(deeper[1...].allSatisfy { $0 > 0 && $0 <= 1 + 1e-12 } && abs(deeper[2] - 1) > 1e-6)
    try write("a.onnx", layers: 3)
    try write("guide.onnx", layers: 2)
    let shallower = try values("guide_cka", sweep())
    #expect(shallower[2].isNaN && abs(shallower[1] - 1) < 1e-12 && shallower[3].isFinite)
    // Their first layers are equal, so the mean is that of 1 and of another number.
    #expect(deeper[1] > 0.5 && deeper[1] < 1)
  }

  @Test("Sweeps without a guide have no column of it") func absent() throws {
    try write("a.onnx")
    let sweep = try PreparedSweep(
      "format: 1\nname: x\ngrid: {network: [{onnx: a.onnx}]}\nmeasure: {similarity: {images: 5}}",
      folder: folder.path)
    #expect(sweep.measurements.layout.place(of: "guide_cka") == nil)
    #expect(sweep.plan.spec.measure.canonicalText == "{similarity: {data: digits, images: 5}}")
  }

  @Test("The guide's bytes belong to the plan's hash, its path does not, and points are no guides")
  func hash() throws {
    try write("a.onnx")
    try write("guide.onnx", layers: 3)
    try write("same.onnx", layers: 3)
    try write("other.onnx", layers: 3, scale: 2)
    let hashes = try ["guide", "same", "other", "a"].map {
      try sweep("{onnx: \($0).onnx}").plan.planHash
    }
    #expect(hashes[0] == hashes[1] && Set(hashes).count == 3)
    // Networks of the points alone do not say which of them is the guide.
    let points = "grid: {network: [{onnx: a.onnx}, {onnx: guide.onnx}]}"
    #expect(
      try sweep("{onnx: a.onnx}", points: points).plan.planHash
        != sweep("{onnx: guide.onnx}", points: points).plan.planHash)
  }

  @Test("A rank that is given bytes derives the same plan and the same results") func sharing()
    throws
  {
    try write("a.onnx")
    try write("guide.onnx", layers: 3)
    let own = try sweep()
    for name in ["a.onnx", "guide.onnx"] {
      try FileManager.default.removeItem(atPath: folder.path(name))
    }
    let spec = own.plan.spec
    var other = try #require(SweepInputs(text: own.inputs.text, of: spec, folder: ""))
    #expect(try other.plan(of: spec).planHash == own.plan.planHash)
    try other.receive(own.inputs.bytes, of: spec)
    let plan = try other.plan(of: spec)
    var computer = PointComputer(
      plan: plan, sweep: SweepMeasurements(plan, inputs: other), run: 0, rank: 1, inputs: other,
      images: try SweepImages(other, of: spec))
    var first = own.computer()
    #expect(computer.record(of: 0).values == first.record(of: 0).values)
  }

  @Test("What is wrong with a guide is said at its place") func mistakes() throws {
    try write("a.onnx")
    try write("large.onnx", input: [nil, 1, 9, 9])
    for (guide, part) in [
      ("{onnx: none.onnx}", "5:35: measure.similarity.guide: none.onnx: there is no such file"),
      (
        "{onnx: large.onnx}",
        "5:35: measure.similarity.guide: large.onnx: its input has the shape (1, 9, 9)"
      ),
      ("{onnx: \"{width}.onnx\"}", "has placeholders, and all points have one guide"),
      ("other.onnx", "5:35: measure.similarity.guide: found 'other.onnx'"),
    ] {
      let error = #expect(throws: SpecErrors.self) { _ = try sweep(guide) }
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }
  }

  /// A sweep that trains one small network, with the trained layers' similarity to the guide.
  private func training(_ guidance: String, guide: String = "guide") throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: x
      include: [{family: chain, input: {channels: 64, size: 1}, stages: [{widths: [9, 7]}]}]
      weights: {init: he, draws: 2}
      measure:
        similarity: {images: 32, guide: {onnx: \(guide).onnx}}
        train: {epochs: 3\(guidance)}
      """, folder: folder.path)
  }

  @Test("Training with a guide makes layers more like its own, with the same bits each time")
  func guidance() throws {
    try write("guide.onnx")
    let guided = try training(", guide: {onnx: guide.onnx}, guidance: 3")
    let (with, without) = (
      try values("trained_guide_cka", guided), try values("trained_guide_cka", training(""))
    )
    // Layers 1 and 2 of both draws.
    for place in [1, 2, 4, 5] {
      #expect(with[place] > without[place] + 0.05, "\(with) and \(without)")
    }
    let (one, again) = (
      try values("trained_guide_cka", guided), try values("train_loss", guided)
    )
    #expect(one[1...2] == with[1...2] && one[4...5] == with[4...5] && again.count == 2)
    let zero = try training(", guide: {onnx: guide.onnx}, guidance: 0")
    #expect(try values("train_loss", zero) == values("train_loss", training("")))
  }

  @Test("The bytes of the guide of a training belong to the plan's hash, and are shared")
  func guideOfTraining() throws {
    try write("guide.onnx")
    try write("other.onnx", scale: 2)
    let text = ", guide: {onnx: guide.onnx}"
    let own = try training(text)
    let other = try training(text.replacing("guide.onnx", with: "other.onnx"))
    #expect(own.plan.planHash != other.plan.planHash)
    let spec = own.plan.spec
    var shared = try #require(SweepInputs(text: own.inputs.text, of: spec, folder: ""))
    #expect(try shared.plan(of: spec).planHash == own.plan.planHash)
    try shared.receive(own.inputs.bytes, of: spec)
    let plan = try shared.plan(of: spec)
    var computer = PointComputer(
      plan: plan, sweep: SweepMeasurements(plan, inputs: shared), run: 0, rank: 1, inputs: shared,
      images: try SweepImages(shared, of: spec))
    var first = own.computer()
    #expect(computer.record(of: 0).values == first.record(of: 0).values)
    // What is predicted does not depend on who read the file.
    var costs = [own, try training("")].map { sweep in
      var model = CostModel(sweep.measurements)
      return model.cost(of: sweep.plan.point(at: 0)).seconds
    }
    #expect(costs.removeFirst() > costs[0])
  }

  @Test("A guide takes the numbers of the images in a shape of its own, and has finite weights")
  func shapes() throws {
    try write("a.onnx")
    for (name, input, isGood) in [
      ("flat", [1, 1, 4, 16], true), ("open", [1, 1, nil, 16], false),
    ] {
      try write("\(name).onnx", input: input)
      guard isGood else {
        #expect(throws: SpecErrors.self) { _ = try sweep("{onnx: \(name).onnx}") }
        continue
      }
      #expect(try values("guide_cka", sweep("{onnx: \(name).onnx}")).contains { $0 > 0 })
    }
    try write("infinite.onnx", scale: .infinity)
    let error = #expect(throws: SpecErrors.self) { _ = try sweep("{onnx: infinite.onnx}") }
    #expect(error?.description.contains("expected finite numbers") == true)
  }
}
