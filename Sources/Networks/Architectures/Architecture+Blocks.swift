extension Architecture {
  /// How the layers of a stage are made into blocks.
  public var block: Block { options[.block]?.word() ?? .plain }

  /// What stands before the first block.
  public var stem: Stem { options[.stem]?.word() ?? .none }

  /// How images shrink from stage to stage.
  public var pooling: Pooling { options[.pooling]?.word() ?? .stride }

  /// What layers are activated by.
  public var activation: ActivationFunction {
    options[.activation]?.word() ?? family.standardActivation
  }

  /// The number of a key that holds a whole number; 0 for a key that takes no part.
  public func count(_ key: ArchitectureKey) -> Int { self[key]?.integer ?? 0 }

  /// Whether it is a chain, a residual or a dense network whose widths are layers.
  public var isLayered: Bool { Family.layered.contains(family) && block == .plain }

  /// Whether the network is a chain, a residual or a dense network of convolutions and rectifiers only,
  /// as all were in version 0.1.
  public var isPlain: Bool { hasPlainLayers && activation == .relu }

  /// Whether the network is a chain, a residual or a dense network of convolutions and one activation
  /// only.
  public var hasPlainLayers: Bool {
    isLayered && options.areAll(in: Self.plainKeys) && shortcut != .pad
  }

  private static let plainKeys: Set<ArchitectureKey> = [
    .skipLength, .shortcut, .firstKernel, .branchScale, .activation,
  ]

  /// Whether the network is residual, of blocks whose activations come first, and of convolutions and one
  /// activation only.
  public var hasPreactivatedBlocks: Bool {
    let known: Set<ArchitectureKey> = [
      .block, .shortcut, .branchScale, .activation, .stem, .stemWidth,
    ]
    return family == .residual && block == .preactivation && stem != .imagenet
      && options.areAll(in: known)
  }

  /// Whether the induced frame is that of the layers: each is a column of its own, which activations that
  /// rectify and batch normalisation behind a weight do not change.
  public var hasLayerFrame: Bool {
    isLayered && options.areAll(in: Self.layerFrameKeys) && shortcut != .pad
      && [.none, .batch].contains(normalization) && Self.rectifiers.contains(activation)
  }

  private static let layerFrameKeys = plainKeys.union([
    .normalization, .normalizationStatistics,
  ])
  private static let rectifiers: Set<ActivationFunction> = [.relu, .leakyReLU, .prelu, .relu6]

  /// The channels of the inner layer of a perceptron of so many channels.
  public func hiddenWidth(of width: Int) -> Int {
    max(1, Int((Double(width) * (self[.mlpRatio]?.real ?? 4)).rounded()))
  }

  /// The number of representations behind the input.
  ///
  /// Layers have one each, which papers call depth; blocks one for each activation, blocks of
  /// transformers and mixers two, those of ConvNeXts one, and there is one behind the last normalisation
  /// or layer.
  public var layerCount: Int {
    let widths = stages.reduce(0) { $0 + $1.widths.count }
    switch family {
    case .transformer, .mixer: return 2 * widths + 1
    case .convnext: return widths + 1
    case .chain, .residual, .dense: break
    }
    let stem = [.preactivation, .cell].contains(block) || stem == .none ? 0 : 1
    switch block {
    case .plain: return widths + (count(.classifierWidth) > 0 ? 2 : 0)
    case .basic: return stem + 2 * widths
    case .inverted: return stem + 2 * widths - stages[0].widths.count + 1
    case .choice: return stem + 2 * blockChoices.count { $0.inverted != nil } + 1
    case .cell:
      let inner = cellOperations.count { $0.kernel != nil }
      return inner * widths + 2 * (stages.count - 1) + 1
    case .bottleneck where family == .residual: return stem + 3 * widths
    case .preactivation where family == .residual: return 2 * widths + 1
    case .bottleneck, .preactivation:
      // A stage's first width is its transition, or the first convolution.
      let layers = widths - stages.count
      let isActivated = self.stem == .imagenet ? 1 : 0
      return isActivated + (block == .bottleneck ? 2 : 1) * layers + stages.count - 1 + 1
    }
  }
}
