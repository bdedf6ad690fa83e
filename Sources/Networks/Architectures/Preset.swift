/// The named architectures: networks of the literature in the terms of this project.
///
/// Raw values are the codes of the results file's `preset` column and never change. With
/// `normalization: none` and `pooling: stride` those of version 0.1 are networks of convolutions, as
/// they were then; `differences` says what is left out of these and what stands in its place.
public enum Preset: Int8, KeyWord {
  /// ResNet-20 for CIFAR.
  case cifarResNet20 = 0
  /// ResNet-32 for CIFAR.
  case cifarResNet32 = 1
  /// ResNet-44 for CIFAR.
  case cifarResNet44 = 2
  /// ResNet-56 for CIFAR.
  case cifarResNet56 = 3
  /// ResNet-110 for CIFAR.
  case cifarResNet110 = 4
  /// Wide ResNet-16-k for CIFAR.
  case wideResNet16 = 5
  /// Wide ResNet-28-k for CIFAR.
  case wideResNet28 = 6
  /// The convolutions of VGG-11, configuration A.
  case vgg11 = 7
  /// The convolutions of VGG-13, configuration B.
  case vgg13 = 8
  /// The convolutions of VGG-16, configuration D.
  case vgg16 = 9
  /// The convolutions of VGG-19, configuration E.
  case vgg19 = 10
  /// DenseNet-40 for CIFAR, without bottlenecks and compression.
  case denseNet40 = 11
  /// DenseNet-100 for CIFAR, without bottlenecks and compression.
  case denseNet100 = 12
  /// ResNet-18 for ImageNet, as in torchvision.
  case resNet18 = 13
  /// ResNet-34 for ImageNet, as in torchvision.
  case resNet34 = 14
  /// The channel configurations of NATS-Bench's size search space, as chains.
  case natsBenchSize = 15
  /// A fully connected residual network of wide-narrow-wide blocks.
  case hourglassMLP = 16
  /// ResNet-20 for CIFAR, activations first.
  case cifarPreResNet20 = 17
  /// ResNet-56 for CIFAR, activations first.
  case cifarPreResNet56 = 18
  /// ResNet-110 for CIFAR, activations first.
  case cifarPreResNet110 = 19
  /// VGG-11 with batch normalisation.
  case vgg11BN = 20
  /// VGG-13 with batch normalisation.
  case vgg13BN = 21
  /// VGG-16 with batch normalisation.
  case vgg16BN = 22
  /// VGG-19 with batch normalisation.
  case vgg19BN = 23
  /// DenseNet-BC-100 of growth 12 for CIFAR.
  case denseNetBC100 = 24
  /// DenseNet-121 for ImageNet.
  case denseNet121 = 25
  /// DenseNet-169 for ImageNet.
  case denseNet169 = 26
  /// DenseNet-201 for ImageNet.
  case denseNet201 = 27
  /// ResNet-50 for ImageNet.
  case resNet50 = 28
  /// ResNet-101 for ImageNet.
  case resNet101 = 29
  /// ResNet-152 for ImageNet.
  case resNet152 = 30
  /// ResNeXt-50, 32 groups of 4 channels.
  case resNeXt50 = 31
  /// Wide ResNet-50-2 for ImageNet.
  case wideResNet50 = 32
  /// MobileNetV2.
  case mobileNetV2 = 33
  /// EfficientNet-B0.
  case efficientNetB0 = 34
  /// ConvNeXt-T.
  case convNeXtTiny = 35
  /// ViT-Ti with patches of 16.
  case viTTiny16 = 36
  /// ViT-S with patches of 16.
  case viTSmall16 = 37
  /// ViT-B with patches of 16.
  case viTBase16 = 38
  /// ViT-B with patches of 32.
  case viTBase32 = 39
  /// Mixer-S with patches of 16.
  case mixerSmall16 = 40
  /// Mixer-B with patches of 16.
  case mixerBase16 = 41
  /// The networks of NAS-Bench-Macro: eight blocks, each chosen out of three.
  case nasBenchMacro = 42
  /// The networks of NAS-Bench-201: equal cells of six edges, each of five operations.
  case nasBench201 = 43

  /// The preset's name in sweep files.
  public var name: String {
    switch self {
    case .cifarResNet20: "cifar_resnet_20"
    case .cifarResNet32: "cifar_resnet_32"
    case .cifarResNet44: "cifar_resnet_44"
    case .cifarResNet56: "cifar_resnet_56"
    case .cifarResNet110: "cifar_resnet_110"
    case .wideResNet16: "wide_resnet_16"
    case .wideResNet28: "wide_resnet_28"
    case .vgg11: "vgg_11"
    case .vgg13: "vgg_13"
    case .vgg16: "vgg_16"
    case .vgg19: "vgg_19"
    case .denseNet40: "densenet_40"
    case .denseNet100: "densenet_100"
    case .resNet18: "resnet_18"
    case .resNet34: "resnet_34"
    case .natsBenchSize: "nats_bench_size"
    case .hourglassMLP: "hourglass_mlp"
    case .cifarPreResNet20: "cifar_preresnet_20"
    case .cifarPreResNet56: "cifar_preresnet_56"
    case .cifarPreResNet110: "cifar_preresnet_110"
    case .vgg11BN: "vgg_11_bn"
    case .vgg13BN: "vgg_13_bn"
    case .vgg16BN: "vgg_16_bn"
    case .vgg19BN: "vgg_19_bn"
    case .denseNetBC100: "densenet_bc_100_12"
    case .denseNet121: "densenet_121"
    case .denseNet169: "densenet_169"
    case .denseNet201: "densenet_201"
    case .resNet50: "resnet_50"
    case .resNet101: "resnet_101"
    case .resNet152: "resnet_152"
    case .resNeXt50: "resnext_50_32x4d"
    case .wideResNet50: "wide_resnet_50_2"
    case .mobileNetV2: "mobilenet_v2"
    case .efficientNetB0: "efficientnet_b0"
    case .convNeXtTiny: "convnext_tiny"
    case .viTTiny16: "vit_ti_16"
    case .viTSmall16: "vit_s_16"
    case .viTBase16: "vit_b_16"
    case .viTBase32: "vit_b_32"
    case .mixerSmall16: "mixer_s_16"
    case .mixerBase16: "mixer_b_16"
    case .nasBenchMacro: "nas_bench_macro"
    case .nasBench201: "nas_bench_201"
    }
  }

  /// The shape of the images that the network was published for.
  public var input: InputShape { input([:]) }

  /// The shape of the images with some values of keys.
  ///
  /// VGG without its classifier, as version 0.1 had it, is the usual one for CIFAR.
  public func input(_ values: KeyValues) -> InputShape {
    switch self {
    case .hourglassMLP: return InputShape(channels: 3_072, size: 1)
    case .natsBenchSize: return InputShape(channels: 3, size: 32)
    case .vgg11, .vgg13, .vgg16, .vgg19:
      return InputShape(channels: 3, size: isPlain(values) ? 32 : 224)
    default: return InputShape(channels: 3, size: classes == 10 ? 32 : 224)
    }
  }

  /// The number of classes that the network was published for, which the count of trainable
  /// parameters takes in; 0 if it has no classifier.
  public var classes: Int {
    switch self {
    case .hourglassMLP, .natsBenchSize: 0
    case .cifarResNet20, .cifarResNet32, .cifarResNet44, .cifarResNet56, .cifarResNet110,
      .cifarPreResNet20, .cifarPreResNet56, .cifarPreResNet110, .wideResNet16, .wideResNet28,
      .denseNet40, .denseNet100, .denseNetBC100, .nasBenchMacro, .nasBench201:
      10
    default: 1_000
    }
  }

  /// Whether values of keys leave convolutions only.
  func isPlain(_ values: KeyValues) -> Bool {
    guard Self.firstRelease.contains(self) else { return false }
    return Self.plainOptions.keys.allSatisfy { values[$0] == Self.plainOptions[$0] }
  }

  /// The presets of version 0.1.
  public static let firstRelease = allCases.filter { $0.rawValue <= hourglassMLP.rawValue }

  /// What the preset leaves open, each with the value it has where none is given.
  public var options: [(key: ArchitectureKey, standard: Int)] {
    switch self {
    case .wideResNet16: [(.presetWiden, 8)]
    case .wideResNet28: [(.presetWiden, 10)]
    case .denseNet40, .denseNet100: [(.presetGrowth, 12)]
    case .natsBenchSize, .nasBenchMacro, .nasBench201: [(.presetIndex, 0)]
    case .hourglassMLP: [(.presetWide, 4_096), (.presetNarrow, 256), (.presetBlocks, 4)]
    default: []
    }
  }

  /// The number of networks of a search space, whose indices count from 0; nil for other presets.
  public var networkCount: Int? {
    switch self {
    case .natsBenchSize: Self.sizeSpaceCount
    case .nasBenchMacro: 6_561
    case .nasBench201: Architecture.cellCount
    default: nil
    }
  }

  /// The whole numbers that an option of the preset can be.
  public func range(of option: ArchitectureKey) -> ClosedRange<Int>? {
    guard option == .presetIndex, let networkCount else { return option.row.reading.integers }
    return 0...networkCount - 1
  }

  /// Makes the network.
  ///
  /// - Parameters:
  ///   - values: values of the preset's options and of keys of its family, in their ranges, which take
  ///     the place of the network's own; others are passed over.
  ///   - input: the shape of the images, nil for the published one.
  ///   - form: nil for the family's own; residual networks have the analysis form only.
  ///
  /// **Throws**: `ArchitectureError` where the form or a search space's network does not exist, or
  /// counts do not fit.
  public func architecture(
    _ values: KeyValues = [:], input: InputShape? = nil, form: Form? = nil
  ) throws(ArchitectureError) -> Architecture {
    let input = input ?? self.input(values)
    if let networkCount, value(.presetIndex, in: values) >= networkCount {
      throw .presetIndex(value(.presetIndex, in: values), self)
    }
    var options: KeyValues
    guard !isPlain(values), let network = network(values) else {
      options = [.shortcut: KeyValue(plainShortcut)]
      for key in ArchitectureKey.options where values[key] != nil { options[key] = values[key] }
      return try Architecture(
        family: plainFamily, input: input, stages: plainStages(values), form: form,
        options: options)
    }
    options = network.options
    for key in ArchitectureKey.options where values[key] != nil { options[key] = values[key] }
    return try Architecture(
      family: network.family, input: input, stages: network.stages, form: form, options: options)
  }

  /// How layers of the network of convolutions read one another.
  private var plainFamily: Family {
    switch self {
    case .vgg11, .vgg13, .vgg16, .vgg19, .natsBenchSize: .chain
    case .denseNet40, .denseNet100: .dense
    default: .residual
    }
  }

  /// How its stages are joined, if it is residual; a single stage has nothing to join.
  private var plainShortcut: Shortcut { self == .hourglassMLP ? .plain : .projection }

  /// An option's value: the given one, or the standard.
  func value(_ option: ArchitectureKey, in values: KeyValues) -> Int {
    guard
      let value = values[option]?.integer ?? options.first(where: { $0.key == option })?.standard
    else { preconditionFailure("\(name) has no option \(option.name)") }
    precondition(
      option.row.reading.mistake(in: .integer(value)) == nil,
      "\(option.name) is \(value), out of its range")
    return value
  }

  private func plainStages(_ values: KeyValues) -> [Stage] {
    switch self {
    case .cifarResNet20: cifarResNet(blocksPerStage: 3)
    case .cifarResNet32: cifarResNet(blocksPerStage: 5)
    case .cifarResNet44: cifarResNet(blocksPerStage: 7)
    case .cifarResNet56: cifarResNet(blocksPerStage: 9)
    case .cifarResNet110: cifarResNet(blocksPerStage: 18)
    case .wideResNet16: wideResNet(blocksPerStage: 2, factor: value(.presetWiden, in: values))
    case .wideResNet28: wideResNet(blocksPerStage: 4, factor: value(.presetWiden, in: values))
    case .vgg11: vgg(layersPerStage: [1, 1, 2, 2, 2])
    case .vgg13: vgg(layersPerStage: [2, 2, 2, 2, 2])
    case .vgg16: vgg(layersPerStage: [2, 2, 3, 3, 3])
    case .vgg19: vgg(layersPerStage: [2, 2, 4, 4, 4])
    case .denseNet40: denseNet(layersPerBlock: 12, growth: value(.presetGrowth, in: values))
    case .denseNet100: denseNet(layersPerBlock: 32, growth: value(.presetGrowth, in: values))
    case .resNet18: imageNetResNet(blocksPerStage: [2, 2, 2, 2])
    case .resNet34: imageNetResNet(blocksPerStage: [3, 4, 6, 3])
    case .natsBenchSize: natsBenchSize(index: value(.presetIndex, in: values))
    case .hourglassMLP:
      hourglass(
        wide: value(.presetWide, in: values), narrow: value(.presetNarrow, in: values),
        blocks: value(.presetBlocks, in: values))
    default: preconditionFailure("\(name) is more than convolutions")
    }
  }
}
