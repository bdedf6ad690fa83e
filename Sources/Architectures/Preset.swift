/// The named architectures: networks of the literature in the terms of this project.
///
/// Raw values are the codes of the results file's `preset` column and never change. Where a network
/// does not fit the terms exactly, `differences` says what is left out and what stands in its
/// place; classifiers, biases and batch normalisation are left out everywhere.
public enum Preset: Int8, Sendable, CaseIterable {
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
    }
  }

  /// The shape of the images that the network was published for.
  public var input: InputShape {
    switch self {
    case .resNet18, .resNet34: InputShape(channels: 3, size: 224)
    case .hourglassMLP: InputShape(channels: 3_072, size: 1)
    default: InputShape(channels: 3, size: 32)
    }
  }

  /// What the preset leaves open, each with the value it has where none is given.
  public var options: [(option: PresetOption, standard: Int)] {
    switch self {
    case .wideResNet16: [(.widen, 8)]
    case .wideResNet28: [(.widen, 10)]
    case .denseNet40, .denseNet100: [(.growth, 12)]
    case .natsBenchSize: [(.index, 0)]
    case .hourglassMLP: [(.wide, 4_096), (.narrow, 256), (.blocks, 4)]
    default: []
    }
  }

  /// How layers of the network read one another.
  public var family: Family {
    switch self {
    case .vgg11, .vgg13, .vgg16, .vgg19, .natsBenchSize: .chain
    case .denseNet40, .denseNet100: .dense
    default: .residual
    }
  }

  /// How its stages are joined, if it is residual; a single stage has nothing to join.
  public var shortcut: Shortcut { self == .hourglassMLP ? .plain : .projection }

  /// Makes the network.
  ///
  /// - Parameters:
  ///   - values: values of options, in their ranges; others than the preset's are passed over.
  ///   - input: the shape of the images, nil for the published one.
  ///   - form: nil for the family's own; residual networks have the analysis form only.
  ///
  /// **Throws**: `ArchitectureError` where the form does not exist or counts do not fit.
  public func architecture(
    _ values: [PresetOption: Int] = [:], input: InputShape? = nil, form: Form? = nil
  ) throws(ArchitectureError) -> Architecture {
    try Architecture(
      family: family, input: input ?? self.input, stages: stages(values), form: form,
      shortcut: shortcut)
  }

  /// An option's value: the given one, or the standard.
  func value(_ option: PresetOption, in values: [PresetOption: Int]) -> Int {
    guard let value = values[option] ?? options.first(where: { $0.option == option })?.standard
    else { preconditionFailure("\(name) has no option \(option.rawValue)") }
    precondition(option.range.contains(value), "\(option.rawValue) is \(value), out of its range")
    return value
  }

  private func stages(_ values: [PresetOption: Int]) -> [Stage] {
    switch self {
    case .cifarResNet20: cifarResNet(blocksPerStage: 3)
    case .cifarResNet32: cifarResNet(blocksPerStage: 5)
    case .cifarResNet44: cifarResNet(blocksPerStage: 7)
    case .cifarResNet56: cifarResNet(blocksPerStage: 9)
    case .cifarResNet110: cifarResNet(blocksPerStage: 18)
    case .wideResNet16: wideResNet(blocksPerStage: 2, factor: value(.widen, in: values))
    case .wideResNet28: wideResNet(blocksPerStage: 4, factor: value(.widen, in: values))
    case .vgg11: vgg(layersPerStage: [1, 1, 2, 2, 2])
    case .vgg13: vgg(layersPerStage: [2, 2, 2, 2, 2])
    case .vgg16: vgg(layersPerStage: [2, 2, 3, 3, 3])
    case .vgg19: vgg(layersPerStage: [2, 2, 4, 4, 4])
    case .denseNet40: denseNet(layersPerBlock: 12, growth: value(.growth, in: values))
    case .denseNet100: denseNet(layersPerBlock: 32, growth: value(.growth, in: values))
    case .resNet18: imageNetResNet(blocksPerStage: [2, 2, 2, 2])
    case .resNet34: imageNetResNet(blocksPerStage: [3, 4, 6, 3])
    case .natsBenchSize: natsBenchSize(index: value(.index, in: values))
    case .hourglassMLP:
      hourglass(
        wide: value(.wide, in: values), narrow: value(.narrow, in: values),
        blocks: value(.blocks, in: values))
    }
  }
}
