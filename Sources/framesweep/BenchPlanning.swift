import SweepRunner

/// Sweeps that are planned to see how long that takes, and are never run.
enum BenchPlanning {
  /// A sweep of quickstart's kind with about so many points, all of whose networks differ.
  static func manyPoints(_ points: Int) -> String {
    """
    format: 1
    name: many-points
    architecture: {growth: 8}
    grid:
      input: [{channels: 3, size: 32}, {channels: 192, size: 1}]
      family: [chain, residual, dense]
      form: [synthesis, analysis]
      stage_count: [1, 2]
      stage_depth: [3, 5, 7]
      width: {range: [1, \(max(points / 60, 1))], step: 1}
    exclude: [{family: residual, form: synthesis}]
    weights: {init: he, draws: 4}
    measure: {frame: {minimum: true, statistics: true}}
    """
  }

  /// 1,980 dense networks of up to 200 layers.
  static let deepNetworks = """
    format: 1
    name: deep-networks
    architecture: {input: {channels: 3, size: 32}, family: dense}
    grid:
      stage_depth: {range: [3, 200], step: 1}
      width: {range: [4, 13], step: 1}
    measure: {frame: {minimum: false, statistics: true}}
    """

  /// Plans a sweep as `plan` does, and says how long that took.
  static func line(_ text: String, ranks: Int) throws -> String {
    let start = ContinuousClock.now
    let sweep = try SweepFile(path: "bench", bytes: Array(text.utf8))
    let forecast = PlanForecast(sweep, ranks: ranks, frameWarnings: sweep.frameWarnings)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return "\(Show.duration(seconds)) to plan \(Show.points(forecast.points)) of \(forecast.sweep)"
  }
}
