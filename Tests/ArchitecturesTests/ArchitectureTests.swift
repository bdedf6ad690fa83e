import Architectures
import Testing

@Suite("Architecture") struct ArchitectureTests {
  static func stage(_ widths: [Int], kernel: Int = 3, stride: Int = 1) -> Stage {
    Stage(widths: widths, kernel: kernel, stride: stride)
  }

  @Test("A strided layer halves its input, rounding up") func sizes() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 7),
      stages: [Self.stage([4, 5]), Self.stage([6, 6], stride: 2)])
    #expect(architecture.layers.map(\.inputSize) == [7, 7, 7, 4])
    #expect(architecture.layers.map(\.outputSize) == [7, 7, 4, 4])
    #expect(architecture.layers.map(\.inputWidth) == [3, 4, 5, 6])
    #expect(architecture.layers.map(\.stride) == [1, 1, 2, 1])
  }

  @Test("Layers of a dense stage read all earlier ones, the next stage reads all of it")
  func denseSources() throws {
    let architecture = try Architecture(
      family: .dense, input: InputShape(channels: 2, size: 6),
      stages: [Self.stage([4, 3, 3]), Self.stage([5, 3], stride: 2)])
    let layers = architecture.layers
    #expect(layers.map(\.inputWidth) == [2, 4, 7, 10, 5])
    #expect(layers[3].sources.map(\.layer) == [0, 1, 2])
    #expect(layers[3].sources.map(\.channelOffset) == [0, 4, 7])
    #expect(layers[4].sources.map(\.layer) == [3])
    #expect(layers.allSatisfy { $0.skip == nil })
  }

  @Test("Plain skips stay inside their stage", arguments: [1, 2, 3])
  func plainSkips(length: Int) throws {
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 2, size: 6),
      stages: [Self.stage([4, 4, 4, 4, 4, 4]), Self.stage([5, 5, 5, 5], stride: 2)],
      skipLength: length)
    for layer in architecture.layers {
      let position = layer.stage == 0 ? layer.index : layer.index - 6
      let expected = position >= length && position.isMultiple(of: length)
      #expect((layer.skip != nil) == expected)
      if let skip = layer.skip {
        #expect(skip.layer == layer.index - length)
        #expect(skip.projectionStride == nil)
      }
    }
  }

  @Test("Projection stages are blocks: the first projects, an incomplete last one has no skip")
  func projections() throws {
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 2, size: 8),
      stages: [Self.stage([3, 3, 3]), Self.stage([5, 5, 5, 5, 5], stride: 2)],
      shortcut: .projection)
    let layers = architecture.layers
    #expect(layers.map { $0.skip?.layer } == [nil, nil, 0, nil, 2, nil, 4, nil])
    #expect(layers[4].skip?.projectionStride == 2)
    #expect(layers[6].skip?.projectionStride == nil)
    // 3·2·9 + 2·3·3·9 + 5·3·9 + 4·5·5·9, and 5·3 of the projection.
    #expect(architecture.parameterCount == 54 + 162 + 135 + 900 + 15)
    #expect(
      architecture.forwardFLOPs == 2 * (64 * (54 + 162) + 16 * (135 + 900 + 15)))
  }

  @Test(
    "A network has skips if one of its layers has", arguments: 1...5,
    [Shortcut.plain, .projection])
  func hasSkips(length: Int, shortcut: Shortcut) throws {
    for depths in [[1], [2], [5], [1, 1], [2, 4], [4, 1], [1, 6], [3, 3, 3]] {
      let network = try Architecture(
        family: .residual, input: InputShape(channels: 4, size: 8),
        stages: depths.map { Self.stage([Int](repeating: 4, count: $0)) }, skipLength: length,
        shortcut: shortcut)
      #expect(network.hasSkips == network.layers.contains { $0.skip != nil })
    }
  }

  @Test("Keys that a family does not use make no difference") func unusedKeys() throws {
    let input = InputShape(channels: 3, size: 8)
    let stages = [Self.stage([4, 4])]
    let plain = try Architecture(family: .chain, input: input, stages: stages)
    let other = try Architecture(
      family: .chain, input: input, stages: stages, skipLength: 5, shortcut: .projection)
    #expect(plain == other)
    #expect(plain.canonicalText == other.canonicalText)
  }

  @Test("The canonical text is the contract of ids and random numbers") func canonicalText() throws
  {
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 3, size: 32),
      stages: [Self.stage([16, 16]), Self.stage([32], kernel: 5, stride: 2)])
    #expect(
      architecture.canonicalText
        == "{family: residual, form: analysis, input: {channels: 3, size: 32}, stages: ["
        + "{widths: [16, 16], kernel: 3, stride: 1}, {widths: [32], kernel: 5, stride: 2}], "
        + "skip_length: 2, shortcut: plain}")
  }

  @Test("The first layer's kernel may be its own; that of its stage is the standard")
  func firstKernel() throws {
    func network(_ options: KeyValues) throws -> Architecture {
      try Architecture(
        family: .dense, input: InputShape(channels: 3, size: 8),
        stages: [Stage(widths: [4, 2], kernel: 3, stride: 1), Self.stage([5], kernel: 3)],
        options: options)
    }
    let plain = try network([:])
    #expect(try network([.firstKernel: 3]) == plain)
    #expect(!plain.canonicalText.contains("first_kernel"))
    let other = try network([.firstKernel: 5])
    #expect(other.layers.map(\.kernel) == [5, 3, 3])
    #expect(other.layers.dropFirst().elementsEqual(plain.layers.dropFirst()))
    #expect(other.parameterCount == plain.parameterCount + (25 - 9) * 4 * 3)
    #expect(other.canonicalText == plain.canonicalText.dropLast() + ", first_kernel: 5}")
    #expect(throws: ArchitectureError.option(.firstKernel, 4)) {
      try network([.firstKernel: 4])
    }
    // 10⁹ channels of 10¹⁰ taps each: weights that 64 bits do not count.
    #expect(throws: ArchitectureError.tooLarge) {
      try Architecture(
        family: .chain, input: InputShape(channels: 900_000_000, size: 1),
        stages: [Self.stage([4], kernel: 1)], options: [.firstKernel: 99_999])
    }
  }

  @Test("Impossible architectures are refused with their reason")
  func impossible() {
    let input = InputShape(channels: 3, size: 8)
    func error(
      _ stages: [Stage], _ family: Family = .chain, input: InputShape = input,
      form: Form? = nil, skipLength: Int = 2
    ) -> ArchitectureError? {
      do {
        _ = try Architecture(
          family: family, input: input, stages: stages, form: form, skipLength: skipLength)
        return nil
      } catch {
        return error
      }
    }
    #expect(error([Self.stage([4])], input: InputShape(channels: 0, size: 8)) == .inputChannels(0))
    #expect(error([Self.stage([4])], input: InputShape(channels: 1, size: 0)) == .inputSize(0))
    #expect(error([]) == .noStage)
    #expect(error([Self.stage([])]) == .emptyStage(stage: 0))
    #expect(error([Self.stage([4, 0])]) == .width(0, stage: 0, layer: 1))
    #expect(error([Self.stage([4], kernel: 4)]) == .kernel(4, stage: 0))
    #expect(error([Self.stage([4], stride: 0)]) == .stride(0, stage: 0))
    #expect(error([Self.stage([4])], .residual, form: .synthesis) == .residualSynthesis)
    #expect(error([Self.stage([4])], .residual, skipLength: 0) == .option(.skipLength, 0))
    #expect(
      error([Self.stage([4, 4, 5])], .residual)
        == .skipWidths(from: 0, fromWidth: 4, to: 2, toWidth: 5))
    #expect(error([Self.stage([1_000_000_000])]) == .tooLarge)
    // One position is left of 10¹², and each has 10⁹ channels: rows that nobody can count.
    #expect(
      error(
        [Self.stage([4], stride: 999_999)], input: InputShape(channels: 900_000_000, size: 999_999))
        == .tooLarge)
  }
}

@Suite("Keys with standards that follow from others") struct DependentStandardTests {
  private static func network(_ options: KeyValues) throws -> Architecture {
    try Architecture(
      family: .residual, input: InputShape(channels: 3, size: 8),
      stages: [Stage(widths: [8], kernel: 3, stride: 1), Stage(widths: [8], kernel: 3, stride: 2)],
      options: options)
  }

  @Test("Inverted blocks widen as asked, and six times if nobody asks", arguments: [4, 6])
  func expansion(factor: Int) throws {
    let block = KeyValue(Block.inverted)
    let asked = try Self.network([.block: block, .expansion: .integer(factor)])
    let standard = try Self.network([.block: block])
    #expect(asked[.expansion] == .integer(factor))
    #expect((asked.canonicalText == standard.canonicalText) == (factor == 6))
  }

  @Test("A stem is as wide as asked, and twice the first stage if nobody asks", arguments: [8, 16])
  func stemWidth(width: Int) throws {
    let given: KeyValues = [.block: KeyValue(Block.inverted), .stem: KeyValue(Stem.cifar)]
    var asked = given
    asked[.stemWidth] = .integer(width)
    let network = try Self.network(asked)
    #expect(network[.stemWidth] == .integer(width))
    #expect((try network == Self.network(given)) == (width == 16))
  }
}

@Suite("Shorthand") struct ShorthandTests {
  @Test("Stages widen and stride by the rule") func rule() throws {
    let shorthand = Shorthand(stageDepth: 2, width: 8, stageCount: 3, widen: 1.5, kernel: 3)
    let stages = try shorthand.stages(for: .chain)
    #expect(stages.map(\.widths) == [[8, 8], [12, 12], [18, 18]])
    #expect(stages.map(\.stride) == [1, 2, 2])
  }

  @Test("Growth narrows all but the first layer of dense stages only") func growth() throws {
    let shorthand = Shorthand(stageDepth: 3, width: 16, kernel: 3, growth: 4)
    #expect(try shorthand.stages(for: .dense).map(\.widths) == [[16, 4, 4]])
    #expect(try shorthand.stages(for: .chain).map(\.widths) == [[16, 16, 16]])
  }

  @Test("Widths that vanish or explode are refused") func widths() {
    #expect(throws: ArchitectureError.self) {
      try Shorthand(stageDepth: 1, width: 1, stageCount: 9, widen: 0.1, kernel: 3)
        .stages(for: .chain)
    }
    #expect(throws: ArchitectureError.tooWide(3_099_363_912, stage: 9)) {
      try Shorthand(stageDepth: 1, width: 8, stageCount: 400, widen: 9, kernel: 3)
        .stages(for: .chain)
    }
  }
}
