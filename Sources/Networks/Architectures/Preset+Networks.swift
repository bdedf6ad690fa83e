extension Preset {
  /// A network of the literature in the terms of families and keys.
  struct Network {
    let family: Family
    let stages: [Stage]
    let options: KeyValues
  }

  /// The values that make a preset of version 0.1 the network of convolutions that it was then.
  public static let plainOptions: KeyValues = [
    .normalization: KeyValue(Normalization.none), .pooling: KeyValue(Pooling.stride),
  ]

  /// The real network; nil for a preset that is made of convolutions only.
  func network(_ values: KeyValues) -> Network? {
    switch self {
    case .natsBenchSize, .hourglassMLP: nil
    case .cifarResNet20: cifarNetwork(3)
    case .cifarResNet32: cifarNetwork(5)
    case .cifarResNet44: cifarNetwork(7)
    case .cifarResNet56: cifarNetwork(9)
    case .cifarResNet110: cifarNetwork(18)
    case .cifarPreResNet20: cifarNetwork(3, .preactivation)
    case .cifarPreResNet56: cifarNetwork(9, .preactivation)
    case .cifarPreResNet110: cifarNetwork(18, .preactivation)
    case .wideResNet16: wideNetwork(2, factor: value(.presetWiden, in: values))
    case .wideResNet28: wideNetwork(4, factor: value(.presetWiden, in: values))
    case .vgg11: vggNetwork([1, 1, 2, 2, 2])
    case .vgg13: vggNetwork([2, 2, 2, 2, 2])
    case .vgg16: vggNetwork([2, 2, 3, 3, 3])
    case .vgg19: vggNetwork([2, 2, 4, 4, 4])
    case .vgg11BN: vggNetwork([1, 1, 2, 2, 2], .batch)
    case .vgg13BN: vggNetwork([2, 2, 2, 2, 2], .batch)
    case .vgg16BN: vggNetwork([2, 2, 3, 3, 3], .batch)
    case .vgg19BN: vggNetwork([2, 2, 4, 4, 4], .batch)
    case .denseNet40:
      denseNetwork(
        denseNet(layersPerBlock: 12, growth: value(.presetGrowth, in: values)), .preactivation,
        .cifar)
    case .denseNet100:
      denseNetwork(
        denseNet(layersPerBlock: 32, growth: value(.presetGrowth, in: values)), .preactivation,
        .cifar)
    case .denseNetBC100:
      denseNetwork(Self.compressed(24, growth: 12, layers: [16, 16, 16]), .bottleneck, .cifar)
    case .denseNet121: imageNetDenseNet([6, 12, 24, 16])
    case .denseNet169: imageNetDenseNet([6, 12, 32, 32])
    case .denseNet201: imageNetDenseNet([6, 12, 48, 32])
    case .resNet18: imageNetNetwork(.basic, [2, 2, 2, 2])
    case .resNet34: imageNetNetwork(.basic, [3, 4, 6, 3])
    case .resNet50: imageNetNetwork(.bottleneck, [3, 4, 6, 3])
    case .resNet101: imageNetNetwork(.bottleneck, [3, 4, 23, 3])
    case .resNet152: imageNetNetwork(.bottleneck, [3, 8, 36, 3])
    case .resNeXt50:
      imageNetNetwork(.bottleneck, [3, 4, 6, 3], width: 128, [.groups: 32, .expansion: 2])
    case .wideResNet50:
      imageNetNetwork(.bottleneck, [3, 4, 6, 3], width: 128, [.expansion: 2])
    case .mobileNetV2:
      invertedNetwork(
        [
          (16, 1, 3, 1), (24, 2, 3, 2), (32, 3, 3, 2), (64, 4, 3, 2), (96, 3, 3, 1),
          (160, 3, 3, 2), (320, 1, 3, 1),
        ], .relu6)
    case .efficientNetB0:
      invertedNetwork(
        [
          (16, 1, 3, 1), (24, 2, 3, 2), (40, 2, 5, 2), (80, 3, 3, 2), (112, 3, 5, 1),
          (192, 4, 5, 2), (320, 1, 3, 1),
        ], .silu, squeeze: 4)
    case .convNeXtTiny:
      Network(
        family: .convnext,
        stages: zip([96, 192, 384, 768], [3, 3, 9, 3]).enumerated().map { index, stage in
          Stage(
            widths: [Int](repeating: stage.0, count: stage.1), kernel: 7,
            stride: index == 0 ? 1 : 2)
        }, options: [.patch: 4])
    case .viTTiny16: transformer(patch: 16, width: 192, blocks: 12, heads: 3)
    case .viTSmall16: transformer(patch: 16, width: 384, blocks: 12, heads: 6)
    case .viTBase16: transformer(patch: 16, width: 768, blocks: 12, heads: 12)
    case .viTBase32: transformer(patch: 32, width: 768, blocks: 12, heads: 12)
    case .mixerSmall16: mixer(width: 512, blocks: 8, tokens: 256, channels: 2_048)
    case .mixerBase16: mixer(width: 768, blocks: 12, tokens: 384, channels: 3_072)
    case .nasBenchMacro: macroNetwork(index: value(.presetIndex, in: values))
    case .nasBench201: cellNetwork(index: value(.presetIndex, in: values))
    }
  }

  /// **Source**: He, Zhang, Ren & Sun, CVPR 2016, section 4.2, with option A; ECCV 2016 for activations
  /// that come first.
  private func cifarNetwork(_ blocks: Int, _ block: Block = .basic) -> Network {
    Network(
      family: .residual,
      stages: [16, 32, 64].map {
        Stage(repeating: $0, count: blocks, stride: $0 == 16 ? 1 : 2)
      },
      options: [
        .block: KeyValue(block), .stem: KeyValue(Stem.cifar), .shortcut: KeyValue(Shortcut.pad),
        .normalization: KeyValue(Normalization.batch),
      ])
  }

  /// **Source**: Zagoruyko & Komodakis, BMVC 2016, table 1.
  private func wideNetwork(_ blocks: Int, factor: Int) -> Network {
    Network(
      family: .residual,
      stages: [16, 32, 64].map {
        Stage(repeating: $0 * factor, count: blocks, stride: $0 == 16 ? 1 : 2)
      },
      options: [
        .block: KeyValue(Block.preactivation), .stem: KeyValue(Stem.cifar), .stemWidth: 16,
        .shortcut: KeyValue(Shortcut.projection),
        .normalization: KeyValue(Normalization.batch),
      ])
  }

  /// **Source**: torchvision's `vgg.py`.
  private func vggNetwork(
    _ layersPerStage: [Int], _ normalization: Normalization = .none
  ) -> Network {
    Network(
      family: .chain, stages: vgg(layersPerStage: layersPerStage),
      options: [
        .pooling: KeyValue(Pooling.max), .classifierWidth: 4_096,
        .normalization: KeyValue(normalization),
      ])
  }

  private func denseNetwork(_ stages: [Stage], _ block: Block, _ stem: Stem) -> Network {
    Network(
      family: .dense, stages: stages,
      options: [
        .block: KeyValue(block), .stem: KeyValue(stem), .pooling: KeyValue(Pooling.average),
        .normalization: KeyValue(Normalization.batch),
      ])
  }

  /// **Source**: torchvision's `densenet.py`.
  private func imageNetDenseNet(_ layers: [Int]) -> Network {
    denseNetwork(Self.compressed(64, growth: 32, layers: layers), .bottleneck, .imagenet)
  }

  /// Dense stages whose transitions have half of the channels that they read.
  private static func compressed(_ first: Int, growth: Int, layers: [Int]) -> [Stage] {
    var entry = first
    return layers.enumerated().map { index, count in
      defer { entry = (entry + count * growth) / 2 }
      return Stage(
        widths: [entry] + [Int](repeating: growth, count: count), kernel: 3,
        stride: index == 0 ? 1 : 2)
    }
  }

  /// **Source**: torchvision's `resnet.py`.
  private func imageNetNetwork(
    _ block: Block, _ blocks: [Int], width: Int = 64, _ more: KeyValues = [:]
  ) -> Network {
    var options: KeyValues = [
      .block: KeyValue(block), .stem: KeyValue(Stem.imagenet), .stemWidth: 64,
      .shortcut: KeyValue(Shortcut.projection), .normalization: KeyValue(Normalization.batch),
    ]
    for key in more.keys { options[key] = more[key] }
    return Network(
      family: .residual,
      stages: blocks.enumerated().map { index, count in
        Stage(repeating: width << index, count: count, stride: index == 0 ? 1 : 2)
      }, options: options)
  }

  /// **Source**: torchvision's `mobilenetv2.py` and `efficientnet.py`.
  private func invertedNetwork(
    _ stages: [(width: Int, blocks: Int, kernel: Int, stride: Int)],
    _ activation: ActivationFunction, squeeze: Int = 0
  ) -> Network {
    Network(
      family: .residual,
      stages: stages.map {
        Stage(
          widths: [Int](repeating: $0.width, count: $0.blocks), kernel: $0.kernel,
          stride: $0.stride)
      },
      options: [
        .block: KeyValue(Block.inverted), .stem: KeyValue(Stem.imagenet),
        .normalization: KeyValue(Normalization.batch), .activation: KeyValue(activation),
        .squeeze: .integer(squeeze),
      ])
  }

  /// **Source**: torchvision's and timm's `vision_transformer.py`.
  private func transformer(patch: Int, width: Int, blocks: Int, heads: Int) -> Network {
    Network(
      family: .transformer, stages: [Self.tokens(width, blocks)],
      options: [.patch: .integer(patch), .heads: .integer(heads)])
  }

  /// **Source**: timm's `mlp_mixer.py`.
  private func mixer(width: Int, blocks: Int, tokens: Int, channels: Int) -> Network {
    Network(
      family: .mixer, stages: [Self.tokens(width, blocks)],
      options: [
        .patch: 16, .tokenWidth: .integer(tokens), .channelWidth: .integer(channels),
      ])
  }

  /// Eight blocks in stages of 2, 3 and 3, each of which begins with twice the channels and half the side.
  ///
  /// The index is the string of choices in base 3.
  ///
  /// **Source**: `train/model.py` of NAS-Bench-Macro's repository, xiusu/NAS-Bench-Macro.
  private func macroNetwork(index: Int) -> Network {
    Network(
      family: .residual,
      stages: [(64, 2), (128, 3), (256, 3)].map { Stage(repeating: $0, count: $1) },
      options: [
        .block: KeyValue(Block.choice), .choices: .integer(index), .stem: KeyValue(Stem.cifar),
        .stemWidth: 32, .normalization: KeyValue(Normalization.batch),
      ])
  }

  /// Three stages of five cells of 16, 32 and 64 channels.
  ///
  /// The index is that of the cell (`Architecture.cellOperations`).
  ///
  /// **Source**: Dong & Yang, ICLR 2020, section 2.1; `TinyNetwork` of D-X-Y/AutoDL-Projects.
  private func cellNetwork(index: Int) -> Network {
    Network(
      family: .residual,
      stages: [16, 32, 64].map { Stage(repeating: $0, count: 5, stride: $0 == 16 ? 1 : 2) },
      options: [
        .block: KeyValue(Block.cell), .cell: .integer(index),
        .normalization: KeyValue(Normalization.batch),
      ])
  }

  private static func tokens(_ width: Int, _ blocks: Int) -> Stage {
    Stage(widths: [Int](repeating: width, count: blocks), kernel: 1, stride: 1)
  }
}
