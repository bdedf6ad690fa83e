internal import Architectures
internal import Networks
internal import NeuralFrames
internal import SweepRecords
internal import SweepSpec

extension PointComputer {
  /// Measures the neural frames of a network with weights at all images of the sweep.
  ///
  /// Images go through the network in batches whose size follows from the point and the sweep, so
  /// memory does not grow with their number. Their values go to the given columns.
  func storeNeuralFrames(
    of point: Point, weights: NetworkWeights, draw: Int,
    columns: NeuralColumns = .initial, shouldStop: () throws -> Void,
    in values: inout RecordValues
  ) throws {
    guard let measure = recipe.measure.neuralFrames else { return }
    switch measure.precision {
    case .float32:
      try storeNeuralFrames(
        of: point, weights: weights, as: Float.self, draw: draw, columns: columns,
        shouldStop: shouldStop, in: &values)
    case .float64:
      try storeNeuralFrames(
        of: point, weights: weights, as: Double.self, draw: draw, columns: columns,
        shouldStop: shouldStop, in: &values)
    }
  }

  private func storeNeuralFrames<Scalar: DifferentiableScalar>(
    of point: Point, weights: NetworkWeights, as: Scalar.Type, draw: Int,
    columns: NeuralColumns, shouldStop: () throws -> Void, in values: inout RecordValues
  ) throws {
    guard let images = images.samples, let measure = recipe.measure.neuralFrames else {
      preconditionFailure("a sweep that measures neural frames has images")
    }
    let cost = NeuralFrameCost.batch(of: point, recipe)
    let push = try PushForward<Scalar>(
      point.architecture, weights: weights, images: cost.images, vectors: recipe.vectorCount,
      sweeps: point.inferenceSweeps, shouldStop: shouldStop)
    var summary = FrameSummary(
      families: measure.families.count, representations: push.representationCount)
    for first in stride(from: 0, to: images.count, by: cost.images) {
      let places = first..<min(first + cost.images, images.count)
      do {
        try push.measure(images.samples(places), shouldStop: shouldStop) {
          place, representation, frames in
          summary.add(frames.values, overlaps: frames.overlaps, representation: representation)
          guard measure.perImage else { return }
          for (family, found) in frames.values.enumerated() {
            for (statistic, column) in zip(FrameStatistic.allCases, columns.statistics) {
              values.set(
                column.perImage, found[statistic], draw: draw, family: family,
                layer: representation, image: first + place)
            }
          }
        }
      } catch let frame as NonfiniteFrame {
        throw NonfiniteResult(
          columns.statistics[frame.statistic.rawValue].perImage, of: draw, frame,
          precision: measure.precision.rawValue)
      }
    }
    store(summary, families: measure.families.count, draw: draw, columns, in: &values)
  }

  private func store(
    _ summary: FrameSummary, families: Int, draw: Int, _ columns: NeuralColumns,
    in values: inout RecordValues
  ) {
    for representation in 0..<summary.representations {
      for family in 0..<families {
        for (statistic, column) in zip(FrameStatistic.allCases, columns.statistics) {
          let moments = summary[statistic, family: family, representation: representation]
          values.set(
            column.mean, moments.mean, draw: draw, family: family, layer: representation)
          values.set(
            column.std, moments.standardDeviation, draw: draw, family: family,
            layer: representation)
        }
        values.set(
          columns.validImages,
          summary.validImages(family: family, representation: representation), draw: draw,
          family: family, layer: representation)
      }
      for pair in 0..<families * (families - 1) / 2 {
        values.set(
          columns.subspaceOverlapMean,
          summary.overlap(pair: pair, representation: representation).mean, draw: draw,
          family: pair, layer: representation)
      }
    }
  }
}
