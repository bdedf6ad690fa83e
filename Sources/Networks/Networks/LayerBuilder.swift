internal import Architectures
public import NetworkGraphs

/// Builds chains, residual and dense networks: each layer once, in order.
///
/// Layer j computes w = relu(norm(Bᵀu + bias) + skip).
struct LayerBuilder {
  private let architecture: Architecture
  private let layers: [Layer]
  private var network: NetworkBuilder
  private var weights: [ParameterID] = []
  private var projections: [Int: ParameterID] = [:]
  private var biases: [ParameterID] = []

  static func build(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    var builder = LayerBuilder(architecture)
    for layer in builder.layers { builder.append(layer) }
    let hidden = builder.appendClassifierLayers()
    let (weights, projections, biases) = (builder.weights, builder.projections, builder.biases)
    let joins = builder.network.joins
    return builder.network.finish(
      identity: architecture.canonicalBytes,
      features: hidden.map { .value($0) }
        ?? .means(of: architecture.finalLayers.map { $0 + 1 }),
      featureCount: hidden == nil
        ? architecture.featureCount : architecture.count(.classifierWidth), classes: classes,
      layers: { moved in
        BuiltNetwork.Layers(
          architecture: architecture, weights: weights.map(moved),
          projections: projections.mapValues(moved), biases: biases.map(moved), joins: joins)
      })
  }

  private init(_ architecture: Architecture) {
    self.architecture = architecture
    layers = architecture.layers
    network = NetworkBuilder(architecture.input)
  }

  private mutating func append(_ layer: Layer) {
    let name = BuiltNetwork.name(of: layer)
    let scale = layer.skip == nil ? 1 : architecture.branchScale
    let weight = network.parameter(
      "\(name).weight", [layer.width, layer.inputWidth, layer.kernel, layer.kernel], .weight,
      .he(
        fanIn: layer.inputWidth * layer.kernel * layer.kernel,
        scale: architecture.normalization == .none ? scale : 1),
      for: .layer(layer.index, "weight"))
    weights.append(weight)
    let source = layer.skip.map { (skip: $0, width: layers[$0.layer].width) }
    if let source, source.skip.projectionStride != nil, architecture.shortcut == .projection {
      projections[layer.index] = network.parameter(
        "\(name).shortcut.weight", [layer.width, source.width, 1, 1], .weight,
        .he(fanIn: source.width), for: .layer(layer.index, "shortcut"))
    }
    var operands = [Operand.value(input(of: layer)), .parameter(weight)]
    if hasBias {
      biases.append(
        network.parameter(
          "\(name).bias", [layer.width, 1, 1], .bias, .bias, for: .layer(layer.index, "bias")))
      operands.append(.parameter(biases[layer.index]))
    }
    let convolved = network.add(
      Convolution.centered(layer.kernel, stride: layer.stride), operands,
      name: "\(name).convolution")
    var response = network.normalized(
      convolved, architecture, name: "\(name).norm", scale: scale)
    if let skip = layer.skip {
      var added = network.values[skip.layer + 1]
      if let stride = skip.projectionStride, architecture.shortcut == .pad {
        added = network.padded(
          added, to: layer.width, stride: stride, name: "\(name).shortcut")
      } else if let stride = skip.projectionStride, let weight = projections[layer.index] {
        let projected = network.add(
          Convolution.centered(1, stride: stride), [.value(added), .parameter(weight)],
          name: "\(name).shortcut")
        added = network.normalized(projected, architecture, name: "\(name).shortcut.norm")
      }
      response = network.add(Sum(), of: response, added, name: "\(name).sum")
    }
    let active = network.activated(response, architecture.activation, name: name)
    let value = network.pooled(
      active, architecture.pooling, by: poolStride(behind: layer), name: "\(name).pool")
    network.represent(
      value,
      RepresentationFacts(layer, kind: RepresentationKind(of: value, in: network.graph)))
  }

  /// By what the image is pooled behind a layer; 1 for not at all.
  ///
  /// Dense networks pool what a stage's first layer writes, others what a stage's last layer does.
  private func poolStride(behind layer: Layer) -> Int {
    let stages = architecture.stages
    guard architecture.pooling != .stride else { return 1 }
    if architecture.family == .dense {
      let isFirst = layer.index == 0 || layers[layer.index - 1].stage < layer.stage
      return isFirst && layer.stage > 0 ? stages[layer.stage].stride : 1
    }
    let isLast = layer.index + 1 == layers.count
    if isLast { return architecture.count(.classifierWidth) > 0 ? 2 : 1 }
    return layers[layer.index + 1].stage > layer.stage ? stages[layer.stage + 1].stride : 1
  }

  /// Two fully connected layers behind the last stage, as VGG has them; nil for none.
  private mutating func appendClassifierLayers() -> ValueID? {
    let width = architecture.count(.classifierWidth)
    guard width > 0 else { return nil }
    var value = network.add(
      Reshape([1, network.graph[network.last].shape.count]), of: network.last,
      name: "classifier.input")
    for layer in 1...2 {
      let name = "classifier.layer_\(layer)"
      let product = network.multiplied(value, "\(name).linear", width: width)
      value = network.activated(product, architecture.activation, name: name)
      network.represent(value, name)
    }
    return value
  }

  /// Layers of chains keep their biases behind a normalisation, as torchvision's VGG does; those of
  /// residual and dense networks have none then, as in its ResNet and DenseNet.
  private var hasBias: Bool { architecture.normalization == .none || architecture.family == .chain }

  /// What a layer reads: one representation as it is, or several side by side.
  private mutating func input(of layer: Layer) -> ValueID {
    let sources = layer.sources.map { network.values[$0.layer.map { $0 + 1 } ?? 0] }
    return network.joined(sources, name: "\(BuiltNetwork.name(of: layer)).input")
  }
}

extension Convolution {
  /// The correlation of a layer with an odd kernel: it writes ⌈size / stride⌉ pixels.
  public static func centered(_ kernel: Int, stride: Int, groups: Int = 1) -> Convolution {
    Convolution(Window(square: kernel, stride: stride, padding: kernel / 2), groups: groups)
  }
}
