import Architectures
import Foundation
import ImageData
import NetworkGraphs
import Networks
import OpenBLAS
import SweepSpec
import TestSupport
import Testing

@testable import Measurements

/// The numbers are those of `analysis/benchmarks/state_dict_cases.py`.
@Suite("State dicts by the names of libraries") struct StateDictNamesTests {
  private let folder: TemporaryDirectory

  init() throws {
    BLASLibrary.setThreadCount(1)
    folder = try TemporaryDirectory()
  }

  struct Case: Decodable, CustomTestStringConvertible {
    let name: String
    let architecture: String
    let size: Int
    let tensors: [String]
    let scores: [Double]
    var testDescription: String { name }

    /// The names and the shapes.
    var entries: [(name: String, shape: [Int])] {
      tensors.map { text in
        let parts = text.split(separator: " ")
        return (String(parts[0]), parts.dropFirst().compactMap { Int($0) })
      }
    }

    /// The network; it reads colour images.
    func network() throws -> PointNetwork {
      let input = ", input: {channels: 3, size: \(size)}}"
      let point = architecture.dropLast() + input
      let spec = try SpecReader.read(
        "format: 1\nname: x\nmeasure: {frame: {statistics: true}}\ninclude: [\(point)]\n")
      return try Plan(spec).point(at: 0).network
    }
  }

  static let cases: [Case] = {
    let url = Bundle.module.url(
      forResource: "state_dicts", withExtension: "json", subdirectory: "Cases")
    guard let url, let data = try? Data(contentsOf: url) else { return [] }
    return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
  }()

  /// The numbers of the formula, by the place of a name among all.
  private static func numbers(_ place: Int, _ name: String, _ shape: [Int]) -> [Double] {
    let count = shape.reduce(1, *)
    let base = (0..<count).map { Double(($0 * 7_919 + place * 131 + 17) % 2_003) / 2_003 - 0.5 }
    if name.hasSuffix("running_var") { return base.map { abs($0) + 0.5 } }
    let isScale = name.hasSuffix("layer_scale") || name.hasSuffix("gamma")
    if isScale || name.hasSuffix("weight") && shape.count == 1 { return base.map { $0 / 2 + 1 } }
    guard shape.count > 1 else { return base }
    let factor = (12 * Double(shape[0]) / Double(count)).squareRoot()
    return base.map { $0 * factor }
  }

  /// Writes a state dict and opens it.
  private func weights(
    _ entries: [(name: String, shape: [Int])], prefix: String = "",
    type: (String) -> String = { _ in "F64" }
  ) throws -> SafetensorsWeights {
    var file = SafetensorsBuilder()
    for (place, entry) in entries.enumerated() {
      let numbers = Self.numbers(place, entry.name, entry.shape)
      if type(entry.name) == "F64" {
        file.add(prefix + entry.name, entry.shape, numbers)
      } else {
        file.add(
          prefix + entry.name, "I64", entry.shape,
          numbers.flatMap { _ in [UInt8](repeating: 0, count: 8) })
      }
    }
    let path = folder.path("n.safetensors")
    try Data(file.bytes).write(to: URL(filePath: path))
    return try SafetensorsWeights(path, name: "n")
  }

  @Test("There are cases of all libraries' names")
  func count() { #expect(Self.cases.count == 11) }

  @Test("A state dict makes the network that the library makes of it", arguments: cases)
  func scores(_ known: Case) throws {
    for prefix in ["", "module."] {
      let weights = try weights(known.entries, prefix: prefix)
      let network = try known.network()
      let architecture = try #require(network.architecture)
      let classifier = try weights.classifier(of: network.build(), architecture)
      #expect(classifier.weight.rows == 3)
      var built = network.build(classes: 3)
      try weights.check(built)
      var parameters = try weights.read(built)
      let scores = built.addScores()
      parameters[try #require(built.classifierWeight).id] = .double(classifier.weight.values)
      parameters[try #require(built.classifierBias).id] = .double(classifier.bias)
      let evaluator = try Evaluator<Double>(
        built.graph, parameters: parameters, representations: [scores], images: 1, vectors: 1)
      let count = 3 * known.size * known.size
      let image = (0..<count).map { Double(($0 * 48_271 + 11) % 997) / 997 }
      evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
      var found: [Double] = []
      try evaluator.run { found = $0.vector(0, ofImage: 0) }
      // The same sums in another order.
      #expect(areClose(found, known.scores, relative: 1e-9), "\(found)")
    }
  }

  private func problem(
    _ known: Case, _ entries: [(name: String, shape: [Int])],
    type: (String) -> String = { _ in "F64" }
  ) throws -> String {
    let weights = try weights(entries, type: type)
    let network = try known.network().build()
    let error = #expect(throws: InputFileError.self) { try weights.check(network) }
    return error?.description ?? ""
  }

  @Test("What is missing, left over, of another shape or of integers is named by the check")
  func mistakes() throws {
    let known = try #require(Self.cases.first { $0.name == "timm ViT" })
    let entries = known.entries
    #expect(
      try problem(known, entries.filter { $0.name != "blocks.1.attn.proj.bias" })
        == "n: there is no blocks.1.attn.proj.bias (block_2.attention.projection.bias), expected one of "
        + "the shape (8)")
    #expect(
      try problem(known, entries.filter { !$0.name.hasPrefix("blocks.1.norm") })
        .contains("; 3 more of timm's ViT are missing), expected one of the shape (8)"))
    #expect(
      try problem(known, entries + [("blocks.2.norm1.weight", [8]), ("blocks.2.norm1.bias", [8])])
        == "n: the network has no blocks.2.norm1.bias and 1 more, expected a state dict of a network "
        + "with the same layers")
    #expect(
      try problem(
        known, entries.map { ($0.name, $0.name == "pos_embed" ? [1, 10, 8] : $0.shape) })
        == "n: pos_embed (positions) has the shape (1, 10, 8), expected (1, 5, 8)")
    #expect(
      try problem(known, entries) { $0 == "norm.weight" ? "I64" : "F64" }
        == "n: norm.weight (norm.weight) holds I64, expected F64, F32, F16 or BF16")
    #expect(
      try problem(known, entries.map { ("x.\($0.name)", $0.shape) })
        .contains(
          "expected conv_proj.weight (torchvision's ViT), patch_embed.proj.weight (timm's ViT)"))
  }

  @Test("Statistics of a normalisation that are missing or of another shape are named by the check")
  func statistics() throws {
    let known = try #require(Self.cases.first { $0.name == "torchvision DenseNet" })
    let name = "features.transition1.norm.running_var"
    #expect(
      try problem(known, known.entries.filter { $0.name != name })
        == "n: there is no \(name) (stage_1.transition.norm.running_var), expected one of the shape (16)"
    )
    #expect(
      try problem(known, known.entries.map { ($0.name, $0.name == name ? [7] : $0.shape) })
        == "n: \(name) (stage_1.transition.norm.running_var) has the shape (7), expected (16)")
  }

  @Test("A variance below 0 and a number that is none are named where numbers are read")
  func values() throws {
    let known = try #require(Self.cases.first { $0.name == "torchvision DenseNet" })
    let network = try known.network().build()
    for (number, text) in [
      (-1.0, "-1.0, expected variances from 0 on"), (.nan, "nan, expected finite"),
    ] {
      var file = SafetensorsBuilder()
      for (place, entry) in known.entries.enumerated() {
        let isBad = entry.name == "features.norm0.running_var"
        file.add(
          entry.name, entry.shape,
          isBad
            ? [Double](repeating: number, count: entry.shape[0])
            : Self.numbers(place, entry.name, entry.shape))
      }
      let path = folder.path("n.safetensors")
      try Data(file.bytes).write(to: URL(filePath: path))
      let weights = try SafetensorsWeights(path, name: "n")
      try weights.check(network)
      let error = #expect(throws: InputFileError.self) { _ = try weights.read(network) }
      #expect(error?.description.contains("features.norm0.running_var holds \(text)") == true)
    }
  }
}
