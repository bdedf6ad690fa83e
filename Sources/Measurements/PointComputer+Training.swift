internal import Architectures
internal import ImageData
internal import InducedFrames
internal import SweepRecords
internal import SweepSpec
internal import Training

extension PointComputer {
  /// Trains a draw of a point, and stores what it scores and what its frame has become.
  mutating func train(
    _ point: Point, _ measure: Measure.Train, draw: Int, in values: inout RecordValues,
    shouldStop: () throws -> Void
  ) throws {
    guard let inputs = images.training else {
      preconditionFailure("a sweep that trains has loaded images")
    }
    let trainer = try Trainer(
      point.architecture, images: inputs.images, split: inputs.split, settings: measure.settings,
      seed: point.seed, draw: draw, sweeps: point.inferenceSweeps)
    try run(trainer, point, draw: draw, shouldStop: shouldStop)
    let result = try trainer.result(shouldStop: shouldStop)
    store(result, draw: draw, in: &values)
    guard result.status == .completed else { return }
    try shouldStop()
    try attack(trainer, draw: draw, in: &values, shouldStop: shouldStop)
    let weights = trainer.weights
    try storeNeuralFrames(
      of: point, weights: weights, draw: draw, columns: .trained,
      shouldStop: shouldStop, in: &values)
    if recipe.measuresStatistics {
      let statistics = try frameStatistics(
        point.architecture, weights: weights, shouldStop: shouldStop)
      guard statistics.framePotential.isFinite else {
        throw NonfiniteResult(.trainedFramePotential, of: draw, statistics, weights)
      }
      values.set(.trainedFramePotential, statistics.framePotential, at: draw)
      values.set(.trainedDeepFramePotential, statistics.deepFramePotential, at: draw)
      values.set(.trainedMutualCoherence, statistics.mutualCoherence, at: draw)
      values.set(.trainedMeanCoherence, statistics.meanCoherence, at: draw)
    }
    try savedWeights?.save(trainer, result, of: point, draw: draw)
  }

  /// Runs a training to its end, from where a run that was killed had come to.
  private func run(
    _ trainer: Trainer, _ point: Point, draw: Int, shouldStop: () throws -> Void
  ) throws {
    let id = point.id
    if let state = checkpoints?.state(
      of: id, draw: draw, parameterCount: trainer.parameterCount)
    {
      trainer.state = state
    }
    let clock = ContinuousClock()
    var last = clock.now
    var pause = checkpoints?.interval ?? .zero
    while !trainer.isDone {
      try trainer.runEpoch(shouldStop: shouldStop)
      guard let checkpoints, clock.now - last >= pause else { continue }
      pause = checkpoints.keep(trainer.state, of: id, draw: draw)
      last = clock.now
    }
  }

  /// Removes what was kept of trainings whose records have had the time to reach the journal, on
  /// whatever host that is, and notes this point as the next.
  ///
  /// A point that came to a limit may be tried again with a higher one, and goes on.
  mutating func dropCheckpoints(of point: Point, _ status: PointStatus) {
    guard let checkpoints, recipe.measure.train != nil else { return }
    let now = ContinuousClock.now
    if status != .timeout, status != .outOfMemory { finished.append((point, now)) }
    let due = finished.prefix { now - $0.since >= checkpoints.grace }
    for (point, _) in due { checkpoints.remove(point.id, draws: recipe.draws(of: point)) }
    finished.removeFirst(due.count)
  }

  private func attack(
    _ trainer: Trainer, draw: Int, in values: inout RecordValues, shouldStop: () throws -> Void
  ) throws {
    guard let robustness = recipe.measure.robustness else { return }
    var place = draw * robustness.attacks.count * robustness.radii.count
    for attack in robustness.attacks {
      for radius in robustness.radii {
        let error = try trainer.adversarialError(attack, radius: radius, shouldStop: shouldStop)
        values.set(.adversarialError, error, at: place)
        place += 1
      }
    }
  }

  private func store(_ result: TrainingResult, draw: Int, in values: inout RecordValues) {
    let status: TrainStatus = result.status == .completed ? .completed : .diverged
    values.set(.trainStatus, Int(status.rawValue), at: draw)
    values.set(.trainEpochs, result.epochs, at: draw)
    values.set(.epochsToConvergence, result.convergedAfter ?? 0, at: draw)
    values.set(.trainLoss, result.trainingLoss, at: draw)
    values.set(.trainError, result.trainingError, at: draw)
    values.set(.validationLoss, result.validationLoss, at: draw)
    values.set(.validationError, result.validationError, at: draw)
    values.set(.testLoss, result.testLoss, at: draw)
    values.set(.testError, result.testError, at: draw)
  }
}
