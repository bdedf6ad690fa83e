internal import SweepRecords
internal import SweepSpec
internal import Training

extension PointComputer {
  /// Computes the scores of an untrained draw of a point.
  mutating func score(
    _ point: Point, draw: Int, in values: inout RecordValues, shouldStop: () throws -> Void
  ) throws {
    guard let images = images.companions else {
      preconditionFailure("a sweep that scores networks has loaded images")
    }
    let scores = try Companions(
      point.architecture, images: images, batch: Array(0..<images.count), seed: point.seed,
      draw: draw, sweeps: point.inferenceSweeps, shouldStop: shouldStop)
    values.set(.synflowLog, scores.synflowLog, at: draw)
    values.set(.spectralNormLog, scores.spectralNormLog, at: draw)
    values.set(.zenScore, scores.zenScore, at: draw)
    values.set(.gradientNorm, scores.gradientNorm, at: draw)
    values.set(.snip, scores.snip, at: draw)
    values.set(.naswot, scores.naswot, at: draw)
    values.set(.ntkCondition, scores.ntkCondition, at: draw)
  }
}
