internal import Architectures

extension Setting {
  /// The source of a point's weights, its placeholders replaced by the point's values.
  func weights(
    of architecture: Architecture, _ rule: Shorthand?, sweep: String
  ) throws(PointError) -> WeightsSource {
    guard case .file(let location) = weights, !location.names.isEmpty else { return weights }
    let values = PlaceholderValues(
      architecture: architecture,
      columns: PointColumns(architecture, rule, preset, presetOptions), preset: preset,
      inferenceSweeps: inferenceSweeps, seed: seed, sweep: sweep)
    if let filled = location.filled({ values[$0] }) { return .file(filled) }
    let missing = location.names.first { values[$0] == nil }
    throw .placeholderWithoutValue(missing ?? "", in: location.description)
  }
}
