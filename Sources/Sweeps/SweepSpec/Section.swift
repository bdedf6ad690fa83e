/// The parts of a sweep file, each with its keys.
enum Section: Equatable {
  case top, architecture, axes, include, input, stage, weights, network, generator, data
  /// `measure`, with the sections of the measurements that there are.
  case measure([String])
  /// A part of such a section, with its keys.
  case measured([String])

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
    case .weights:
      [
        "init", "draws", "weight_variance", "bias_variance", "file", "group", "safetensors",
        "shortcuts",
      ]
    case .network: ["onnx", "input"]
    case .measure(let keys), .measured(let keys): keys
    case .generator: GeneratorReading.keys
    case .data:
      [
        "file", "images", "labels", "idx", "cifar10", "cifar100", "folder", "resize", "crop",
        "normalize",
      ]
    }
  }

  /// What stands for a key that many look for here, under another name or elsewhere; nil for other keys.
  private func otherName(of key: String) -> String? {
    switch (self, key) {
    case (.architecture, "attack"), (.axes, "attack"), (.include, "attack"):
      "attacks under measure.robustness"
    case (.architecture, "radius"), (.axes, "radius"), (.include, "radius"):
      "radii under measure.robustness"
    case (.architecture, "dropout"), (.axes, "dropout"), (.include, "dropout"):
      "no dropout: networks are evaluated, and it does nothing then"
    case (.weights, "trained"), (.measure(_), "trained"): "train under measure"
    case (.measure(_), "inference"): "inference_sweeps under architecture or grid"
    default: nil
    }
  }

  /// Where a key belongs that is not read here; nil if it is none of a sweep file's.
  private func home(of key: String, _ registry: MeasureRegistry) -> String? {
    let holdsParameters = [.architecture, .axes, .include].contains(self)
    if Section.top.keys.contains(key) {
      return holdsParameters && (key == "seed" || key == "weights")
        ? "it beside architecture, or in grid, zip or include" : "it at the top level"
    }
    if !holdsParameters, Section.architecture.keys.contains(key) {
      return "it under architecture, grid, zip or include"
    }
    if let section = registry.section(of: key) { return "it under measure.\(section)" }
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
  func refusal(
    of key: String, at place: Place, _ keyPath: String, _ registry: MeasureRegistry
  ) -> SpecError {
    if let name = otherName(of: key) {
      return SpecError(place, keyPath, "'\(key)' is not read here", expected: name)
    }
    if key == "depth", self != .input {
      return SpecError(
        place, keyPath,
        "'depth' is not read, because papers count all layers of a network by it (the column "
          + "layer_count)",
        expected: "stage_depth (layers per stage) and stage_count (stages), "
          + "whose product it is")
    }
    let suggestion = nearMiss(of: key, among: keys)
    if suggestion == nil, let home = home(of: key, registry) {
      return SpecError(place, keyPath, "'\(key)' does not belong here", expected: home)
    }
    return SpecError(
      place, keyPath, "unknown key '\(key)'", expected: oneOf(keys), suggestion: suggestion)
  }
}
