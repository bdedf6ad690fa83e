import Architectures
import ImageData
import NetworkGraphs
import Networks
import ONNX
import TestSupport
import Testing

/// A family that builds the network of a file.
struct FamilyCase: Sendable, CustomTestStringConvertible {
  let name: String
  let family: Family
  let stages: [Stage]
  let options: KeyValues
  /// The names of representations, and of the file's values that they are.
  let names: [(own: String, file: String)]

  var testDescription: String { name }
}

@Suite(
  "Families beside networks from files", .enabled(if: RealNetworks.areThere, RealNetworks.missing))
struct FamilyGoldenTests {
  private static let normalized: KeyValues = [.normalization: KeyValue(Normalization.batch)]

  static let cases: [FamilyCase] = [
    FamilyCase(
      name: "bottleneck_small.onnx", family: .residual,
      stages: [Stage(widths: [8, 8], kernel: 3, stride: 2)],
      options: [
        .block: KeyValue(Block.bottleneck), .stem: KeyValue(Stem.imagenet), .stemWidth: 16,
        .shortcut: KeyValue(Shortcut.projection), .normalization: KeyValue(Normalization.batch),
      ],
      names: [
        ("stem", "/p/MaxPool_output_0"), ("stage_1.block_1.layer_1", "/a/relu/Relu_output_0"),
        ("stage_1.block_1.layer_2", "/a/relu_1/Relu_output_0"),
        ("stage_1.block_1.layer_3", "/a/relu_2/Relu_output_0"),
        ("stage_1.block_2.layer_1", "/b/relu/Relu_output_0"),
        ("stage_1.block_2.layer_2", "/b/relu_1/Relu_output_0"),
        ("stage_1.block_2.layer_3", "/b/relu_2/Relu_output_0"),
      ]),
    FamilyCase(
      name: "densenet_small.onnx", family: .dense,
      stages: [
        Stage(widths: [16, 8, 8, 8], kernel: 3, stride: 1),
        Stage(widths: [20, 8, 8, 8], kernel: 3, stride: 2),
      ],
      options: [
        .block: KeyValue(Block.bottleneck), .stem: KeyValue(Stem.imagenet),
        .pooling: KeyValue(Pooling.average), .normalization: KeyValue(Normalization.batch),
      ],
      names: [
        ("stem", "/features/pool0/MaxPool_output_0"),
        (
          "stage_1.layer_1.activation_1",
          "/features/denseblock1/denselayer1/relu1/Relu_output_0"
        ),
        (
          "stage_1.layer_3.activation_2",
          "/features/denseblock1/denselayer3/relu2/Relu_output_0"
        ),
        ("stage_1.transition", "/features/transition1/relu/Relu_output_0"),
        (
          "stage_2.layer_2.activation_1",
          "/features/denseblock2/denselayer2/relu1/Relu_output_0"
        ),
      ]),
    FamilyCase(
      name: "vgg_bn_small.onnx", family: .chain,
      stages: [
        Stage(widths: [16], kernel: 3, stride: 1), Stage(widths: [24], kernel: 3, stride: 2),
        Stage(widths: [32, 32], kernel: 3, stride: 2),
      ],
      options: [
        .pooling: KeyValue(Pooling.max), .classifierWidth: 32,
        .normalization: KeyValue(Normalization.batch),
      ],
      names: [
        ("layer_1", "/features/features.3/MaxPool_output_0"),
        ("layer_2", "/features/features.7/MaxPool_output_0"),
        ("layer_3", "/features/features.10/Relu_output_0"),
        ("layer_4", "/features/features.14/MaxPool_output_0"),
        ("classifier.layer_1", "/classifier/classifier.1/Relu_output_0"),
      ]),
    FamilyCase(
      name: "mixer.onnx", family: .mixer,
      stages: [Stage(widths: [24, 24, 24], kernel: 1, stride: 1)],
      options: [.patch: 4, .tokenWidth: 32, .channelWidth: 48],
      names: (1...3).flatMap { block in
        [
          ("block_\(block).tokens", "/Add_\(4 * block - 3)_output_0"),
          ("block_\(block).channels", "/Add_\(4 * block - 1)_output_0"),
        ]
      }),
    FamilyCase(
      name: "tokens.onnx", family: .transformer,
      stages: [Stage(widths: [32, 32, 32], kernel: 1, stride: 1)],
      options: [
        .patch: 4, .heads: 4, .mlpRatio: .real(2), .classToken: KeyValue(Answer.no),
      ],
      names: [
        ("block_1.attention", "/Add_1_output_0"), ("block_1.mlp", "/Add_3_output_0"),
        ("block_2.attention", "/Add_4_output_0"), ("block_2.mlp", "/Add_6_output_0"),
        ("block_3.attention", "/Add_7_output_0"), ("block_3.mlp", "/Add_9_output_0"),
        ("norm", "/n/LayerNormalization_output_0"),
      ]),
  ]

  @Test("Representations are those of the file, with its weights", arguments: cases)
  func representations(_ example: FamilyCase) throws {
    let golden = try #require(GoldenNetwork.all.first { $0.model == example.name })
    let file = try ONNXNetwork(RealNetworks.bytes(golden.model))
    let imported = try file.graph(of: golden.representations)
    let network = BuiltNetwork(
      try Architecture(
        family: example.family, input: InputShape(channels: 3, size: 32), stages: example.stages,
        options: example.options))
    let numbers = Transfer(from: imported.graph, imported.parameters).numbers(of: network)
    let evaluator = try Evaluator<Double>(
      network.graph, parameters: numbers, representations: network.values, images: 1, vectors: 1)
    let places = Dictionary(
      uniqueKeysWithValues: zip(network.representations.map(\.name), network.values))
    // The file's layer norms have an ε of 1e-5, ours one of 1e-6.
    let relative = example.family == .transformer || example.family == .mixer ? 3e-4 : 1e-6
    for sample in golden.samples {
      let pixels = try golden.imageSet.values(sample.image..<sample.image + 1)
      let image = pixels.enumerated().map { place, value in
        (value - golden.mean[place / 1_024]) / golden.std[place / 1_024]
      }
      evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
      var found: [ValueID: [Double]] = [:]
      try evaluator.run { found[$0.value] = $0.vector(0, ofImage: 0) }
      for (own, name) in example.names {
        let layer = sample.layers[try #require(golden.representations.firstIndex(of: name))]
        let entries = try #require(places[own].flatMap { found[$0] }, "\(own)")
        let norm = entries.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let mean = entries.reduce(0, +) / Double(entries.count)
        let scale = norm / Double(entries.count).squareRoot()
        #expect(isClose(norm, layer.norm, relative: relative), "\(own)")
        #expect(abs(mean - layer.mean) <= relative * scale, "\(own)")
      }
    }
  }
}

/// Weights of a file's operations, which stand in the order of a family's.
private struct Transfer {
  private struct Layer {
    let kind: String
    var numbers: [[Double]]
  }

  private var layers: [Layer] = []

  init(from graph: Graph, _ parameters: GraphParameters) {
    for node in graph.nodes {
      let numbers = node.operands.compactMap { operand -> [Double]? in
        guard case .parameter(let parameter) = operand else { return nil }
        return parameters[parameter]?.doubles
      }
      let kind = type(of: node.operation).name
      guard
        [Convolution.name, Linear.name, BatchNormalization.name, LayerNormalization.name, Sum.name]
          .contains(kind), !numbers.isEmpty
      else { continue }
      var layer = Layer(kind: kind, numbers: numbers)
      if let linear = node.operation as? Linear, linear.isTransposed {
        let columns = graph[node.output].shape.sides.last ?? 1
        let rows = numbers[0].count / columns
        layer.numbers[0] = (0..<columns).flatMap { column in
          (0..<rows).map { numbers[0][$0 * columns + column] }
        }
      }
      layers.append(layer)
    }
  }

  /// The numbers of a family's network; exporters fold batch normalisation into the convolution before
  /// it, whose bias is then the shift.
  func numbers(of network: BuiltNetwork) -> GraphParameters {
    var result = network.initialParameters(seed: 0, draw: 0)
    var rest = layers[...]
    var folded: [Double]?
    for node in network.graph.nodes {
      let parameters = node.operands.compactMap { operand -> ParameterID? in
        if case .parameter(let parameter) = operand { parameter } else { nil }
      }
      let kind = type(of: node.operation).name
      guard !parameters.isEmpty else { continue }
      if let norm = node.operation as? BatchNormalization, rest.first?.kind != kind {
        let shift = folded ?? []
        result[parameters[0]] = .double(shift.map { _ in (1 + norm.epsilon).squareRoot() })
        result[parameters[1]] = .double(shift)
        continue
      }
      guard let next = rest.first else { break }
      guard next.kind == kind else { continue }
      rest.removeFirst()
      for (parameter, numbers) in zip(parameters, next.numbers) {
        result[parameter] = .double(numbers)
      }
      folded = next.numbers.count > parameters.count ? next.numbers.last : nil
      // A chain keeps its biases, so what was folded is one of them.
      if next.kind == Convolution.name, next.numbers.count == 2, parameters.count == 2 {
        folded = next.numbers[1].map { _ in 0 }
      }
    }
    return result
  }
}
