import Architectures
import Digest
import Networks
import Testing

@testable import Measurements
@testable import SweepSpec

@Suite("Networks from files in sweep files") struct NetworkFileSpecTests {
  private func spec(
    _ points: String, measure: String = "neural_frames: {perturbations: {noise: 2}}"
  ) throws -> Spec {
    try SpecReader.read("format: 1\nname: files\nseed: 5\n\(points)\nmeasure: {\(measure)}\n")
  }

  /// The plan of a sweep whose files all have one layer, and bytes that follow from their paths.
  private func plan(_ points: String, digest: (String) -> String = { $0 }) throws -> Plan {
    let spec = try spec(points)
    let networks = try spec.networkRequests().map { request, _, _ in
      (
        request,
        FileNetwork(
          file: request.file, digest: SHA256.hash(Array(digest(request.file.path).utf8)),
          inputShape: [1, 8, 8],
          representations: [.input, RepresentationFacts(name: "/Relu", kind: .activation)],
          counts: NetworkCounts(weights: 1, trainable: 2, flops: 3),
          frame: .frame(atoms: 1, dimension: 1, nonzeros: 0), contents: nil)
      )
    }
    return try Plan(
      spec,
      networks: NetworkFacts(Dictionary(networks, uniquingKeysWith: { first, _ in first })))
  }

  private func paths(_ plan: Plan) -> [String] {
    (0..<plan.count).map { index in
      if case .file(let file) = plan.point(at: index).network { file.file.path } else { "" }
    }
  }

  @Test("They stand in architecture, in the grid, and in include")
  func places() throws {
    #expect(
      try paths(plan("grid: {network: [{onnx: a.onnx}, {onnx: b.onnx}]}")) == ["a.onnx", "b.onnx"])
    #expect(
      try paths(
        plan("architecture: {network: {onnx: \"{seed}.onnx\"}}\ngrid: {seed: [1, 2]}"))
        == ["1.onnx", "2.onnx"])
    let mixed = try plan(
      """
      include:
        - {network: {onnx: a.onnx}}
        - {family: chain, input: {channels: 1, size: 8}, stages: [{widths: [4]}]}
      """)
    #expect(paths(mixed) == ["a.onnx", ""])
    #expect(!mixed.isPlain && mixed.maximumLayerCount == 1)
  }

  @Test("Keys that a path names in braces vary, and stand in their columns")
  func placeholders() throws {
    let plan = try plan(
      """
      architecture: {network: {onnx: nets/{name}-{width}.onnx}}
      grid: {width: [8, 16]}
      """)
    #expect(paths(plan) == ["nets/files-8.onnx", "nets/files-16.onnx"])
    #expect((0..<2).map { plan.point(at: $0).columns[.width] } == [8, 16])
    #expect(plan.point(at: 0).columns[.kernel] == -1)
  }

  @Test("A point is its bytes and its input, whatever it is called and whatever the seed")
  func identity() throws {
    let grid = "grid: {network: [{onnx: a.onnx}, {onnx: b.onnx}], seed: [1, 2]}"
    let different = try plan(grid)
    #expect(different.count == 2 && different.duplicateCount == 2)
    let same = try plan(grid, digest: { _ in "one" })
    #expect(same.count == 1 && same.duplicateCount == 3)
    let moved = try plan("grid: {network: [{onnx: other/c.onnx}]}", digest: { _ in "one" })
    #expect(moved.point(at: 0).id == same.point(at: 0).id)
    #expect(moved.point(at: 0).identityText == moved.point(at: 0).network.canonicalText + "\n")
    #expect(different.point(at: 0).id != different.point(at: 1).id)
    #expect(different.point(at: 0).weights.draws == 1)
  }

  @Test("Input says what files leave open, and excluded files are not asked for")
  func requests() throws {
    let spec = try spec(
      """
      architecture: {input: {channels: 3, size: 32}}
      grid: {network: [{onnx: a.onnx}, {onnx: b.onnx}]}
      exclude: [{network: {onnx: b.onnx}}]
      """)
    let requests = try spec.networkRequests()
    #expect(
      requests.map(\.request) == [
        NetworkRequest(file: NetworkFile(path: "a.onnx"), channels: 3, size: 32)
      ])
    #expect(requests.first?.place == Place(line: 5, column: 18))
    #expect(requests.first?.keyPath == "network")
    let own = try self.spec(
      """
      architecture: {input: {channels: 3, size: 32}}
      grid: {network: [{onnx: "{seed}.onnx", input: [3, 48, 320]}], seed: [1]}
      """)
    let file = NetworkFile(path: "1.onnx", inputShape: [3, 48, 320])
    #expect(
      try own.networkRequests().map(\.request)
        == [NetworkRequest(file: file, channels: nil, size: nil)])
    #expect(file.text == "{onnx: \"1.onnx\", input: [3, 48, 320]}")
  }

  @Test(
    "What contradicts a file is named with its place",
    arguments: [
      ("grid: {network: [{onnx: a}], width: [4]}", "4:", "by a file and by width"),
      ("architecture: {family: chain}\ngrid: {network: [{onnx: a}]}", "5:", "and by family"),
      ("grid: {network: [{onnx: a}], weights: [{init: he}]}", "4:", "which has its weights"),
      ("grid: {network: [{onnx: a}], inference_sweeps: [2]}", "4:", "inference_sweeps"),
      ("grid: {network: [{onx: a}]}", "4:19", "onnx"), ("grid: {network: [a]}", "4:18", "{onnx:"),
      ("grid: {network: {onnx: a}}", "4:17", "a list"),
      ("grid: {network: [{onnx: a, input: [3, 0, 8]}]}", "4:39", "from 1 to"),
      ("grid: {network: [{onnx: a, input: 3}]}", "4:35", "[3, 48, 320]"),
      ("grid: {network: [{input: [3, 8, 8]}]}", "4:18", "no file"),
      ("include: [{network: {onnx: \"{depth}\"}}]", "4:28", "no placeholder '{depth}'"),
    ])
  func mistakes(points: String, place: String, part: String) throws {
    let error = #expect(throws: SpecErrors.self) { try spec(points) }
    let message = error?.description ?? ""
    #expect(message.contains(place) && message.contains(part), "\(message)")
  }

  @Test("A placeholder without a value is named before any file is opened")
  func emptyPlaceholder() throws {
    let spec = try spec("include: [{network: {onnx: \"{width}.onnx\"}}]")
    let error = #expect(throws: SpecErrors.self) { try spec.networkRequests() }
    #expect(error?.description.contains("it has no width for {width}.onnx") == true)
    #expect(error?.errors.first?.keyPath == "include[0].network")
  }

  @Test("What starts from random weights has no use for a file")
  func training() throws {
    let error = #expect(throws: SpecErrors.self) {
      try spec("grid: {network: [{onnx: a}]}", measure: "train: {data: digits}")
    }
    #expect(error?.description.contains("this network is from a file") == true)
  }

  @Test("Patterns of representations are read, and belong to the plan's hash")
  func representations() throws {
    func text(_ list: String) throws -> String {
      try spec(
        "grid: {network: [{onnx: a}]}",
        measure: "neural_frames: {perturbations: {noise: 2}\(list)}"
      ).measure.canonicalText
    }
    #expect(
      try text(", representations: [a, \"/b/*\"]").contains("representations: [\"a\", \"/b/*\"]"))
    #expect(try !text("").contains("representations"))
    #expect(throws: SpecErrors.self) { try text(", representations: []") }
    #expect(throws: SpecErrors.self) { try text(", representations: [{a: 1}]") }
  }
}
