internal import Architectures

extension PointError {
  /// The parameters that may be to blame, the likeliest first.
  var culprits: [Parameter] {
    switch self {
    case .tooManyLayers: [.stages, .stageDepth, .stageCount]
    case .images(let images, let input):
      (input.size == images.shape.size
        ? [.inputChannels, .inputSize] : [.inputSize, .inputChannels])
        + [.preset]
    case .placeholderWithoutValue: [.weights]
    case .architecture(let error): error.culprits
    }
  }
}

extension ArchitectureError {
  /// The parameters that may be to blame, the likeliest first.
  var culprits: [Parameter] {
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
    case .skipLength: [.skipLength]
    case .residualSynthesis: [.form]
    case .tooLarge:
      [.stages, .width, .stageDepth] + Parameter.presetOptions + [.preset, .inputSize]
    }
  }
}
