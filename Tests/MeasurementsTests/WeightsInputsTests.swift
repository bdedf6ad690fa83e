import Architectures
import Foundation
import GoldenValues
import HDF5Fixtures
import ImageData
import Measurements
import SweepRecords
import SweepSpec
import TestSupport
import Testing

@Suite("Weights of points") struct WeightsInputsTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func plan(_ points: String) throws -> (plan: Plan, inputs: SweepInputs) {
    let head = "format: 1\nname: test\nmeasure: {frame: {statistics: true}}\n"
    let spec = try SpecReader.read(head + points)
    let inputs = try SweepInputs(opening: spec, folder: folder.path)
    return (try Plan(spec, inputDigests: inputs.digests), inputs)
  }

  private func mistakes(_ points: String) throws -> String {
    let error = #expect(throws: SpecErrors.self) { _ = try plan(points) }
    return error?.description ?? ""
  }

  private static func tensor(_ rows: Int, _ columns: Int, seed: UInt64) -> WeightTensor {
    var numbers = SeededGenerator(seed: seed)
    return WeightTensor(
      rows: rows, columns: columns, kernel: 1, values: numbers.numbers(rows * columns))
  }

  @Test("Statistics of weights from a file are the golden ones", arguments: GoldenFrame.frames)
  func golden(frame: GoldenFrame) throws {
    let architecture = try frame.makeArchitecture()
    try WeightsFile.write(
      frame.networkWeights, to: folder.path("net.h5"), group: "/epoch10", precision: .float64)
    let (plan, inputs) = try plan(
      """
      include: [\(architecture.canonicalText)]
      weights: {file: net.h5, group: /epoch10}
      """)
    let measurements = SweepMeasurements(plan)
    var computer = PointComputer(plan: plan, sweep: measurements, run: 0, rank: 0, inputs: inputs)
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
    #expect(record.draws == 1)
    for (name, expected) in frame.expected {
      let id = ColumnID(rawValue: name)
      guard let place = measurements.layout.place(of: id),
        measurements.layout.columns[place].type == .float64
      else { continue }
      #expect(agree(try record.numbers(of: id, in: measurements)[0], expected ?? .nan), "\(name)")
    }
  }

  @Test("Placeholders stand for the point's values; each point reads its own file")
  func placeholders() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("nets"), withIntermediateDirectories: true)
    for width in [2, 3] {
      let weights = NetworkWeights(layers: [Self.tensor(width, 4, seed: UInt64(width))])
      try WeightsFile.write(
        weights, to: folder.path("nets/test-chain-\(width).h5"), group: "/w\(width)")
    }
    // Plain in a block, in quotes, and as the contract writes it.
    for source in [
      "\n  file: nets/{name}-{family}-{width}.h5\n  group: /w{width}",
      " {file: \"nets/{name}-{family}-{width}.h5\", group: \"/w{width}\"}",
      " {file: nets/{name}-{family}-{width}.h5, group: /w{width}}",
    ] {
      let (plan, inputs) = try plan(
        """
        architecture: {family: chain, input: {channels: 4, size: 1}, stage_depth: 1}
        grid: {width: [2, 3]}
        include:
          - {family: chain, input: {channels: 4, size: 1}, stages: [{widths: [2]}], weights: \
        {file: nets/test-chain-2.h5, group: w2}}
        weights:\(source)
        """)
      // The included point is the first one, whichever way its file is named.
      #expect(plan.count == 2 && plan.duplicateCount == 1)
      #expect(inputs.digests.count == 2)
      var computer = PointComputer(
        plan: plan, sweep: SweepMeasurements(plan), run: 0, rank: 0, inputs: inputs)
      #expect((0..<2).allSatisfy { computer.record(of: $0).status == .ok })
    }
  }

  @Test("What a file lacks is said before anything runs, with the place of the source")
  func planTime() throws {
    try WeightsFile.write(
      NetworkWeights(layers: [Self.tensor(2, 4, seed: 1)]), to: folder.path("two.h5"))
    let found = try mistakes(
      """
      architecture: {family: chain, input: {channels: 4, size: 1}, stage_depth: 1}
      grid:
        width: [2, 3]
        weights: [{file: two.h5}, {file: none.h5}, {init: he}]
      """)
    #expect(
      found == """
        7:13: weights: two.h5: /0/weight (layer 1) has shape (2, 4, 1, 1), expected (3, 4, 1, 1) \
        or (3, 4)
        7:29: weights: none.h5: there is no such file, expected an HDF5 file of weights
        """)
  }

  @Test("NaN fails its point with a reason, and the sweep goes on") func nonfinite() throws {
    var broken = Self.tensor(2, 4, seed: 1)
    broken.values[5] = .nan
    try WeightsFile.write(NetworkWeights(layers: [broken]), to: folder.path("nan.h5"))
    var dead = Self.tensor(2, 4, seed: 1)
    for index in 4..<8 { dead.values[index] = 0 }
    try WeightsFile.write(NetworkWeights(layers: [dead]), to: folder.path("dead.h5"))
    let (plan, inputs) = try plan(
      """
      architecture: {family: chain, input: {channels: 4, size: 1}, stage_depth: 1, width: 2}
      grid:
        weights: [{file: nan.h5}, {file: dead.h5}, {init: he}]
      """)
    var computer = PointComputer(
      plan: plan, sweep: SweepMeasurements(plan), run: 0, rank: 0, inputs: inputs)
    let records = (0..<3).map { computer.record(of: $0) }
    #expect(records.map(\.status) == [.failed, .nonfinite, .ok])
    #expect(
      records[0].message
        == "nan.h5: /0/weight (layer 1) holds nan at [1, 1, 0, 0], expected finite numbers")
    #expect(
      records[1].message
        == "frame_potential of draw 0 is not finite: atom 1 of layer 1 is zero, so the frame's "
        + "column has no direction")
  }

  @Test("Taps that cancel on one pixel are blamed on their layer") func cancelling() throws {
    var layers = [Self.tensor(1, 9, seed: 1), Self.tensor(1, 9, seed: 2)].map {
      WeightTensor(rows: 1, columns: 1, kernel: 3, values: $0.values)
    }
    layers[1].values = [1, 0, 0, 0, 0, -1, 0, 0, 0]
    try WeightsFile.write(NetworkWeights(layers: layers), to: folder.path("net.h5"))
    let (plan, inputs) = try plan(
      """
      include:
        - {family: chain, input: {channels: 1, size: 1}, stages: [{widths: [1, 1], kernel: 3}]}
      weights: {file: net.h5}
      """)
    var computer = PointComputer(
      plan: plan, sweep: SweepMeasurements(plan), run: 0, rank: 0, inputs: inputs)
    let record = computer.record(of: 0)
    #expect(record.status == .nonfinite)
    #expect(
      record.message.hasPrefix(
        "frame_potential of draw 0 is not finite: a column of layer 2 has no direction"),
      "\(record.message)")
  }

  @Test("A network that overflows is blamed on the layer where it does") func overflow() throws {
    let weights = NetworkWeights(
      layers: [(8, 64), (4, 8), (2, 4)].enumerated().map { index, shape in
        let tensor = Self.tensor(shape.0, shape.1, seed: UInt64(index + 1))
        // Values reach 1e25 in the first layer and 1e50 in the second: float32 ends at 3e38.
        return WeightTensor(
          rows: tensor.rows, columns: tensor.columns, kernel: 1,
          values: tensor.values.map { 1e25 * abs($0) })
      })
    try WeightsFile.write(weights, to: folder.path("net.h5"))
    let sweep = try PreparedSweep(
      """
      format: 1
      name: test
      include:
        - {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [8, 4, 2], kernel: 1}]}
      weights: {file: net.h5}
      measure:
        neural_frames: {images: 4, perturbations: {noise: 2}}
      """, folder: folder.path)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .nonfinite)
    #expect(
      record.message
        == "neural_gain of draw 0 is not finite in layer 2: the network overflows float32")
  }

  @Test("The plan hash covers the files' bytes, ids their names; a changed file fails its point")
  func identity() throws {
    let points = """
      include: [{family: chain, input: {channels: 4, size: 1}, stages: [{widths: [2]}]}]
      weights: {file: net.h5}
      """
    let path = folder.path("net.h5")
    try WeightsFile.write(NetworkWeights(layers: [Self.tensor(2, 4, seed: 1)]), to: path)
    let (first, inputs) = try plan(points)
    #expect(inputs.weights.missingHere().isEmpty)
    let copied = try #require(SweepInputs(text: inputs.text, of: first.spec, folder: folder.path))
    #expect(copied.digests == inputs.digests)
    try FileManager.default.removeItem(atPath: path)
    #expect(inputs.weights.missingHere() == ["net.h5"])
    try WeightsFile.write(NetworkWeights(layers: [Self.tensor(2, 4, seed: 2)]), to: path)
    let (second, _) = try plan(points)
    #expect(first.planHash != second.planHash)
    #expect(first.point(at: 0).id == second.point(at: 0).id)
    #expect(first.point(at: 0).identityText.hasSuffix("\nweights: {file: \"net.h5\"}\n"))
    var computer = PointComputer(
      plan: first, sweep: SweepMeasurements(first), run: 0, rank: 0, inputs: copied)
    let record = computer.record(of: 0)
    #expect(record.status == .failed)
    #expect(record.message.contains("has changed"))
  }

  @Test("Files that weights are linked from are a part of the plan, on every host") func sources()
    throws
  {
    let points = """
      include: [{family: chain, input: {channels: 4, size: 1}, stages: [{widths: [2]}]}]
      weights: {file: nets/linked.h5}
      """
    try FileManager.default.createDirectory(
      atPath: folder.path("nets"), withIntermediateDirectories: true)
    func write(seed: UInt64) throws {
      try? FileManager.default.removeItem(atPath: folder.path("nets/real.h5"))
      try WeightsFile.write(
        NetworkWeights(layers: [Self.tensor(2, 4, seed: seed)]), to: folder.path("nets/real.h5"))
    }
    try write(seed: 1)
    try HDF5Fixture.externalLink(
      "0", to: "/0", of: "real.h5", in: folder.path("nets/linked.h5"))
    let (first, inputs) = try plan(points)
    #expect(inputs.digests.count == 2)
    let lines = inputs.text.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].hasSuffix(" nets/linked.h5"))
    #expect(lines[1].hasPrefix("weights_source ") && lines[1].hasSuffix(" nets/real.h5"))
    let copied = try #require(SweepInputs(text: inputs.text, of: first.spec, folder: folder.path))
    #expect(copied.digests == inputs.digests && copied.text == inputs.text)
    func record() -> Record {
      var computer = PointComputer(
        plan: first, sweep: SweepMeasurements(first), run: 0, rank: 0, inputs: copied)
      return computer.record(of: 0)
    }
    #expect(record().status == .ok)
    try write(seed: 2)
    #expect(try plan(points).plan.planHash != first.planHash)
    let late = record()
    #expect(late.status == .failed)
    #expect(late.message.hasPrefix("nets/real.h5: the file has changed"), "\(late.message)")
    try FileManager.default.removeItem(atPath: folder.path("nets/real.h5"))
    #expect(copied.weights.missingHere() == ["nets/real.h5"])
  }

  @Test("What no network uses is said once for all files that hold the same") func unused() throws {
    for width in 2...4 {
      let path = folder.path("net\(width).h5")
      try WeightsFile.write(
        NetworkWeights(layers: [Self.tensor(width, 4, seed: UInt64(width))]), to: path)
      try HDF5Fixture.halfDataset("0/momentum", shape: [2], [1, 2], in: path)
      if width == 4 { try HDF5Fixture.halfDataset("optimizer/step", shape: [1], [1], in: path) }
    }
    let (_, inputs) = try plan(
      """
      architecture: {family: chain, input: {channels: 4, size: 1}, stage_depth: 1}
      grid: {width: [2, 3, 4]}
      weights: {file: "net{width}.h5"}
      """)
    #expect(
      inputs.warnings.map(\.description) == [
        "6:10: weights: net2.h5: the network does not use /0/momentum, and so it is in 1 more file",
        "6:10: weights: net4.h5: the network does not use /0/momentum, /optimizer",
      ])
  }
}
