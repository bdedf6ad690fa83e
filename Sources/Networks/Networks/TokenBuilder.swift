internal import Architectures
internal import NetworkGraphs

/// Builds transformers and mixers: patches become tokens, and blocks add to them.
///
/// **Source**: timm's `vision_transformer.py` and `mlp_mixer.py`; Dosovitskiy et al., "An image is worth
/// 16x16 words", ICLR 2021; Tolstikhin et al., "MLP-Mixer", NeurIPS 2021.
struct TokenBuilder {
  private let architecture: Architecture
  private var network: NetworkBuilder
  private var tokens: ValueID
  private var width: Int { architecture.stages[0].widths[0] }

  private static let start = NetworkParameter.Start.truncatedNormal(deviation: 0.02)
  private static let epsilon = 1e-6

  static func build(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    var builder = TokenBuilder(architecture)
    builder.appendPatches()
    if architecture.family == .transformer { builder.appendEmbedding() }
    for block in 1...architecture.stages[0].widths.count {
      if architecture.family == .transformer {
        builder.appendAttention("block_\(block)")
      } else {
        builder.appendMixing("block_\(block)")
      }
    }
    let features = builder.appendEnd()
    return builder.network.finish(
      identity: architecture.canonicalBytes, features: .value(features),
      featureCount: builder.width, classes: classes, classifierStart: start)
  }

  private init(_ architecture: Architecture) {
    self.architecture = architecture
    network = NetworkBuilder(architecture.input)
    tokens = network.graph.input
  }

  /// Patches as tokens, [1, tokens, width].
  private mutating func appendPatches() {
    let patch = architecture.count(.patch)
    let image = network.convolved(
      tokens, "patches", width: width, kernel: patch, stride: patch, padding: 0, hasBias: true,
      start: Self.start)
    let shape = network.graph[image].shape
    let flat = network.add(
      Reshape([1, width, shape[2] * shape[3]]), of: image, name: "patches.flat")
    tokens = network.add(Transpose([0, 2, 1]), of: flat, name: "patches.tokens")
  }

  /// Puts a token for the class before the others, and adds positions.
  private mutating func appendEmbedding() {
    if hasClassToken {
      let token = network.parameter(
        "class_token", [1, 1, width], .bias, .normal(variance: 1e-12))
      tokens = network.add(
        Concatenation(axis: 1), [.parameter(token), .value(tokens)], name: "class_token")
    }
    let positions = network.parameter(
      "positions", network.graph[tokens].shape, .bias, Self.start)
    tokens = network.add(Sum(), [.value(tokens), .parameter(positions)], name: "positions")
  }

  private var hasClassToken: Bool { architecture[.classToken] == KeyValue(Answer.yes) }

  private mutating func normalized(_ name: String) -> ValueID {
    network.tokenNormalized(tokens, name: name, epsilon: Self.epsilon)
  }

  private mutating func multiplied(_ value: ValueID, _ name: String, width: Int) -> ValueID {
    network.multiplied(value, name, width: width, start: Self.start)
  }

  /// A perceptron with one inner layer on the last axis.
  private mutating func perceptron(_ value: ValueID, _ name: String, inner: Int) -> ValueID {
    let sides = network.graph[value].shape.sides
    let wide = multiplied(value, "\(name).1", width: inner)
    let active = network.activated(wide, architecture.activation, name: "\(name).inner")
    return multiplied(active, "\(name).2", width: sides[sides.count - 1])
  }

  /// Adds to the tokens: a representation.
  private mutating func extend(by value: ValueID, _ name: String) {
    tokens = network.add(Sum(), of: tokens, value, name: name)
    network.represent(tokens, name, stage: 1)
  }

  private mutating func appendAttention(_ name: String) {
    let read = normalized("\(name).norm_1")
    let all = multiplied(read, "\(name).attention.qkv", width: 3 * width)
    let parts = ["queries", "keys", "values"].enumerated().map { place, part in
      network.add(
        Slice([.init(axis: 2, start: place * width, end: (place + 1) * width)]), of: all,
        name: "\(name).attention.\(part)")
    }
    let mixed = network.add(
      Attention(heads: architecture.count(.heads)), parts.map { .value($0) },
      name: "\(name).attention.heads")
    extend(
      by: multiplied(mixed, "\(name).attention.projection", width: width), "\(name).attention")
    let inner = architecture.hiddenWidth(of: width)
    extend(
      by: perceptron(normalized("\(name).norm_2"), "\(name).mlp", inner: inner), "\(name).mlp")
  }

  private mutating func appendMixing(_ name: String) {
    let across = network.add(
      Transpose([0, 2, 1]), of: normalized("\(name).norm_1"), name: "\(name).tokens.across")
    let mixed = perceptron(
      across, "\(name).tokens", inner: architecture.count(.tokenWidth))
    extend(
      by: network.add(Transpose([0, 2, 1]), of: mixed, name: "\(name).tokens.back"),
      "\(name).tokens")
    extend(
      by: perceptron(
        normalized("\(name).norm_2"), "\(name).channels",
        inner: architecture.count(.channelWidth)), "\(name).channels")
  }

  /// The last normalisation, and what a classifier reads: the class token, or the mean of all.
  private mutating func appendEnd() -> ValueID {
    let last = normalized("norm")
    network.represent(last, "norm")
    let isToken = architecture.family == .transformer && hasClassToken
    let one =
      isToken
      ? network.add(
        Slice([.init(axis: 1, start: 0, end: 1)]), of: last, name: "features.token")
      : network.add(Reduction(.mean, axes: [1]), of: last, name: "features.mean")
    return network.add(Reshape([1, width]), of: one, name: "features")
  }
}
