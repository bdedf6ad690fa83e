extension Preset {
  /// The number of parameters that a source gives a network with the standard options, classifier,
  /// biases and batch normalisation included.
  public struct PublishedCount: Hashable, Sendable {
    /// The number, or the number of millions with as many digits as the source has.
    public let text: String
    /// Where it stands.
    public let source: String
  }

  /// What was published of the network; nil if there is no number for the standard options.
  ///
  /// Those of version 0.1 without normalisation differ by what they leave out, and by what `differences`
  /// says.
  public var published: PublishedCount? {
    switch self {
    case .cifarResNet20: PublishedCount(text: "0.27 M", source: "He et al. 2016, table 6")
    case .cifarResNet32: PublishedCount(text: "0.46 M", source: "He et al. 2016, table 6")
    case .cifarResNet44: PublishedCount(text: "0.66 M", source: "He et al. 2016, table 6")
    case .cifarResNet56: PublishedCount(text: "0.85 M", source: "He et al. 2016, table 6")
    case .cifarResNet110: PublishedCount(text: "1.7 M", source: "He et al. 2016, table 6")
    case .wideResNet16: PublishedCount(text: "11.0 M", source: "Zagoruyko & Komodakis 2016")
    case .wideResNet28: PublishedCount(text: "36.5 M", source: "Zagoruyko & Komodakis 2016")
    case .vgg11: .torchvisionVGG("132,863,336")
    case .vgg13: .torchvisionVGG("133,047,848")
    case .vgg16: .torchvisionVGG("138,357,544")
    case .vgg19: .torchvisionVGG("143,667,240")
    case .denseNet40: PublishedCount(text: "1.0 M", source: "Huang et al. 2017, table 2")
    case .denseNet100: PublishedCount(text: "7.0 M", source: "Huang et al. 2017, table 2")
    case .resNet18: .torchvisionResNet("11,689,512")
    case .resNet34: .torchvisionResNet("21,797,672")
    case .natsBenchSize, .hourglassMLP, .cifarPreResNet20, .cifarPreResNet56: nil
    case .cifarPreResNet110: PublishedCount(text: "1.7 M", source: "He et al. 2016, section 4.1")
    case .denseNetBC100: PublishedCount(text: "0.8 M", source: "Huang et al. 2017, table 2")
    case .resNet50: .torchvision("25,557,032")
    case .resNet101: .torchvision("44,549,160")
    case .resNet152: .torchvision("60,192,808")
    case .resNeXt50: .torchvision("25,028,904")
    case .wideResNet50: .torchvision("68,883,240")
    case .vgg11BN: .torchvision("132,868,840")
    case .vgg13BN: .torchvision("133,053,736")
    case .vgg16BN: .torchvision("138,365,992")
    case .vgg19BN: .torchvision("143,678,248")
    case .denseNet121: .torchvision("7,978,856")
    case .denseNet169: .torchvision("14,149,480")
    case .denseNet201: .torchvision("20,013,928")
    case .mobileNetV2: .torchvision("3,504,872")
    case .efficientNetB0: .torchvision("5,288,548")
    case .convNeXtTiny: .torchvision("28,589,128")
    case .viTBase16: .torchvision("86,567,656")
    case .viTBase32: .torchvision("88,224,232")
    case .viTTiny16: .timm("5,717,416")
    case .viTSmall16: .timm("22,050,664")
    case .mixerSmall16: .timm("18,528,264")
    case .mixerBase16: .timm("59,880,472")
    case .nasBenchMacro: PublishedCount(text: "387,882", source: "NAS-Bench-Macro, 00000000")
    case .nasBench201: PublishedCount(text: "73,306", source: "NAS-Bench-201, the smallest")
    }
  }
}

extension Preset.PublishedCount {
  fileprivate static func torchvisionVGG(_ text: String) -> Self {
    Self(text: text, source: "torchvision, 123,642,856 of them in the fully connected layers")
  }

  fileprivate static func torchvisionResNet(_ text: String) -> Self {
    Self(text: text, source: "torchvision, 513,000 of them in the classifier")
  }

  fileprivate static func torchvision(_ text: String) -> Self {
    Self(text: text, source: "torchvision")
  }

  fileprivate static func timm(_ text: String) -> Self { Self(text: text, source: "timm") }
}
