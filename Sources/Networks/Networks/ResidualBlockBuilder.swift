internal import Architectures
internal import NetworkGraphs

/// Builds residual networks of blocks: basic, bottleneck, with activations first, inverted, or chosen.
///
/// **Source**: torchvision's `resnet.py`, `mobilenetv2.py` and `efficientnet.py`; He, Zhang, Ren & Sun,
/// "Identity mappings in deep residual networks", ECCV 2016, for activations that come first;
/// NAS-Bench-Macro's `train/model.py` for blocks that are chosen.
struct ResidualBlockBuilder {
  private let architecture: Architecture
  private var network: NetworkBuilder
  /// What the next block reads.
  private var value: ValueID
  private var hasBias: Bool { architecture.normalization == .none }

  static func build(_ architecture: Architecture, classes: Int) -> BuiltNetwork {
    var builder = ResidualBlockBuilder(architecture)
    builder.appendStem()
    for stage in architecture.stages.indices { builder.append(stage) }
    builder.appendEnd()
    return builder.network.finish(architecture, classes: classes)
  }

  private init(_ architecture: Architecture) {
    self.architecture = architecture
    network = NetworkBuilder(architecture.input)
    value = network.graph.input
  }

  // MARK: Parts

  /// A value normalised and activated.
  private mutating func closed(_ value: ValueID, _ name: String) -> ValueID {
    let normalized = network.normalized(value, architecture, name: "\(name).norm")
    return network.activated(normalized, architecture.activation, name: name)
  }

  private mutating func convolved(
    _ value: ValueID, _ name: String, width: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    scale: Double = 1
  ) -> ValueID {
    network.convolved(
      value, "\(name).convolution", width: width, kernel: kernel, stride: stride, groups: groups,
      hasBias: hasBias, scale: scale)
  }

  /// What the last normalisation of a block's branch starts from, or without one its last weight.
  private func branchScale(_ block: Block, width: Int, canProject: Bool = true) -> Double {
    let isIdentity = block.stride == 1 && network.graph[value].shape[1] == width
    let hasShortcut = isIdentity || canProject && architecture.shortcut != .plain
    return hasShortcut ? architecture.branchScale : 1
  }

  /// The last convolution of a branch that a norm follows.
  private mutating func branchEnd(
    _ value: ValueID, _ block: Block, layer: Int, width: Int, kernel: Int, scale: Double
  ) -> ValueID {
    convolved(
      value, "\(block.name).layer_\(layer)", width: width, kernel: kernel,
      scale: architecture.normalization == .none ? scale : 1)
  }

  private mutating func appendStem() {
    guard architecture.stem != .none else { return }
    let isWide =
      architecture.stem == .imagenet && ![.inverted, .choice].contains(architecture.block)
    value = convolved(
      value, "stem", width: architecture.count(.stemWidth), kernel: isWide ? 7 : 3,
      stride: architecture.stem == .imagenet ? 2 : 1)
    if architecture.block != .preactivation { value = closed(value, "stem") }
    if isWide {
      value = network.add(
        MaxPool(Window(square: 3, stride: 2, padding: 1)), of: value, name: "stem.pool")
    }
    if architecture.block != .preactivation { network.represent(value, "stem") }
  }

  private mutating func append(_ index: Int) {
    let stage = architecture.stages[index]
    let isPooled = architecture.pooling != .stride && index > 0
    let choices = architecture.block == .choice ? architecture.blockChoices : []
    let firstBlock = architecture.stages[..<index].reduce(0) { $0 + $1.widths.count }
    let next = index + 1 < architecture.stages.count ? architecture.stages[index + 1] : nil
    for (place, width) in stage.widths.enumerated() {
      let block = Block(
        name: "stage_\(index + 1).block_\(place + 1)", stage: index + 1, width: width,
        kernel: stage.kernel, stride: place == 0 && !isPooled ? stage.stride : 1,
        poolsBy: place + 1 == stage.widths.count ? next?.stride ?? 1 : 1)
      switch architecture.block {
      case .plain, .basic, .cell: appendBasic(block)
      case .bottleneck: appendBottleneck(block)
      case .preactivation: appendPreactivated(block)
      case .inverted:
        // The first stages of MobileNetV2 and EfficientNet do not widen.
        appendInverted(
          block, kernel: block.kernel, expansion: index == 0 ? nil : architecture.count(.expansion))
      case .choice: append(block, choices[firstBlock + place])
      }
    }
  }

  private struct Block {
    let name: String
    let stage: Int
    let width: Int
    let kernel: Int
    let stride: Int
    /// What is pooled behind it.
    let poolsBy: Int
  }

  /// What is added to a block's last convolution; nil if nothing fits.
  private mutating func shortcut(
    _ block: Block, from source: ValueID, width: Int, isNormalized: Bool = true
  ) -> ValueID? {
    if block.stride == 1, network.graph[source].shape[1] == width { return source }
    switch architecture.shortcut {
    case .plain: return nil
    case .pad:
      return network.padded(
        source, to: width, stride: block.stride, name: "\(block.name).shortcut")
    case .projection:
      let weighted = network.weighted
      let projected = network.convolved(
        source, "\(block.name).shortcut", width: width, kernel: 1, stride: block.stride,
        hasBias: false)
      network.weighted = weighted
      guard isNormalized else { return projected }
      return network.normalized(projected, architecture, name: "\(block.name).shortcut.norm")
    }
  }

  /// Adds the shortcut and ends a block whose sum is activated.
  private mutating func close(_ block: Block, _ value: ValueID, layer: Int) {
    let name = "\(block.name).layer_\(layer)"
    let width = network.graph[value].shape[1]
    var sum = network.normalized(
      value, architecture, name: "\(name).norm", scale: branchScale(block, width: width))
    if let added = shortcut(block, from: self.value, width: width) {
      sum = network.add(Sum(), of: sum, added, name: "\(block.name).sum")
    }
    self.value = pooled(
      network.activated(sum, architecture.activation, name: name), block)
    network.represent(self.value, name, stage: block.stage)
  }

  private mutating func pooled(_ value: ValueID, _ block: Block) -> ValueID {
    guard block.poolsBy > 1 else { return value }
    return network.pooled(
      value, architecture.pooling, by: block.poolsBy, name: "\(block.name).pool")
  }

  /// A layer inside of a block, a representation.
  private mutating func layer(_ block: Block, _ value: ValueID, _ layer: Int) -> ValueID {
    let name = "\(block.name).layer_\(layer)"
    let result = closed(value, name)
    network.represent(result, name, stage: block.stage)
    return result
  }

  // MARK: Blocks

  private mutating func appendBasic(_ block: Block) {
    let first = convolved(
      value, "\(block.name).layer_1", width: block.width, kernel: block.kernel,
      stride: block.stride)
    let inner = layer(block, first, 1)
    let last = branchEnd(
      inner, block, layer: 2, width: block.width, kernel: block.kernel,
      scale: branchScale(block, width: block.width))
    close(block, last, layer: 2)
  }

  private mutating func appendBottleneck(_ block: Block) {
    let narrow = convolved(value, "\(block.name).layer_1", width: block.width, kernel: 1)
    let first = layer(block, narrow, 1)
    let filtered = convolved(
      first, "\(block.name).layer_2", width: block.width, kernel: block.kernel,
      stride: block.stride, groups: architecture.count(.groups))
    let second = layer(block, filtered, 2)
    let width = block.width * architecture.count(.expansion)
    let wide = branchEnd(
      second, block, layer: 3, width: width, kernel: 1, scale: branchScale(block, width: width))
    close(block, wide, layer: 3)
  }

  private mutating func appendPreactivated(_ block: Block) {
    let read = layer(block, value, 1)
    let isIdentity = block.stride == 1 && network.graph[value].shape[1] == block.width
    let added = shortcut(
      block, from: isIdentity ? value : read, width: block.width, isNormalized: false)
    let first = convolved(
      read, "\(block.name).layer_1", width: block.width, kernel: block.kernel,
      stride: block.stride)
    let inner = layer(block, first, 2)
    // No norm follows inside of the branch.
    var sum = convolved(
      inner, "\(block.name).layer_2", width: block.width, kernel: block.kernel,
      scale: branchScale(block, width: block.width))
    if let added { sum = network.add(Sum(), of: sum, added, name: "\(block.name).sum") }
    value = pooled(sum, block)
  }

  private mutating func append(_ block: Block, _ choice: BlockChoice) {
    if let inverted = choice.inverted {
      appendInverted(block, kernel: inverted.kernel, expansion: inverted.expansion)
    } else if block.stride > 1 || network.graph[value].shape[1] != block.width {
      let shrunk = convolved(
        value, "\(block.name).skip", width: block.width, kernel: 1, stride: block.stride)
      value = network.normalized(shrunk, architecture, name: "\(block.name).skip.norm")
    }
  }

  /// - Parameters:
  ///   - kernel: the side of the kernel that filters each channel.
  ///   - expansion: what the channels are multiplied by; nil leaves the first convolution out.
  private mutating func appendInverted(_ block: Block, kernel: Int, expansion: Int?) {
    let inputs = network.graph[value].shape[1]
    let width = inputs * (expansion ?? 1)
    var inner = value
    if expansion != nil {
      inner = layer(
        block, convolved(value, "\(block.name).layer_1", width: width, kernel: 1), 1)
    }
    let filtered = convolved(
      inner, "\(block.name).layer_2", width: width, kernel: kernel, stride: block.stride,
      groups: width)
    let squeezed = squeezed(layer(block, filtered, 2), block, inputs)
    let scale = branchScale(block, width: block.width, canProject: false)
    let narrow = branchEnd(
      squeezed, block, layer: 3, width: block.width, kernel: 1, scale: scale)
    var sum = network.normalized(
      narrow, architecture, name: "\(block.name).layer_3.norm", scale: scale)
    if block.stride == 1, inputs == block.width {
      sum = network.add(Sum(), of: sum, value, name: "\(block.name).sum")
    }
    value = sum
  }

  /// Channels multiplied by what follows from the means of all, if there is a squeeze layer.
  private mutating func squeezed(_ value: ValueID, _ block: Block, _ inputs: Int) -> ValueID {
    let ratio = architecture.count(.squeeze)
    guard ratio > 0 else { return value }
    let name = "\(block.name).squeeze"
    let width = network.graph[value].shape[1]
    let mean = network.add(Reduction(globalAverageOfRank: 4), of: value, name: "\(name).mean")
    let narrow = network.convolved(
      mean, "\(name).1", width: max(1, inputs / ratio), kernel: 1, hasBias: true)
    let inner = network.activated(narrow, architecture.activation, name: "\(name).inner")
    let wide = network.convolved(inner, "\(name).2", width: width, kernel: 1, hasBias: true)
    let gate = network.add(Activation(.sigmoid), of: wide, name: "\(name).gate")
    return network.add(Product(), of: value, gate, name: name)
  }

  /// What stands behind the last block.
  private mutating func appendEnd() {
    switch architecture.block {
    case .plain, .basic, .bottleneck, .cell: return
    case .preactivation: value = closed(value, "last")
    case .inverted, .choice:
      // 1,280 channels behind the 320 of MobileNetV2 and the 256 of NAS-Bench-Macro.
      let factor = architecture.block == .choice ? 5 : 4
      value = convolved(value, "last", width: factor * network.graph[value].shape[1], kernel: 1)
      value = closed(value, "last")
    }
    network.represent(value, "last")
  }
}
