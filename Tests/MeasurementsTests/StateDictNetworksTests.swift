import Foundation
import ImageData
import OpenBLAS
import SweepRecords
import SweepSpec
import TestSupport
import Testing

@testable import Measurements

@Suite("State dicts of networks with batch normalisation") struct StateDictNetworksTests {
  private let folder: TemporaryDirectory

  init() throws {
    BLASLibrary.setThreadCount(1)
    folder = try TemporaryDirectory()
  }

  private static func norm(_ name: String, _ size: Int) -> [(String, [Int])] {
    ["weight", "bias", "running_mean", "running_var"].map { ("\(name).\($0)", [size]) }
  }

  /// The names of torchvision's ResNets, of one block without and one with a projection.
  private static let tensors: [(String, [Int])] =
    [("conv1.weight", [3, 1, 3, 3]), ("conv1.bias", [3])] + norm("bn1", 3)
    + [("layer1.0.conv1.weight", [3, 3, 3, 3])] + norm("layer1.0.bn1", 3)
    + [("layer1.0.conv2.weight", [3, 3, 3, 3])] + norm("layer1.0.bn2", 3)
    + [("layer2.0.conv1.weight", [6, 3, 3, 3])] + norm("layer2.0.bn1", 6)
    + [("layer2.0.conv2.weight", [6, 6, 3, 3])] + norm("layer2.0.bn2", 6)
    + [("layer2.0.downsample.0.weight", [6, 3, 1, 1])] + norm("layer2.0.downsample.1", 6)
    + [("fc.weight", [10, 6]), ("fc.bias", [10])]

  private func write(_ tensors: [(String, [Int])], integers: String? = nil) throws {
    var file = SafetensorsBuilder()
    var generator = SeededGenerator(seed: 3)
    for (name, shape) in tensors {
      var numbers: [Double] = generator.numbers(shape.reduce(1, *))
      if name.hasSuffix("running_var") { numbers = numbers.map { $0 * $0 + 0.1 } }
      if name == integers {
        file.add(name, "I64", shape, [UInt8](repeating: 0, count: 8 * numbers.count))
      } else {
        file.add(name, shape, numbers)
      }
    }
    try Data(file.bytes).write(to: URL(filePath: folder.path("n.safetensors")))
  }

  private static func sweep(_ points: String) -> String {
    """
    format: 1
    name: dicts
    measure: {neural_frames: {images: 2, precision: float64, perturbations: {noise: 3}}}
    include:
    \(points)
    """
  }

  private static func layered(_ options: String) -> String {
    "  - {family: residual, input: {channels: 1, size: 8}, shortcut: projection, \(options), "
      + "stages: [{widths: [3, 3, 3]}, {widths: [6, 6]}], weights: {safetensors: n.safetensors}}"
  }

  private static func blocks(_ options: String) -> String {
    "  - {family: residual, input: {channels: 1, size: 8}, block: basic, stem: cifar, "
      + "shortcut: projection, \(options), stages: [{widths: [3]}, {widths: [6]}], "
      + "weights: {safetensors: n.safetensors}}"
  }

  @Test("Normalisations of the file stand in the network, and the network is the folded one")
  func folded() throws {
    try write(Self.tensors)
    let sweep = try PreparedSweep(
      Self.sweep(
        [
          Self.layered("normalization: none"), Self.layered("normalization: batch"),
          Self.blocks("normalization: batch"),
        ].joined(separator: "\n")), folder: folder.path)
    var computer = sweep.computer()
    let gains = try (0..<3).map { index in
      let record = computer.record(of: index)
      #expect(record.status == .ok, "\(record.message)")
      return try record.numbers(of: "neural_gain_mean", in: sweep.measurements)
    }
    #expect(gains[0].count == 6 && gains[0].allSatisfy { $0 > 0 })
    for other in gains.dropFirst() {
      // The same functions; what is folded is rounded once more in each layer.
      #expect(areClose(other, gains[0], relative: 1e-12))
    }
  }

  @Test("What does not fit is named")
  func mistakes() throws {
    func problem(_ point: String) -> String {
      let error = #expect(throws: SpecErrors.self) {
        _ = try PreparedSweep(Self.sweep(point), folder: folder.path, loading: false)
      }
      return error?.description ?? ""
    }
    try write(Self.tensors.filter { !$0.0.contains("downsample") })
    #expect(
      problem(Self.blocks("normalization: batch"))
        .contains("it has 0 projections, expected 1, those of the network"))
    try write(Self.tensors.filter { !$0.0.hasPrefix("layer2") })
    #expect(
      problem(Self.blocks("normalization: batch"))
        .contains("it has 3 layers, expected 5, those of the network"))
    try write(Self.tensors)
    #expect(
      problem(Self.blocks("normalization: batch").replacing("[6]", with: "[8]"))
        .contains("has the shape (6, 3, 3, 3), expected (8, 3, 3, 3)"))
    #expect(
      problem(Self.blocks("normalization: group"))
        .contains("state dicts fill networks of convolutions"))
    func without(_ name: String) throws -> String {
      try write(Self.tensors.filter { $0.0 != name })
      return problem(Self.blocks("normalization: batch"))
    }
    #expect(
      try without("layer1.0.bn2.running_var").contains(
        "n.safetensors: there is no layer1.0.bn2.running_var (stage_1.block_1.layer_2.convolution), "
          + "expected one of the shape (3)"))
    #expect(
      try without("bn1.running_mean").contains(
        "there is no bn1.running_mean (stem.convolution), expected one of the shape (3)"))
    try write(Self.tensors.filter { !$0.0.hasPrefix("bn1.running") })
    #expect(
      problem(Self.blocks("normalization: batch")).contains(
        "expected batch normalisation, with bn1.running_mean and bn1.running_var"))
    try write(Self.tensors.filter { !$0.0.hasPrefix("layer2.0.downsample.1") })
    #expect(
      problem(Self.blocks("normalization: batch")).contains(
        "layer2.0.downsample.0 has no batch normalisation (stage_2.block_1.shortcut), expected it behind "
          + "every layer and shortcut"))
    try write(Self.tensors.map { ($0.0, $0.0 == "bn1.running_var" ? [4] : $0.1) })
    #expect(
      problem(Self.blocks("normalization: batch")).contains(
        "bn1.running_var (stem.convolution) has the shape (4), expected (3)"))
    try write(Self.tensors, integers: "layer2.0.conv1.weight")
    #expect(
      problem(Self.blocks("normalization: batch")).contains(
        "layer2.0.conv1.weight (stage_2.block_1.layer_1.convolution) holds I64, expected F64, F32"))
    #expect(
      problem(Self.layered("normalization: none")).contains(
        "layer2.0.conv1.weight (layer 4) holds I64, expected F64, F32"))
    try write(Self.tensors)
    #expect(
      problem(Self.blocks("normalization: batch, activation: prelu"))
        .contains("state dicts fill networks of convolutions"))
  }

  @Test(
    "A trained ResNet-20 fills the preset, its normalisations in place",
    .enabled(
      if: FileManager.default.fileExists(atPath: "../shared/real/models/resnet20.safetensors"),
      "the network is not there"))
  func real() throws {
    let path = FileManager.default.currentDirectoryPath + "/../shared/real/models"
    let point = "  - {preset: cifar_resnet_20, weights: {safetensors: resnet20.safetensors}}"
    let sweep = try PreparedSweep(
      Self.sweep(point).replacing(
        "perturbations:", with: "data: {cifar10: ../data/test_batch.bin}, perturbations:"),
      folder: path)
    var computer = sweep.computer()
    let record = computer.record(of: 0)
    #expect(record.status == .ok, "\(record.message)")
  }
}
