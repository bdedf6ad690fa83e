/// The parts of a sweep file, each with its keys.
enum Section {
  case top, architecture, axes, include, input, stage, weights, measure, frame, generator
  case neuralFrames, data, perturbations, generative, train, saveWeights, augment, adversarial
  case robustness, companions

  /// The keys that are read here.
  var keys: [String] {
    switch self {
    case .top:
      [
        "format", "name", "seed", "architecture", "grid", "zip", "exclude", "include", "weights",
        "measure",
      ]
    case .architecture: Parameter.architectureKeys
    case .axes, .include: Parameter.axisKeys
    case .input: ["channels", "size"]
    case .stage: ["widths", "kernel", "stride"]
    case .weights: ["init", "draws", "file", "group"]
    case .measure: ["frame", "neural_frames", "train", "robustness", "companions"]
    case .frame: ["minimum", "statistics", "bounds"]
    case .generator: GeneratorReading.keys
    case .neuralFrames: ["data", "images", "perturbations", "per_image", "precision"]
    case .data: ["file", "images", "labels", "idx", "cifar10"]
    case .perturbations: ["augmentation", "noise", "fourier", "generative"]
    case .generative: ["components", "from", "neighbours"]
    case .train:
      [
        "data", "images", "epochs", "batch", "learning_rate", "momentum", "weight_decay",
        "potential_penalty", "warmup", "gradient_clip", "validation", "test", "augment",
        "adversarial", "save_weights",
      ]
    case .saveWeights: ["file", "group"]
    case .augment: ["translate", "rotate", "scale", "shear", "brightness", "contrast"]
    case .adversarial: ["attack", "radius"]
    case .robustness: ["attacks", "radii"]
    case .companions: ["data", "images"]
    }
  }

  /// The keys that have a meaning here, but not in this version.
  ///
  /// A key that becomes available moves from here to `keys`.
  var unavailableKeys: [String] {
    switch self {
    case .architecture, .axes, .include: ["attack", "radius"]
    case .weights: ["trained"]
    case .measure: ["trained", "inference"]
    case .top, .input, .stage, .frame, .generator, .neuralFrames, .data, .perturbations,
      .generative, .train, .saveWeights, .augment, .adversarial, .robustness,
      .companions:
      []
    }
  }

  /// Where a key belongs that is not read here; nil if it is none of a sweep file's.
  private func home(of key: String) -> String? {
    let holdsParameters = [.architecture, .axes, .include].contains(self)
    if Section.top.keys.contains(key) {
      return holdsParameters && (key == "seed" || key == "weights")
        ? "it beside architecture, or in grid, zip or include" : "it at the top level"
    }
    if !holdsParameters, Section.architecture.keys.contains(key) {
      return "it under architecture, grid, zip or include"
    }
    if Section.frame.keys.contains(key) { return "it under measure.frame" }
    if Section.weights.keys.contains(key), self != .input, self != .stage {
      return "it under weights"
    }
    return nil
  }

  /// The keys that need not be asked for where this one is refused.
  func meant(by key: String) -> [String] {
    switch key {
    case "depth": ["stage_depth"]
    default:
      nearMiss(of: key, among: keys).map { [self == .input ? "input.\($0)" : $0] } ?? []
    }
  }

  /// What is said of a key that is not read here.
  func refusal(of key: String, at place: Place, _ keyPath: String) -> SpecError {
    if unavailableKeys.contains(key) {
      return SpecError(
        place, keyPath, "'\(key)' is not available in this version of framesweep",
        expected: "it to be left out")
    }
    if key == "depth", self != .input, self != .frame {
      return SpecError(
        place, keyPath,
        "'depth' is not read, because papers count all layers of a network by it (the column "
          + "layer_count)",
        expected: "stage_depth (layers per stage) and stage_count (stages), "
          + "whose product it is")
    }
    let suggestion = nearMiss(of: key, among: keys)
    if suggestion == nil, let home = home(of: key) {
      return SpecError(place, keyPath, "'\(key)' does not belong here", expected: home)
    }
    return SpecError(
      place, keyPath, "unknown key '\(key)'", expected: oneOf(keys), suggestion: suggestion)
  }
}
