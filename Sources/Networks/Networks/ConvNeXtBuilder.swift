internal import Architectures
internal import NetworkGraphs

/// Builds ConvNeXts.
///
/// **Source**: torchvision's `convnext.py`; Liu et al., "A ConvNet for the 2020s", CVPR 2022.
struct ConvNeXtBuilder {
  private let architecture: Architecture
  private var network: NetworkBuilder
  private var value: ValueID

  private static let start = NetworkParameter.Start.truncatedNormal(deviation: 0.02)
  private static let epsilon = 1e-6
  /// What branches are multiplied by at the start.
  private static let layerScale = 1e-6

  static func build(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    var builder = ConvNeXtBuilder(architecture)
    builder.appendStem()
    for stage in architecture.stages.indices { builder.append(stage) }
    let features = builder.appendEnd()
    let network = builder.network
    return network.finish(
      identity: architecture.canonicalBytes, features: .value(features),
      featureCount: network.graph[features].shape[1], classes: classes, classifierStart: start)
  }

  private init(_ architecture: Architecture) {
    self.architecture = architecture
    network = NetworkBuilder(architecture.input)
    value = network.graph.input
  }

  private mutating func convolved(
    _ value: ValueID, _ name: String, width: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    padding: Int? = nil
  ) -> ValueID {
    network.convolved(
      value, name, width: width, kernel: kernel, stride: stride, groups: groups, padding: padding,
      hasBias: true, start: Self.start)
  }

  private mutating func appendStem() {
    let patch = architecture.count(.patch)
    let image = convolved(
      value, "stem", width: architecture.stages[0].widths[0], kernel: patch, stride: patch,
      padding: 0)
    value = network.pixelNormalized(image, name: "stem.norm", epsilon: Self.epsilon)
  }

  private mutating func append(_ index: Int) {
    let stage = architecture.stages[index]
    if index > 0 {
      let name = "stage_\(index + 1).entry"
      let read = network.pixelNormalized(value, name: "\(name).norm", epsilon: Self.epsilon)
      value = convolved(
        read, name, width: stage.widths[0], kernel: 2, stride: 2, padding: 0)
    }
    for block in stage.widths.indices {
      appendBlock("stage_\(index + 1).block_\(block + 1)", stage: index + 1, stage.kernel)
    }
  }

  private mutating func appendBlock(_ name: String, stage: Int, _ kernel: Int) {
    let width = network.graph[value].shape[1]
    let filtered = convolved(
      value, "\(name).depthwise", width: width, kernel: kernel, groups: width)
    let last = network.add(Transpose([0, 2, 3, 1]), of: filtered, name: "\(name).pixels")
    let normalized = network.tokenNormalized(last, name: "\(name).norm", epsilon: Self.epsilon)
    let wide = network.multiplied(
      normalized, "\(name).1", width: architecture.hiddenWidth(of: width), start: Self.start)
    let active = network.activated(wide, architecture.activation, name: "\(name).inner")
    let narrow = network.multiplied(active, "\(name).2", width: width, start: Self.start)
    let scale = network.parameter(
      "\(name).layer_scale", [width], .scale, .constant(Self.layerScale))
    let scaled = network.add(
      Product(), [.value(narrow), .parameter(scale)], name: "\(name).scaled")
    let branch = network.add(Transpose([0, 3, 1, 2]), of: scaled, name: "\(name).branch")
    value = network.add(Sum(), of: value, branch, name: name)
    network.represent(value, name, stage: stage)
  }

  /// The mean over pixels, and the last normalisation.
  private mutating func appendEnd() -> ValueID {
    let mean = network.mean(value, name: "features")
    let last = network.tokenNormalized(mean, name: "norm", epsilon: Self.epsilon)
    network.represent(last, "norm")
    return last
  }
}
