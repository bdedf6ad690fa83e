internal import Architectures

/// What the placeholders of weights files stand for at one point.
struct PlaceholderValues {
  let architecture: Architecture
  let columns: PointColumns
  let preset: Preset?
  let inferenceSweeps: Int
  let seed: Int
  /// The sweep's name.
  let sweep: String

  /// The value as file names have it; nil where the key takes no part at the point.
  subscript(_ name: String) -> String? {
    switch name {
    case "name": sweep
    case "inference_sweeps": String(inferenceSweeps)
    case "seed": String(seed)
    case "family": architecture.family.name
    case "form": architecture.form.name
    case "preset": preset?.name
    case "shortcut": architecture.family == .residual ? architecture.shortcut.name : nil
    default: columns.text(of: name)
    }
  }
}

extension PointColumns {
  /// The value of a column of numbers as file names have it; nil where the key takes no part.
  fileprivate func text(of name: String) -> String? {
    if name == "widen" {
      guard widen >= 0 else { return nil }
      return Int(exactly: widen).map(String.init) ?? String(widen)
    }
    let number: Int32? =
      switch name {
      case "stage_depth": stageDepth
      case "width": width
      case "stage_count": stageCount
      case "kernel": kernel
      case "stride": stride
      case "growth": growth
      case "skip_length": skipLength
      case "input_channels": inputChannels
      case "input_size": inputSize
      case "layer_count": layerCount
      default: PresetOption(rawValue: name).flatMap { presetOptions[$0] }
      }
    return number.flatMap { $0 >= 0 ? String($0) : nil }
  }
}
