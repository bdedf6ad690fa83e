internal import Architectures

extension PointError {
  /// The parameters that may be to blame, the likeliest first.
  var culprits: [Parameter] {
    switch self {
    case .tooManyLayers: [.stages, .stageDepth, .stageCount].map(Parameter.architecture)
    case .images(let images, let input):
      (input.size == images.shape.size ? Parameter.input : Parameter.input.reversed())
        + [.architecture(.preset)]
    case .placeholderWithoutValue: [.network, .weights]
    case .unreadNetwork: [.network]
    case .statisticsOfFile: [.architecture(.normalizationStatistics)]
    case .sweepsWithoutFrame: [.inferenceSweeps]
    case .penaltyWithoutFrame(let architecture):
      [.network] + (architecture?.culpritsOfNoLayerFrame ?? []).map(Parameter.architecture)
    case .architecture(let error): error.culprits.map(Parameter.architecture)
    }
  }
}

extension Architecture {
  /// The keys that may be why layers are no units of the induced frame, the likeliest first.
  fileprivate var culpritsOfNoLayerFrame: [ArchitectureKey] {
    let likeliest: ArchitectureKey =
      if !Family.layered.contains(family) {
        .family
      } else if block != .plain {
        .block
      } else if ![.none, .batch].contains(normalization) {
        .normalization
      } else {
        .activation
      }
    return [likeliest, .pooling, .shortcut, .preset]
  }
}

extension ArchitectureError {
  /// The keys that may be to blame, the likeliest first.
  var culprits: [ArchitectureKey] {
    switch self {
    case .inputChannels: [.inputChannels]
    case .inputSize: [.inputSize]
    case .noStage: [.stageCount, .stages]
    case .emptyStage: [.stageDepth, .stages]
    case .width: [.widen, .width, .stages]
    case .tooWide(_, let stage): stage == 0 ? [.width] : [.stageCount, .widen, .width]
    case .kernel: [.kernel, .stages]
    case .stride: [.stride, .stages]
    case .skipWidths: [.stages, .skipLength, .width]
    case .normGroups: [.normGroups, .width, .stages]
    case .block: [.block]
    case .stem: [.stem, .block]
    case .choices: [.choices, .stages]
    case .cellWidths: [.stages, .block]
    case .presetIndex: [.presetIndex, .preset]
    case .divisor(let key, _, _, _): [key, .width, .inputSize, .stages]
    case .tooSmall: [.stageCount, .stages, .inputSize]
    case .tokens: [.stages]
    case .padding: [.shortcut, .width, .stages]
    case .option(let key, _): [key]
    case .residualSynthesis: [.form]
    case .tooLarge:
      [.stages, .width, .stageDepth] + ArchitectureKey.presetOptions + [.preset, .inputSize]
    }
  }
}
