internal import Architectures

extension Setting {
  /// The source of a point's weights, its placeholders replaced by the point's values.
  func weights(
    of network: PointNetwork, _ rule: Shorthand?, sweep: String
  ) throws(PointError) -> WeightsSource {
    if case .file(let network) = network { return .network(network.file) }
    guard case .file(let location) = weights, !location.names.isEmpty else { return weights }
    let columns = PointColumns(network, rule, preset, values)
    let values = PlaceholderValues(
      columns: columns, inferenceSweeps: inferenceSweeps, seed: seed, sweep: sweep)
    if let filled = location.filled({ values[$0] }) { return .file(filled) }
    let missing = location.names.first { values[$0] == nil }
    throw .placeholderWithoutValue(missing ?? "", in: location.description)
  }
}
