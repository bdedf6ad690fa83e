internal import NetworkGraphs
internal import Networks
internal import SweepSpec

extension PointComputer {
  /// The numbers of the parameters of a point's network.
  ///
  /// - Parameters:
  ///   - point: the point.
  ///   - draw: the number of the random initialisation; files have draw 0 only.
  ///
  /// **Throws**: what is wrong with the file that they come from.
  mutating func parameters(
    of network: BuiltNetwork, _ point: Point, draw: Int
  ) throws -> GraphParameters {
    switch point.weights {
    case .random(let random, _):
      return network.initialParameters(random, seed: point.seed, draw: draw)
    case .network:
      guard case .file(let file) = point.network, let contents = file.contents else {
        preconditionFailure("points name networks, and nobody read them")
      }
      if let damage = contents.damage { throw NonfiniteResult(of: file.file, damage) }
      return contents.parameters
    case .file(let location):
      guard let inputs else { preconditionFailure("points name files, and nobody looked at them") }
      guard let architecture = point.network.framed else {
        return try inputs.weights.read(location, of: network, verified: &verified)
      }
      return network.parameters(
        try inputs.weights.read(location, of: architecture, verified: &verified))
    }
  }
}
