import Foundation
import TestSupport
import Testing

/// Shows state dicts in safetensors files.
@Suite("framesweep network of safetensors") struct StateDictCommandTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  /// A layer of one tap and two units, and a classifier of its means; and images of equal pixels.
  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    var file = SafetensorsBuilder()
    file.add("module.conv.weight", [2, 1, 1, 1], [1, -1])
    file.add("module.fc.weight", [2, 2], [1, 0, 0, 1])
    file.add("module.fc.bias", [2], [0, 0.25])
    file.add("module.extra", [1], [7])
    try Data(file.bytes).write(to: URL(filePath: folder.path("net.safetensors")))
    let pixels: [UInt8] = [255, 255, 255, 255, 51, 51, 51, 51, 0, 0, 0, 0]
    let head: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2]
    try Data(head + pixels).write(to: URL(filePath: folder.path("images.idx")))
    try Data([0, 0, 8, 1, 0, 0, 0, 3, 0, 0, 1]).write(to: URL(filePath: folder.path("labels.idx")))
  }

  private let architecture =
    "{family: chain, input: {channels: 1, size: 2}, stages: [{widths: [2], kernel: 1}]}"

  @Test("Tensors are listed, and whether they are the weights of an architecture")
  func listing() throws {
    let plain = try framesweep("network", "net.safetensors")
    #expect(plain.status == 0, "\(plain.errorOutput)")
    #expect(plain.output.contains("module.conv.weight  F64   2 × 1 × 1 × 1"))
    let fitting = try framesweep("network", "net.safetensors", "--architecture", architecture)
    #expect(fitting.output.contains("The tensors are the weights of {family: chain, "))
    #expect(fitting.output.contains("It does not use module.extra."))
    let other = try framesweep(
      "network", "net.safetensors", "--architecture",
      architecture.replacing("[2]", with: "[3]"))
    #expect(other.status == 65)
    #expect(
      other.errorOutput.contains(
        "net.safetensors: module.conv.weight (layer 1) has the shape (2, 1, 1, 1), expected (3, 1, 1, 1)"
      ))
  }

  @Test("A check computes the scores of the classifier, at images as they are normalised")
  func check() throws {
    let check = [
      "network", "net.safetensors", "--architecture", architecture, "--check", "images.idx",
      "--labels", "labels.idx",
    ]
    let result = try framesweep(check + ["--json", "--precision", "float64"])
    #expect(result.status == 0, "\(result.errorOutput)")
    struct Report: Decodable {
      struct Check: Decodable {
        struct Image: Decodable { let output: [Double] }
        let images: [Image]
        let right: Int
      }
      let check: Check
    }
    let found = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)).check
    #expect(found.images.map(\.output) == [[1, 0.25], [0.2, 0.25], [0, 0.25]])
    #expect(found.right == 2)
    // (x − 1/2) / (1/4) is 2, −1.2 and −2: the second unit answers to what is negative.
    let normalized = try framesweep(check + ["--mean", "0.5", "--std", "0.25"])
    #expect(normalized.output.contains("2 of 3 images are right"))
    #expect(normalized.output.contains("2.25"))
  }

  @Test("What does not go together is refused")
  func refusals() throws {
    for (arguments, message) in [
      (["net.safetensors", "--check", "images.idx"], "expected --architecture"),
      (["net.safetensors", "--architecture", "{family: chian}"], "--architecture: "),
      (["net.safetensors", "--padded-shortcuts"], "--padded-shortcuts goes with --architecture"),
      (["net.safetensors", "--input", "1,2,2"], "--input goes with ONNX files"),
      (["net.onnx", "--architecture", "{}"], "go with safetensors files"),
    ] {
      let result = try framesweep(["network"] + arguments)
      #expect(result.status == 64, "\(result.errorOutput)")
      #expect(result.errorOutput.contains(message), "\(result.errorOutput)")
    }
  }
}
