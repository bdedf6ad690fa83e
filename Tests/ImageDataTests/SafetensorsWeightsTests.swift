import Architectures
import Foundation
import ImageData
import TestSupport
import Testing

@Suite("Weights in safetensors files") struct SafetensorsWeightsTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private static let seven = InputShape(channels: 2, size: 7)

  private func chain(_ widths: [Int], kernel: Int = 3) throws -> Architecture {
    try Architecture(
      family: .chain, input: Self.seven,
      stages: [Stage(widths: widths, kernel: kernel, stride: 1)])
  }

  /// A residual network of two stages, with a first block without and one with a projection.
  private func residual() throws -> Architecture {
    try Architecture(
      family: .residual, input: Self.seven,
      stages: [
        Stage(widths: [3, 3, 3], kernel: 3, stride: 1),
        Stage(widths: [6, 6], kernel: 3, stride: 2),
      ], shortcut: .projection)
  }

  private static func random(_ shape: [Int], _ generator: inout SeededGenerator) -> [Double] {
    generator.numbers(shape.reduce(1, *))
  }

  private func write(_ tensors: [(String, [Int])], _ prefix: String = "") throws -> [String:
    [Double]]
  {
    var (file, known) = (SafetensorsBuilder(), [String: [Double]]())
    var generator = SeededGenerator(seed: 3)
    for (name, shape) in tensors {
      var numbers = Self.random(shape, &generator)
      if name.hasSuffix("running_var") { numbers = numbers.map { $0 * $0 + 0.1 } }
      file.add(prefix + name, shape, numbers)
      known[name] = numbers
    }
    try Data(file.bytes).write(to: URL(filePath: folder.path("n.safetensors")))
    return known
  }

  private func read(
    _ architecture: Architecture, padsShortcuts: Bool = false
  ) throws -> NetworkWeights {
    let weights = try SafetensorsWeights(
      folder.path("n.safetensors"), padsShortcuts: padsShortcuts, name: "n")
    try weights.check(architecture)
    return try weights.read(architecture)
  }

  private func problem(_ architecture: Architecture, padsShortcuts: Bool = false) -> String {
    let error = #expect(throws: InputFileError.self) {
      _ = try read(architecture, padsShortcuts: padsShortcuts)
    }
    return error?.description ?? ""
  }

  private static func norm(_ name: String, _ size: Int) -> [(String, [Int])] {
    ["weight", "bias", "running_mean", "running_var"].map { ("\(name).\($0)", [size]) }
      + [("\(name).num_batches_tracked", [])]
  }

  @Test(
    "Layers of a sequence are taken in the order of their numbers",
    arguments: ["", "module.", "_orig_mod.module.", "model."])
  func sequence(prefix: String) throws {
    let names = (0..<12).map { "features.\($0)" }
    let tensors = names.flatMap { [("\($0).weight", [2, 2, 3, 3]), ("\($0).bias", [2])] }
    let known = try write(tensors.sorted { $0.0 < $1.0 } + [("classifier.weight", [5, 2])], prefix)
    let weights = try read(chain([Int](repeating: 2, count: 12)))
    for (index, name) in names.enumerated() {
      #expect(weights.layers[index].values == known["\(name).weight"])
      #expect(weights.biases[index] == known["\(name).bias"])
    }
  }

  @Test("Fully connected layers are taken, and a classifier behind them is not")
  func fullyConnected() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 4, size: 1),
      stages: [Stage(widths: [3, 2], kernel: 1, stride: 1)])
    let known = try write([
      ("fc2.weight", [2, 3]), ("fc1.weight", [3, 4]), ("fc1.bias", [3]), ("head.weight", [9, 2]),
    ])
    let weights = try read(architecture)
    #expect(weights.layers.map(\.values) == [known["fc1.weight"], known["fc2.weight"]])
    #expect(weights.biases == [known["fc1.bias"], [0, 0]])
  }

  /// The names of torchvision's ResNets.
  private static let blocks: [(String, [Int])] =
    [("bn1.num_batches_tracked", []), ("conv1.weight", [3, 2, 3, 3])]
    + norm("bn1", 3)
    .filter { !$0.0.hasSuffix("tracked") }
    + [("layer1.0.conv1.weight", [3, 3, 3, 3])] + norm("layer1.0.bn1", 3)
    + [("layer1.0.conv2.weight", [3, 3, 3, 3])] + norm("layer1.0.bn2", 3)
    + [("layer2.0.conv1.weight", [6, 3, 3, 3])] + norm("layer2.0.bn1", 6)
    + [("layer2.0.conv2.weight", [6, 6, 3, 3])] + norm("layer2.0.bn2", 6)
    + [("fc.weight", [10, 6]), ("fc.bias", [10])]

  private static let shortcut: [(String, [Int])] =
    [("layer2.0.downsample.0.weight", [6, 3, 1, 1])] + norm("layer2.0.downsample.1", 6)

  @Test("Batch normalisation becomes a part of weights and biases, those of projections too")
  func folding() throws {
    let known = try write((Self.blocks + Self.shortcut).sorted { $0.0 < $1.0 })
    let weights = try read(residual())
    func folded(_ convolution: String, _ norm: String) throws -> (weight: [Double], bias: [Double])
    {
      let weight = try #require(known["\(convolution).weight"])
      let parts = try ["weight", "bias", "running_mean", "running_var"].map {
        try #require(known["\(norm).\($0)"])
      }
      let factors = zip(parts[0], parts[3]).map { $0 / ($1 + 1e-5).squareRoot() }
      let length = weight.count / factors.count
      return (
        weight.enumerated().map { $1 * factors[$0 / length] },
        factors.indices.map { parts[1][$0] - parts[2][$0] * factors[$0] }
      )
    }
    let pairs = [
      ("conv1", "bn1"), ("layer1.0.conv1", "layer1.0.bn1"), ("layer1.0.conv2", "layer1.0.bn2"),
      ("layer2.0.conv1", "layer2.0.bn1"), ("layer2.0.conv2", "layer2.0.bn2"),
    ]
    let projection = try folded("layer2.0.downsample.0", "layer2.0.downsample.1")
    for (index, (convolution, norm)) in pairs.enumerated() {
      let expected = try folded(convolution, norm)
      let shift = index == 4 ? projection.bias : [Double](repeating: 0, count: expected.bias.count)
      // The same products in another order: a few units in the last place.
      for (one, other) in zip(weights.layers[index].values, expected.weight) {
        #expect(abs(one - other) <= 1e-14 * max(abs(other), 1))
      }
      for (one, other) in zip(weights.biases[index], zip(expected.bias, shift).map { $0 + $1 }) {
        #expect(abs(one - other) <= 1e-13)
      }
    }
    #expect(Array(weights.projections.keys) == [4])
    for (one, other) in zip(weights.projections[4]?.values ?? [], projection.weight) {
      #expect(abs(one - other) <= 1e-14 * max(abs(other), 1))
    }
  }

  @Test("Shortcuts without weights put channels between zeros, if the sweep says so")
  func padding() throws {
    _ = try write(Self.blocks)
    #expect(
      try problem(residual()).contains(
        "n: it has no projections, and the network has one at layer 5, expected weights of 1 "
          + "projections, or 'shortcuts: padded'"))
    let projection = try read(residual(), padsShortcuts: true).projections[4]
    // Channels 1 to 3 of six are those of the shortcut: (6 − 3) / 2 zeros are in front.
    let ones = (0..<18).map { [3, 7, 11].contains($0) ? 1.0 : 0 }
    #expect(projection?.values == ones)
    _ = try write(Self.blocks + Self.shortcut)
    #expect(try problem(residual(), padsShortcuts: true).contains("none with 'shortcuts: padded'"))
  }

  @Test("A shortcut that neither shrinks nor widens is the identity if it has no weights")
  func identity() throws {
    // As in torchvision's ResNets the first block behind the stem is as wide as it, and has no projection.
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 2, size: 8),
      stages: [
        Stage(widths: [3], kernel: 3, stride: 2), Stage(widths: [3, 3], kernel: 3, stride: 1),
        Stage(widths: [6, 6], kernel: 3, stride: 2),
      ], shortcut: .projection)
    let known = try write(Self.blocks + Self.shortcut.prefix(1))
    let projections = try read(architecture).projections
    #expect(projections.keys.sorted() == [2, 4])
    #expect(projections[2]?.values == [1, 0, 0, 0, 1, 0, 0, 0, 1])
    #expect(projections[4]?.values == known["layer2.0.downsample.0.weight"])
  }

  @Test("A projection may have fewer channels than what it starts from")
  func narrowing() throws {
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 2, size: 8),
      stages: [
        Stage(widths: [6], kernel: 3, stride: 1), Stage(widths: [2, 2], kernel: 3, stride: 2),
      ], shortcut: .projection)
    let known = try write([
      ("conv1.weight", [6, 2, 3, 3]), ("layer1.0.conv1.weight", [2, 6, 3, 3]),
      ("layer1.0.conv2.weight", [2, 2, 3, 3]), ("layer1.0.downsample.0.weight", [2, 6, 1, 1]),
    ])
    #expect(
      try read(architecture).projections[2]?.values == known["layer1.0.downsample.0.weight"])
  }

  @Test("What is missing, left over or of another shape is named")
  func mistakes() throws {
    let two = [("0.weight", [3, 2, 3, 3]), ("1.weight", [3, 3, 3, 3])]
    _ = try write(two)
    #expect(
      try problem(chain([3])) == "n: it has 2 layers (0, 1), expected 1, those of the architecture")
    #expect(
      try problem(chain([3, 4]))
        == "n: 1.weight (layer 2) has the shape (3, 3, 3, 3), expected (4, 3, 3, 3)")
    _ = try write(two + [("2.weight", [3]), ("2.bias", [3])])
    #expect(try problem(chain([3, 3])).contains("2 normalises in a way that depends on the image"))
    _ = try write([
      ("a.weight", [3, 2, 3, 3]), ("b.weight", [3, 3, 3, 3]), ("c.weight", [3, 3, 3, 3]),
    ])
    #expect(
      try problem(chain([3, 3, 3])).contains(
        "the order of the layers does not follow from their names (a, b, c)"))
    // Before its convolution, as in networks with pre-activation.
    _ = try write(
      [
        ("conv1.weight", [3, 2, 3, 3]), ("l.0.conv1.weight", [4, 3, 3, 3]),
        ("l.0.conv2.weight", [4, 4, 3, 3]),
      ] + Self.norm("l.0.bn1", 3)
    )
    #expect(
      try problem(chain([3, 4, 4])).contains("l.0.bn1 normalises 3 channels, and l.0.conv1 has 4"))
    _ = try write(
      [
        ("conv1.weight", [3, 2, 3, 3]), ("l.0.conv1.weight", [3, 3, 3, 3]),
        ("l.0.conv2.weight", [3, 3, 3, 3]),
      ] + Self.norm("l.0.bn1", 3)
    )
    #expect(
      try problem(chain([3, 3, 3])).contains("conv1 has no normalisation, and other layers have"))
    _ = try write(two + Self.norm("last", 3))
    #expect(
      try problem(chain([3, 3])).contains("last normalises what is not the result of a layer"))
    _ = try write(two + [("scale", []), ("0.mask", [2])])
    let weights = try SafetensorsWeights(folder.path("n.safetensors"), name: "n")
    #expect(try weights.unusedNames(chain([3, 3])) == ["0.mask", "scale"])
    var file = SafetensorsBuilder()
    file.add("0.weight", [1, 2, 1, 1], [1, .nan])
    try Data(file.bytes).write(to: URL(filePath: folder.path("n.safetensors")))
    #expect(try problem(chain([1], kernel: 1)) == "n: 0.weight holds nan, expected finite numbers")
  }
}
