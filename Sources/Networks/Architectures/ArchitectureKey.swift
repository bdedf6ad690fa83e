/// The keys of an architecture in sweep files, in the order of their columns in the results file.
///
/// A key is a case and its row in the table below. What reads sweep files, numbers points, names them,
/// and writes and describes columns follows from the row. What the key does to a network stands where
/// networks are made of architectures.
public enum ArchitectureKey: Int, Sendable, CaseIterable, Comparable {
  case family, form, shortcut
  case preset
  case presetIndex, presetWiden, presetGrowth, presetWide, presetNarrow, presetBlocks
  case stages
  case stageDepth, width, stageCount, widen, kernel, stride, growth, compression, blocks
  case skipLength, firstKernel
  case normalization, normGroups, normalizationStatistics, activation
  case block, expansion, squeeze, groups, choices, cell
  case stem, stemWidth, pooling, classifierWidth
  case patch, heads, mlpRatio, classToken, tokenWidth, channelWidth
  case inputChannels, inputSize
  case branchScale

  // Upper limits keep counts far from overflow; `Architecture` has the exact ones.
  private var made: KeyRow {
    switch self {
    case .family:
      KeyRow(
        "family", .words(of: Family.self), .network, "family",
        "how layers read one another")
    case .form:
      KeyRow(
        "form", .words(of: Form.self), .network, of: Family.layered, "form of the frame",
        "how the network is written as a frame")
    case .shortcut:
      KeyRow(
        "shortcut", .words(of: Shortcut.self),
        .option(standard: KeyValue(Shortcut.plain), isAlwaysWritten: true), of: [.residual],
        "shortcut", "how residual stages are joined")

    case .preset:
      KeyRow(
        "preset", .words(of: Preset.self), .preset, "preset", "the named architecture, -1 for none")
    case .presetIndex:
      KeyRow(
        "preset_index", .integers(0...Preset.sizeSpaceCount - 1), .presetOption, "index",
        "the network's number in the preset's search space")
    case .presetWiden:
      KeyRow(
        "preset_widen", .integers(1...10_000), .presetOption, "widening factor",
        "the factor k of a wide residual network")
    case .presetGrowth:
      KeyRow(
        "preset_growth", .integers(1...1_000_000), .presetOption, "growth rate",
        "width of the layers of the preset's dense blocks")
    case .presetWide:
      KeyRow(
        "preset_wide", .integers(1...1_000_000), .presetOption, "wide layers",
        "width of the layers that the preset's skips join")
    case .presetNarrow:
      KeyRow(
        "preset_narrow", .integers(1...1_000_000), .presetOption, "narrow layers",
        "width of the layers between the wide ones")
    case .presetBlocks:
      KeyRow(
        "preset_blocks", .integers(1...4_999), .presetOption, "blocks",
        "number of the preset's blocks")

    case .stages: KeyRow("stages", .stages, .stages)
    case .stageDepth:
      KeyRow(
        "stage_depth", .integers(1...Shorthand.layerLimit), .rule, of: Family.allCases,
        "layers per stage",
        "layers in every stage")
    case .width:
      KeyRow(
        "width", .integers(1...999_999_999), .rule, of: Family.allCases, "width",
        "channels of the first stage")
    case .stageCount:
      KeyRow(
        "stage_count", .integers(1...Shorthand.layerLimit), .rule, of: Family.staged, "stages",
        "number of stages")
    case .widen:
      KeyRow(
        "widen", .positiveReals, .rule, of: Family.staged, "widening",
        "a stage's width over the previous one's")
    case .kernel:
      KeyRow(
        "kernel", .oddIntegers(1...999_999_999), .rule, of: Family.staged, "kernel",
        "side of the square kernels",
        units: "pixel")
    case .stride:
      KeyRow(
        "stride", .integers(1...999_999_999), .rule, "stride",
        "stride of the first layer of every stage but the first", units: "pixel")
    case .growth:
      KeyRow(
        "growth", .integers(1...999_999_999), .rule, of: [.dense], "growth",
        "width of the layers of a dense stage after its first")

    case .compression:
      KeyRow(
        "compression", .positiveReals, .rule, of: [.dense], "compression",
        "channels of a transition of dense stages over those that it reads", isInEveryHash: false)
    case .blocks:
      KeyRow(
        "blocks", .integers(1...Shorthand.layerLimit), .rule, of: [.transformer, .mixer], "blocks",
        "blocks of a transformer or a mixer", isInEveryHash: false)

    case .skipLength:
      KeyRow(
        "skip_length", .integers(1...Shorthand.layerLimit),
        .option(standard: .integer(Architecture.standardSkipLength), isAlwaysWritten: true),
        of: [.residual], "skip length",
        "distance between the layers that a skip joins")

    case .firstKernel:
      KeyRow(
        "first_kernel", .oddIntegers(1...999_999),
        .option(
          KeyRow.Option(standard: { .integer($0.stages[0].kernel) })),
        "first kernel", "side of the first layer's kernel", units: "pixel")

    case .normalization:
      KeyRow(
        "normalization", .words(of: Normalization.self),
        .option(standard: KeyValue(Normalization.none)), "normalization",
        "how layers are normalised", isInEveryHash: false)
    case .normGroups:
      KeyRow(
        "norm_groups", .integers(1...1_000_000),
        .option(standard: 32, applies: { $0.normalization == .group }), "norm groups",
        "groups of channels that are normalised together; all channels where they are fewer",
        isInEveryHash: false)
    case .normalizationStatistics:
      KeyRow(
        "normalization_statistics", .words(of: NormalizationStatistics.self),
        .option(
          standard: KeyValue(NormalizationStatistics.initial),
          applies: { $0.normalization == .batch }), "normalization statistics",
        "what batch normalisations subtract and divide by before training: mean 0 and variance 1, or "
          + "what the chosen images have", isInEveryHash: false)

    case .activation:
      KeyRow(
        "activation", .words(of: ActivationFunction.self),
        .option(
          KeyRow.Option(standard: { KeyValue($0.family.standardActivation) })), of: Family.allCases,
        "activation", "function that layers are activated by",
        isInEveryHash: false)
    case .block:
      KeyRow(
        "block", .words(of: Block.self), .option(standard: KeyValue(Block.plain)),
        of: [.residual, .dense], "block", "how the layers of a stage are made into blocks",
        isInEveryHash: false)
    case .expansion:
      KeyRow(
        "expansion", .integers(1...10_000),
        .option(
          KeyRow.Option(
            standard: { $0.block == .inverted ? 6 : 4 },
            applies: { $0.block == .bottleneck || $0.block == .inverted })),
        of: [.residual, .dense], "expansion",
        "channels of a block's widest layers over those of its narrowest", isInEveryHash: false)
    case .squeeze:
      KeyRow(
        "squeeze", .integers(0...10_000), .option(standard: 0, applies: { $0.block == .inverted }),
        of: [.residual], "squeeze ratio",
        "channels that a block reads over those of its squeeze layer, 0 for none",
        isInEveryHash: false)
    case .groups:
      KeyRow(
        "groups", .integers(1...1_000_000),
        .option(standard: 1, applies: { $0.block == .bottleneck }), of: [.residual], "groups",
        "groups of channels of the middle convolution of bottleneck blocks", isInEveryHash: false)
    case .choices:
      KeyRow(
        "choices", .integers(0...999_999_999),
        .option(standard: 0, applies: { $0.block == .choice }), of: [.residual], "choices",
        "the choices of all blocks as digits in base 3, the first block's the most significant: 0 "
          + "nothing, 1 an inverted block of kernel 3 and expansion 3, 2 one of kernel 5 and "
          + "expansion 6", isInEveryHash: false)
    case .cell:
      KeyRow(
        "cell", .integers(0...Architecture.cellCount - 1),
        .option(standard: 0, applies: { $0.block == .cell }), of: [.residual], "cell",
        "the operations of a cell's six edges as digits in base 5, the first edge's the most "
          + "significant: 0 none, 1 skip, 2 a convolution of kernel 1, 3 one of kernel 3, 4 average "
          + "pooling", isInEveryHash: false)
    case .stem:
      KeyRow(
        "stem", .words(of: Stem.self),
        .option(
          standard: KeyValue(Stem.none), applies: { $0.block != .plain && $0.block != .cell }),
        of: [.residual, .dense], "stem", "what stands before the first block", isInEveryHash: false)
    case .stemWidth:
      KeyRow(
        "stem_width", .integers(1...999_999_999),
        .option(
          KeyRow.Option(
            standard: {
              .integer($0.stages[0].widths[0] * ($0.block == .inverted ? 2 : 1))
            },
            applies: { $0.stem != .none })), of: [.residual], "stem width", "channels of the stem",
        isInEveryHash: false)
    case .pooling:
      KeyRow(
        "pooling", .words(of: Pooling.self),
        .option(
          standard: KeyValue(Pooling.stride),
          applies: { ![.inverted, .choice, .cell].contains($0.block) }), "pooling",
        "how images shrink from stage to stage", isInEveryHash: false)
    case .classifierWidth:
      KeyRow(
        "classifier_width", .integers(0...1_000_000), .option(standard: 0), of: [.chain],
        "classifier width",
        "width of two fully connected layers behind the last stage and its pooling, 0 for none",
        isInEveryHash: false)
    case .patch:
      KeyRow(
        "patch", .integers(1...10_000), .option(standard: 4),
        of: [.transformer, .mixer, .convnext], "patch", "side of the patches that become tokens",
        units: "pixel", isInEveryHash: false)
    case .heads:
      KeyRow(
        "heads", .integers(1...10_000),
        .option(KeyRow.Option(standard: { .integer(max(1, $0.stages[0].widths[0] / 64)) })),
        of: [.transformer], "heads", "heads of attention", isInEveryHash: false)
    case .mlpRatio:
      KeyRow(
        "mlp_ratio", .positiveReals, .option(standard: .real(4)), of: [.transformer, .convnext],
        "perceptron ratio", "inner channels of a block's perceptron over its outer ones",
        isInEveryHash: false)
    case .classToken:
      KeyRow(
        "class_token", .words(of: Answer.self), .option(standard: KeyValue(Answer.yes)),
        of: [.transformer], "class token",
        "whether a token of its own is classified; otherwise the mean of all", isInEveryHash: false)
    case .tokenWidth:
      KeyRow(
        "token_width", .integers(1...1_000_000),
        .option(KeyRow.Option(standard: { .integer(max(1, $0.stages[0].widths[0] / 2)) })),
        of: [.mixer], "token width", "inner width of perceptrons over tokens",
        isInEveryHash: false)
    case .channelWidth:
      KeyRow(
        "channel_width", .integers(1...1_000_000),
        .option(KeyRow.Option(standard: { .integer(4 * $0.stages[0].widths[0]) })), of: [.mixer],
        "channel width", "inner width of perceptrons over channels", isInEveryHash: false)

    case .inputChannels:
      KeyRow(
        "input.channels", .integers(1...999_999_999), .input, "input channels",
        "channels of the image")
    case .inputSize:
      KeyRow(
        "input.size", .integers(1...999_999_999), .input, "input size", "side of the image",
        units: "pixel")
    case .branchScale:
      KeyRow(
        "branch_scale", .nonnegativeReals, .option(standard: .real(1)), of: [.residual],
        "branch scale",
        "what the last normalisation of a residual branch, or without one its last weight, is "
          + "multiplied by at the start", isInEveryHash: false)
    }
  }

  private static let table = allCases.map(\.made)

  /// All that is known of the key.
  public var row: KeyRow { Self.table[rawValue] }

  /// The key in sweep files, dotted if it is nested.
  public var name: String { row.name }

  /// The column of the results file that holds the values; nil for a key without one.
  public var column: String? { row.column }

  /// Orders keys as the table has them.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The keys that an architecture holds besides family, form, input and stages, in the order of
  /// canonical texts: numbers, then words.
  public static let options: [ArchitectureKey] = {
    let held = allCases.filter { $0.row.option != nil }
    return held.filter(\.row.reading.isNumber) + held.filter { !$0.row.reading.isNumber }
  }()

  /// What named architectures leave open.
  public static let presetOptions = allCases.filter {
    if case .presetOption = $0.row.part { true } else { false }
  }

  /// The keys that write stages by a rule.
  public static let rules = allCases.filter {
    if case .rule = $0.row.part { true } else { false }
  }

  /// The keys that write a network out, but for its input.
  public static let written = allCases.filter { key in
    switch key.row.part {
    case .network, .stages, .rule, .option: true
    case .preset, .presetOption, .input: false
    }
  }
}
