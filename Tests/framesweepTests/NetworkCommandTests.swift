import Foundation
import TestSupport
import Testing

/// Shows networks from files.
@Suite("framesweep network") struct NetworkCommandTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  /// Twice each of four pixels, and relu; the class of an image is its brightest pixel.
  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    var file = ONNXBuilder(input: [nil, 1, 2, 2])
    file.weights("w", [4, 4], [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2])
    file.node("Flatten", ["x"], ["f"])
    file.node("Gemm", ["f", "w"], ["g"])
    file.node("Relu", ["g"])
    try Data(file.bytes).write(to: URL(filePath: folder.path("brightest.onnx")))
    // Five images of 2 × 2 in the format of MNIST, the last one with a wrong class.
    let pixels: [UInt8] = [
      255, 0, 0, 0, 51, 102, 0, 0, 0, 0, 204, 0, 0, 0, 51, 255, 0, 0, 0, 255,
    ]
    let labels: [UInt8] = [0, 1, 2, 3, 0]
    let head: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 2]
    try Data(head + pixels).write(to: URL(filePath: folder.path("images.idx")))
    try Data([0, 0, 8, 1, 0, 0, 0, 5] + labels).write(to: URL(filePath: folder.path("labels.idx")))
  }

  @Test("A table shows operations, shapes and representations")
  func table() throws {
    let result = try framesweep("network", "brightest.onnx")
    #expect(result.status == 0, "\(result.errorOutput)")
    let lines = result.output.split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    }
    #expect(lines.contains(["input", "x", "1", "×", "2", "×", "2"]))
    #expect(lines.contains { $0.first == "linear" && $0.last == "g" && $0[2] == "16" })
    #expect(lines.contains { $0.prefix(2) == ["*", "relu"] && $0.last == "y" })
  }

  @Test("The network of a point of a sweep is a table as well, and has its representations")
  func point() throws {
    let sweep = """
      format: 1
      name: two
      architecture: {family: residual, input: {channels: 1, size: 8}, stage_depth: 4, width: 6}
      grid: {inference_sweeps: [1, 2]}
      measure: {neural_frames: {data: digits, images: 2, perturbations: {noise: 2}}}
      """
    try Data(sweep.utf8).write(to: URL(filePath: folder.path("two.yaml")))
    let first = try framesweep("network", "two.yaml")
    #expect(first.status == 0, "\(first.errorOutput)")
    #expect(first.output.contains("layer_1.convolution"))
    #expect(!first.output.contains("transposed_convolution"))
    let second = try framesweep("network", "two.yaml:1")
    #expect(second.output.contains("transposed_convolution"))
    #expect(second.output.contains("layer_4.sweep_2"))

    let json = try framesweep("network", "two.yaml:0", "--json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let report = try decoder.decode(PointReport.self, from: Data(json.output.utf8))
    #expect(report.operations.filter(\.representation).map(\.name) == (1...4).map { "layer_\($0)" })
    // Weights and biases; a network's own count leaves biases out.
    #expect(report.parameterCount == 9 * 6 + 3 * 9 * 36)
    #expect(
      report.operations.reduce(0) { $0 + $1.parameterCount } == report.parameterCount + 4 * 6)

    let none = try framesweep("network", "two.yaml:2")
    #expect(none.status == 64 && none.errorOutput.contains("from 0 to 1"))
    #expect(try framesweep("network", "two.yaml", "--input", "1,8,8").status == 64)
  }

  private struct PointReport: Decodable {
    let parameterCount: Int
    let operations: [Report.Operation]
  }

  private struct Report: Decodable {
    struct Operation: Decodable {
      let name: String
      let operation: String
      let shape: [Int]
      let parameterCount: Int
      let representation: Bool
    }

    struct Check: Decodable {
      struct Image: Decodable {
        let image: Int
        let label: Int?
        let output: [Double]
      }

      let images: [Image]
      let count: Int
      let right: Int?
    }

    let sha256: String
    let parameterCount: Int
    let operations: [Operation]
    let check: Check?
  }

  private func report(_ arguments: String...) throws -> Report {
    let result = try framesweep(["network", "brightest.onnx", "--json"] + arguments)
    #expect(result.status == 0, "\(result.errorOutput)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: Data(result.output.utf8))
  }

  @Test("The JSON has what the table has")
  func json() throws {
    let report = try report()
    #expect(report.parameterCount == 16)
    #expect(report.operations.map(\.operation) == ["reshape", "linear", "relu"])
    #expect(report.operations.map(\.representation) == [false, false, true])
    #expect(report.operations.last?.shape == [1, 4])
    #expect(report.sha256.count == 64)
    #expect(report.check == nil)
  }

  @Test("A check computes outputs and counts the images that are right")
  func check() throws {
    let found = try #require(
      try report("--check", "images.idx", "--labels", "labels.idx", "--show", "2").check)
    #expect(found.count == 5)
    #expect(found.right == 4)
    #expect(
      found.images.map(\.output) == [[2, 0, 0, 0], [0.4, 0.8, 0, 0].map { Double(Float($0)) }])
    #expect(found.images.map(\.label) == [0, 1])
    // (x − 1/2) / (1/4): what was 1 is 4, what was 0 is −4, and relu makes that 0.
    let normalized = try #require(
      try report(
        "--check", "images.idx", "--mean", "0.5", "--std", "0.25", "--first", "1", "--precision",
        "float64"
      ).check)
    #expect(normalized.count == 1)
    #expect(normalized.right == nil)
    #expect(normalized.images.map(\.output) == [[4, 0, 0, 0]])
  }

  @Test("Ranks share a check", arguments: [2, 7])
  func ranks(count: Int) throws {
    guard let launcher = MPILauncher.installed else { return }
    let result = try launcher.run(
      program,
      [
        "network", folder.path("brightest.onnx"), "--check", folder.path("images.idx"), "--labels",
        folder.path("labels.idx"),
      ], ranks: count)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.output.contains("4 of 5 images are right (80.00 %)."))
    #expect(result.output.split(separator: "\n").count { $0.hasPrefix("sha256") } == 1)
    let wrong = try launcher.run(
      program,
      ["network", folder.path("brightest.onnx"), "--check", folder.path("missing.idx")],
      ranks: count)
    #expect(wrong.status != 0)
    #expect(wrong.errorOutput.contains("missing.idx: there is no such file"))
  }

  @Test("What is wrong is said with the file's name, and the code is 65")
  func errors() throws {
    try folder.write("no network", to: "text.onnx")
    for (arguments, message) in [
      (["missing.onnx"], "missing.onnx: there is no such file"),
      (["text.onnx"], "text.onnx: "),
      (["brightest.onnx", "--input", "1,3,3"], "brightest.onnx: input 'x': "),
      (["brightest.onnx", "--check", "missing.idx"], "missing.idx: "),
    ] {
      let result = try framesweep(["network"] + arguments)
      #expect(result.status == 65)
      #expect(result.errorOutput.hasPrefix(message), "\(result.errorOutput)")
    }
    #expect(try framesweep("network", "brightest.onnx", "--mean", "0.5").status == 64)
    #expect(
      try framesweep("network", "brightest.onnx", "--check", "images.idx", "--std", "0").status
        == 64)
  }

  @Test("Nodes that are not supported are listed, and the rest is shown")
  func unsupported() throws {
    var file = ONNXBuilder(input: [1, 2])
    file.node("Relu", ["x"], ["a"])
    file.node("LSTM", ["a"], ["y"], name: "memory")
    try Data(file.bytes).write(to: URL(filePath: folder.path("lstm.onnx")))
    let result = try framesweep("network", "lstm.onnx")
    #expect(result.status == 0)
    #expect(result.output.contains("node 'memory' (LSTM)"))
    #expect(result.output.contains("relu"))
    let check = try framesweep("network", "lstm.onnx", "--check", "images.idx")
    #expect(check.status == 65)
  }
}
