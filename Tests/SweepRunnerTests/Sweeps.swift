/// Sweeps that take a moment, also in debug builds.
enum Sweeps {
  /// Two families in both forms.
  static let tiny = """
    format: 1
    name: tiny
    seed: 3
    architecture: {input: {channels: 3, size: 4}}
    grid:
      family: [chain, dense]
      form: [synthesis, analysis]
      stage_depth: [2, 3, 4]
      width: [4, 6]
    weights: {init: he, draws: 2}
    measure: {frame: {statistics: true}}
    """
  static let tinyCount = 24

  /// Points of one size and two families, for each of some widths; two million fit into no machine.
  static func chains(_ widths: String, measure: String = "{statistics: true}") -> String {
    """
    format: 1
    name: chains
    architecture: {input: {channels: 9, size: 1}, stage_depth: 2}
    grid:
      family: [chain, dense]
      width: [\(widths)]
    weights: {init: he, draws: 2}
    measure: {frame: \(measure)}
    """
  }
}
