import Foundation
import Networks
import SweepRecords
import SweepSpec
import TestSupport
import Testing

@testable import Measurements

@Suite("Networks from files as points") struct NetworkPointTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// A convolution with a stride, relu, a sum with another convolution, pooling; then a node that is not
  /// supported if it is asked for.
  private func write(
    _ name: String, scale: Float = 1, input: [Int?] = [nil, 1, 8, 8], isBroken: Bool = false
  ) throws {
    var file = ONNXBuilder(input: input)
    file.weights("w", [3, 1, 3, 3], (0..<27).map { scale * (Float($0 % 7) / 7 - 0.4) })
    file.weights("b", [3], [0.1, -0.2, 0.3])
    file.weights("v", [3, 3, 1, 1], (0..<9).map { Float($0 % 4) / 4 - 0.3 })
    file.node(
      "Conv", ["x", "w", "b"], ["c"],
      ["pads": .integers([1, 1, 1, 1]), "strides": .integers([2, 2])], name: "/conv")
    file.node("Relu", ["c"], ["r"], name: "/relu")
    file.node("Conv", ["r", "v"], ["d"], name: "/mix")
    file.node("Add", ["r", "d"], ["s"], name: "/add")
    file.node("GlobalAveragePool", ["s"], [isBroken ? "p" : "y"], name: "/pool")
    if isBroken { file.node("NonZero", ["p"], ["y"], name: "/last") }
    try Data(file.bytes).write(to: URL(filePath: folder.path(name)))
  }

  private func sweep(
    _ points: String, frames: String = "", data: String = "digits"
  ) throws -> PreparedSweep {
    try PreparedSweep(
      """
      format: 1
      name: x
      \(points)
      measure:
        neural_frames: {data: \(data), images: 3, perturbations: {noise: 3, fourier: 2}\(frames)}
      """, folder: folder.path)
  }

  private func gain(_ sweep: PreparedSweep, _ index: Int = 0) throws -> [Double] {
    var computer = sweep.computer()
    let record = computer.record(of: index)
    try #require(record.status == .ok, "\(record.message)")
    return try record.numbers(of: "neural_gain_mean", in: sweep.measurements)
  }

  @Test("Representations are the standard ones, with their kinds and their operators")
  func representations() throws {
    try write("a.onnx")
    let sweep = try sweep("grid: {network: [{onnx: a.onnx}]}")
    let network = sweep.plan.point(at: 0).network
    #expect(network.representations.map(\.name) == ["input", "r", "s", "y"])
    #expect(network.representations.map(\.kind) == [.input, .activation, .sum, .averagePool])
    let operators = network.representations.map(\.weighted)
    #expect(operators.map { $0?.width } == [nil, 3, 3, 3])
    #expect(operators.map { $0?.inputWidth } == [nil, 1, 3, 3])
    #expect(operators.map { $0?.kernel } == [nil, 3, 1, 1])
    #expect(operators.map { $0?.stride } == [nil, 2, 1, 1])
    #expect(network.counts().weights == 36 && network.counts().trainable == 39)
    #expect(try gain(sweep).count == 2 * 4)
  }

  @Test("Chosen representations are measured as among all others")
  func chosen() throws {
    try write("a.onnx")
    let all = try gain(sweep("grid: {network: [{onnx: a.onnx}]}"))
    let some = try gain(
      sweep("grid: {network: [{onnx: a.onnx}]}", frames: ", representations: [\"/add\", r]"))
    #expect(some == [all[0], all[1], all[2], all[4], all[5], all[6]])
    let convolution = try sweep(
      "grid: {network: [{onnx: a.onnx}]}", frames: ", representations: [\"/conv\"]")
    #expect(
      convolution.plan.point(at: 0).network.representations.map(\.kind) == [.input, .convolution])
  }

  @Test("A rank that is given bytes derives the same plan and the same results")
  func sharing() throws {
    try write("a.onnx")
    try write("b.onnx", scale: 2)
    let own = try sweep("grid: {network: [{onnx: a.onnx}, {onnx: b.onnx}]}")
    try FileManager.default.removeItem(atPath: folder.path("a.onnx"))
    let spec = own.plan.spec
    var other = try #require(SweepInputs(text: own.inputs.text, of: spec, folder: ""))
    #expect(try other.plan(of: spec).planHash == own.plan.planHash)
    try other.receive(own.inputs.bytes, of: spec)
    let plan = try other.plan(of: spec)
    var computer = PointComputer(
      plan: plan, sweep: SweepMeasurements(plan, inputs: other), run: 0, rank: 1, inputs: other,
      images: try SweepImages(other, of: spec))
    var first = own.computer()
    for index in 0..<2 {
      #expect(computer.record(of: index).values == first.record(of: index).values)
    }
    #expect(try gain(own, 0) != gain(own, 1))
  }

  @Test("What a point of a file costs is known without the file, beside points of families")
  func costs() throws {
    try write("a.onnx")
    let own = try sweep(
      """
      grid: {network: [{onnx: a.onnx}]}
      include: [{family: chain, input: {channels: 1, size: 8}, stages: [{widths: [3, 3]}]}]
      """)
    let other = try #require(SweepInputs(text: own.inputs.text, of: own.plan.spec, folder: ""))
    let plan = try other.plan(of: own.plan.spec)
    var (known, read) = (
      CostModel(SweepMeasurements(plan, inputs: other)), CostModel(own.measurements)
    )
    for index in [0, 0, 1] {
      let costs = (known.cost(of: plan.point(at: index)), read.cost(of: own.plan.point(at: index)))
      #expect(costs.0.seconds == costs.1.seconds && costs.0.flops == costs.1.flops)
      #expect(costs.0.bytes == costs.1.bytes && costs.0.bytes > 0)
    }
  }

  @Test("A tensor that is not finite is named, in the plan and at the point")
  func nonfinite() throws {
    try write("a.onnx", scale: .nan)
    let sweep = try sweep("grid: {network: [{onnx: a.onnx}]}")
    #expect(
      sweep.inputs.warnings.map(\.problem).contains {
        $0.contains("a.onnx: tensor 'w' holds nan, so its points are nonfinite")
      })
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .nonfinite)
    #expect(record.message == "a.onnx: tensor 'w' holds nan, expected finite numbers")
  }

  @Test("The bytes of a file belong to the plan's hash, and its name does not")
  func hash() throws {
    try write("a.onnx")
    try write("b.onnx")
    try write("c.onnx", scale: 3)
    let hashes = try ["a", "b", "c"].map {
      try sweep("grid: {network: [{onnx: \($0).onnx}]}").plan.planHash
    }
    #expect(hashes[0] == hashes[1] && hashes[0] != hashes[2])
  }

  @Test("An image is normalised first, in networks from files and in families, and stays as it is")
  func normalization() throws {
    try write("a.onnx")
    for points in [
      "grid: {network: [{onnx: a.onnx}]}",
      "include: [{family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4, 4]}]}]",
    ] {
      try writePixels()
      let plain = try gain(sweep(points, data: "{idx: digits}"))
      let scaled = try gain(
        sweep(points, data: "{idx: digits, normalize: {mean: 0, std: 0.25}}"))
      #expect(plain[0] == scaled[0])
      #expect(plain.count == scaled.count && plain[1] != scaled[1])
    }
  }

  /// Writes some images of 8 × 8 pixels in MNIST's format.
  private func writePixels() throws {
    let count = 20
    var bytes: [UInt8] = [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 8, 0, 0, 0, 8]
    for place in 0..<count * 64 { bytes.append(UInt8((place * 37 + place / 64 * 11) % 256)) }
    try Data(bytes).write(to: URL(filePath: folder.path("digits")))
  }

  @Test("What is wrong with a file is said at its place in the sweep file")
  func mistakes() throws {
    try write("a.onnx")
    try write("open.onnx", input: [nil, 1, nil, nil])
    try Data([1, 2, 3]).write(to: URL(filePath: folder.path("bad.onnx")))
    for (points, place, part) in [
      ("grid: {network: [{onnx: none.onnx}]}", "3:18", "none.onnx: there is no such file"),
      ("grid: {network: [{onnx: bad.onnx}]}", "3:18", "bad.onnx: "),
      ("grid: {network: [{onnx: open.onnx}]}", "3:18", "the extents of one input beside the file"),
      (
        "architecture: {input: {channels: 3, size: 8}}\ngrid: {network: [{onnx: a.onnx}]}", "4:18",
        "input 'x': its shape is"
      ),
      (
        "grid: {network: [{onnx: open.onnx, input: [3, 8, 8]}]}", "3:18",
        "(n, 1, n, n), and (3, 8, 8) is given"
      ),
      (
        "architecture: {input: {channels: 1, size: 12}}\ngrid: {network: [{onnx: open.onnx}]}",
        "3:", "1 × 12 × 12"
      ),
    ] {
      let error = #expect(throws: SpecErrors.self) { _ = try sweep(points) }
      let text = error?.description ?? ""
      #expect(text.contains(place) && text.contains(part), "\(text)")
    }
    let error = #expect(throws: SpecErrors.self) {
      _ = try sweep("grid: {network: [{onnx: a.onnx}]}", frames: ", representations: [relu6]")
    }
    #expect(error?.description.contains("is called 'relu6'") == true)
    #expect(
      try gain(
        sweep(
          "architecture: {input: {channels: 1, size: 8}}\ngrid: {network: [{onnx: open.onnx}]}")
      ).count == 8)
    // What stands with the file is nearer than what stands beside it.
    #expect(
      try gain(
        sweep(
          """
          architecture: {input: {channels: 3, size: 9}}
          grid: {network: [{onnx: open.onnx, input: [1, 8, 8]}]}
          """)
      ).count == 8)
  }

  @Test("An operator that is not known leaves what lies before it, with a warning at its place")
  func unsupported() throws {
    try write("a.onnx", isBroken: true)
    let sweep = try sweep("grid: {network: [{onnx: a.onnx}]}")
    #expect(try gain(sweep).count == 2 * 4)
    let warning = try #require(sweep.inputs.warnings.first)
    #expect(warning.place == Place(line: 3, column: 18))
    #expect(
      warning.problem.contains("a.onnx: node '/last' (NonZero): the operator is not supported"))
    #expect(warning.problem.contains("3 representations"))
  }

  @Test("Signals, tokens and images that are not square are measured where networks take them")
  func otherShapes() throws {
    let cases: [(shape: [Int?], input: String, kernel: [Int])] = [
      ([1, 2, 12], "", [3]), ([1, 2, 3, 4], "", [3, 3]),
      ([nil, 2, nil, nil], ", input: [2, 3, 4]", [3, 3]),
    ]
    var gains: [[Double]] = []
    for (index, (shape, input, kernel)) in cases.enumerated() {
      var file = ONNXBuilder(input: shape)
      let taps = kernel.reduce(1, *)
      file.weights("w", [3, 2] + kernel, (0..<6 * taps).map { Float($0 % 5) / 5 - 0.3 })
      file.node(
        "Conv", ["x", "w"], ["c"],
        ["pads": .integers(Array(repeating: 1, count: 2 * kernel.count))])
      file.node("Tanh", ["c"])
      try Data(file.bytes).write(to: URL(filePath: folder.path("n.onnx")))
      // Twenty-four numbers a piece, in the order of the file.
      let count = 5
      let values = (0..<count * 24).map { Double(($0 * 53) % 256) / 64 - 2 }
      let text =
        """
        format: 1
        name: x
        grid: {network: [{onnx: n.onnx\(input)}]}
        measure:
          neural_frames: {data: {file: \(index).h5}, images: 3, perturbations: {noise: 3}}
        """
      try HDF5Vectors.write(values, count: count, to: folder.path("\(index).h5"))
      let sweep = try PreparedSweep(text, folder: folder.path)
      gains.append(try gain(sweep))
    }
    #expect(gains.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 > 0 } })
    // It is the same whether the file or the sweep says the shape.
    #expect(gains[1] == gains[2] && gains[0] != gains[1])
  }
}
