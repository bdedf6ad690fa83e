import Architectures
import Testing

extension Preset {
  /// The network of convolutions that the preset was in version 0.1.
  fileprivate func plain(_ values: KeyValues = [:]) throws -> Architecture {
    var values = values
    for key in Self.plainOptions.keys { values[key] = Self.plainOptions[key] }
    return try architecture(values)
  }
}

@Suite("Presets") struct PresetTests {
  /// Weights of convolutions alone: what is left of a published total.
  struct Published: Sendable {
    let preset: Preset
    var options: KeyValues = [:]
    /// The published number of parameters.
    let total: Int
    /// What the network has besides convolutions: classifier, biases, batch normalisation.
    let besides: Int
    /// What the preset has more than the network has, because of what does not fit.
    var surplus = 0
  }

  // torchvision documents the totals of its networks (num_params), digit by digit.
  static let exact: [Published] = [
    .init(preset: .vgg11, total: 132_863_336, besides: vggClassifier + 2_752),
    .init(preset: .vgg13, total: 133_047_848, besides: vggClassifier + 2_944),
    .init(preset: .vgg16, total: 138_357_544, besides: vggClassifier + 4_224),
    .init(preset: .vgg19, total: 143_667_240, besides: vggClassifier + 5_504),
    .init(
      preset: .resNet18, total: 11_689_512, besides: 512 * 1_000 + 1_000 + 2 * 4_800,
      surplus: 64 * 64),
    .init(
      preset: .resNet34, total: 21_797_672, besides: 512 * 1_000 + 1_000 + 2 * 8_512,
      surplus: 64 * 64),
  ]
  static let vggClassifier =
    25_088 * 4_096 + 4_096 + 4_096 * 4_096 + 4_096 + 4_096 * 1_000 + 1_000

  @Test("VGG and torchvision's ResNets have the published number of parameters", arguments: exact)
  func exactCounts(published: Published) throws {
    let architecture = try published.preset.plain()
    #expect(
      architecture.parameterCount + published.besides == published.total + published.surplus)
    #expect(published.preset.published?.text.filter(\.isNumber) == "\(published.total)")
  }

  // Papers give totals in tenths or hundredths of millions, classifier and normalisation included.
  static let rounded: [(Preset, KeyValues, millions: Double, digits: Double)] = [
    (.cifarResNet20, [:], 0.27, 100), (.cifarResNet32, [:], 0.46, 100),
    (.cifarResNet44, [:], 0.66, 100), (.cifarResNet56, [:], 0.85, 100),
    (.cifarResNet110, [:], 1.7, 10),
    (.wideResNet16, [:], 11.0, 10), (.wideResNet16, [.presetWiden: 10], 17.1, 10),
    (.wideResNet28, [:], 36.5, 10), (.wideResNet28, [.presetWiden: 12], 52.5, 10),
    (.denseNet40, [:], 1.0, 10), (.denseNet100, [:], 7.0, 10),
    (.denseNet100, [.presetGrowth: 24], 27.2, 10),
  ]

  @Test("CIFAR networks have the parameters of their papers' tables", arguments: rounded)
  func roundedCounts(
    preset: Preset, options: KeyValues, millions: Double, digits: Double
  ) throws {
    let architecture = try preset.plain(options)
    let layers = architecture.layers
    var normalised = layers.reduce(0) { $0 + 2 * $1.width }
    let classifier: Int
    var surplus = 0
    if architecture.family == .dense {
      let last = architecture.stages[2].widths.reduce(0, +)
      classifier = last * 10 + 10
      // Normalised is what layers read, and at last what the classifier reads.
      normalised = layers.dropFirst().reduce(2 * last) { $0 + 2 * $1.inputWidth }
      // Transitions are 3 × 3 here and 1 × 1 in the paper.
      surplus = architecture.stages.dropFirst().reduce(0) { $0 + 8 * $1.widths[0] * $1.widths[0] }
    } else {
      classifier = (layers.last?.width ?? 0) * 10 + 10
      if architecture.stages.count == 3 { surplus = 16 * 32 + 32 * 64 }
    }
    let total = architecture.parameterCount - surplus + classifier + normalised
    #expect((Double(total) / 1e6 * digits).rounded() / digits == millions)
    if options == [:] { #expect(preset.published?.text == "\(millions) M") }
  }

  @Test("Layers are as many as the names say")
  func layerCounts() throws {
    // The classifier is a layer in the names, and so are the projections of wide networks.
    let besides: [Preset: Int] = [
      .wideResNet16: 3, .wideResNet28: 3, .vgg11: 3, .vgg13: 3, .vgg16: 3, .vgg19: 3,
    ]
    for preset in Preset.firstRelease {
      guard let number = preset.name.split(separator: "_").last.flatMap({ Int($0) }) else {
        continue
      }
      #expect(try preset.plain().layerCount + besides[preset, default: 1] == number)
    }
  }

  @Test("Skips of residual presets join every block with the one before")
  func skips() throws {
    for preset in Preset.firstRelease {
      let architecture = try preset.plain()
      guard architecture.family == .residual else { continue }
      let layers = architecture.layers
      let skips = layers.compactMap { layer in layer.skip.map { layer.index - $0.layer } }
      #expect(skips.count == (layers.count - 1) / 2)
      #expect(skips.allSatisfy { $0 == 2 })
    }
    let wide = try Preset.wideResNet28.plain().layers
    #expect(wide.compactMap { $0.skip?.projectionStride } == [1, 2, 2])
    let plain = try Preset.wideResNet28.plain([.presetWiden: 1]).layers
    #expect(plain.compactMap { $0.skip?.projectionStride } == [2, 2])
    #expect(plain.count == wide.count)
  }

  @Test("Hourglass skips join the wide layers") func hourglass() throws {
    let architecture = try Preset.hourglassMLP.architecture([
      .presetWide: 9, .presetNarrow: 2, .presetBlocks: 3,
    ])
    #expect(architecture.stages[0].widths == [9, 2, 9, 2, 9, 2, 9])
    #expect(architecture.layers.map { $0.skip?.layer } == [nil, nil, 0, nil, 2, nil, 4])
    #expect(architecture.input == InputShape(channels: 3_072, size: 1))
  }

  @Test("Networks of the size search space are numbered as in NATS-Bench")
  func sizeSpace() throws {
    func widths(_ index: Int) throws -> [Int] {
      try Preset.natsBenchSize.architecture([.presetIndex: .integer(index)]).layers.map(\.width)
    }
    var expected: [[Int]] = [[]]
    let candidates = [8, 16, 24, 32, 40, 48, 56, 64]
    for _ in 0..<5 { expected = expected.flatMap { net in candidates.map { net + [$0] } } }
    #expect(expected.count == Preset.sizeSpaceCount)
    for index in stride(from: 0, to: expected.count, by: 7) + [1, 8, 4_096, 32_767] {
      #expect(try widths(index) == expected[index])
    }
    let sizes = try Preset.natsBenchSize.architecture().layers.map(\.outputSize)
    #expect(sizes == [32, 16, 16, 8, 8])
  }

  @Test("Cells and choices are numbered by the digits of their strings")
  func digits() throws {
    func choices(_ index: Int) throws -> [Int] {
      try Preset.nasBenchMacro.architecture([.presetIndex: .integer(index)])
        .blockChoices.map(\.rawValue)
    }
    // 02012100 and 22222202 in base 3.
    #expect(try choices(1_737) == [0, 2, 1, 0, 1, 1, 0, 0])
    #expect(try choices(Int("02012100", radix: 3) ?? 0) == [0, 2, 0, 1, 2, 1, 0, 0])
    #expect(try choices(6_560) == [Int](repeating: 2, count: 8))

    // |nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|none~2|
    let cell = try Preset.nasBench201.architecture([
      .presetIndex: .integer(Int("334130", radix: 5) ?? 0)
    ])
    #expect(
      cell.cellOperations
        == [.convolution3, .convolution3, .averagePool, .skip, .convolution3, .none])
    #expect(throws: ArchitectureError.presetIndex(6_561, .nasBenchMacro)) {
      try Preset.nasBenchMacro.architecture([.presetIndex: 6_561])
    }
    #expect(throws: ArchitectureError.presetIndex(15_625, .nasBench201)) {
      try Preset.nasBench201.architecture([.presetIndex: 15_625])
    }
  }

  @Test("Blocks that are chosen need a stem and a digit each, cells equal widths")
  func searchSpaceChecks() throws {
    let input = InputShape(channels: 3, size: 8)
    func made(_ widths: [Int], _ options: KeyValues) throws -> Architecture {
      try Architecture(
        family: .residual, input: input, stages: [Stage(widths: widths, kernel: 3, stride: 1)],
        options: options)
    }
    let (choice, cell) = (KeyValue(Block.choice), KeyValue(Block.cell))
    #expect(throws: ArchitectureError.stem(.choice)) { try made([4, 4], [.block: choice]) }
    let stem = KeyValue(Stem.cifar)
    #expect(throws: ArchitectureError.choices(9, limit: 9)) {
      try made([4, 4], [.block: choice, .stem: stem, .choices: 9])
    }
    let chosen = try made([4, 4], [.block: choice, .stem: stem, .choices: 7])
    #expect(chosen.blockChoices == [.large, .small])
    #expect(chosen.layerCount == 6)
    #expect(throws: ArchitectureError.cellWidths(stage: 0)) { try made([4, 8], [.block: cell]) }
    #expect(throws: ArchitectureError.block(.cell, .dense)) {
      try Architecture(
        family: .dense, input: input, stages: [Stage(widths: [4], kernel: 3, stride: 1)],
        options: [.block: cell])
    }
  }

  @Test("Inputs and forms can be given, but residual presets have no synthesis form")
  func overrides() throws {
    let small = InputShape(channels: 1, size: 8)
    let chain = try Preset.vgg11.architecture(
      Preset.plainOptions, input: small, form: .analysis)
    #expect(chain.input == small)
    #expect(chain.form == .analysis)
    #expect(throws: ArchitectureError.residualSynthesis) {
      try Preset.resNet18.architecture(form: .synthesis)
    }
  }

  @Test("Every preset is possible with each option at its least and says where it is from")
  func sources() throws {
    #expect(Preset.allCases.map(\.rawValue) == Array(0..<44))
    #expect(Set(Preset.allCases.map(\.name)).count == 44)
    for preset in Preset.allCases {
      #expect(!preset.source.isEmpty)
      #expect(preset.differences.hasSuffix(".") == Preset.firstRelease.contains(preset))
      for (option, standard) in preset.options {
        let range = try #require(option.row.reading.integers)
        #expect(range.contains(standard))
        _ = try preset.architecture([option: .integer(range.lowerBound)])
      }
    }
  }
}
