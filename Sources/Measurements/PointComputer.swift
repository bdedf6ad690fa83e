internal import Architectures
internal import Foundation
internal import InducedFrames
internal import MemoryBudgets
public import SweepRecords
public import SweepSpec
internal import Training

/// Computes points: the one place that turns a grid entry into its record.
///
/// Each compute thread has its own; its cache is reused from point to point and never changes a
/// result.
public struct PointComputer {
  private let plan: Plan
  let recipe: Recipe
  private let run: Int
  private let rank: Int
  private let limits: PointLimits
  private let faults: Faults
  /// The memory of the process when it was last looked at, in bytes.
  private var knownBytes = residentMemoryBytes()
  let inputs: SweepInputs?
  /// The images that networks are measured and trained on.
  let images: SweepImages
  /// The weights files that were found as the plan knows them.
  var verified: Set<String> = []
  let checkpoints: TrainingCheckpoints?
  /// The trained points of which something may still be kept, and since when they are finished.
  var finished: [(point: Point, since: ContinuousClock.Instant)] = []
  let savedWeights: SavedWeights?
  private var cache = StructureCache()
  private var costModel: CostModel

  /// Prepares a compute thread.
  ///
  /// - Parameters:
  ///   - plan: the sweep's points.
  ///   - recipe: what is measured at each of them.
  ///   - run: the number of this start of the program, for the record.
  ///   - rank: the worker, for the record.
  ///   - limits: points that are predicted to need more memory are not tried, and those that take
  ///     more or longer are ended.
  ///   - inputs: the files that the sweep reads; nil where it reads none.
  ///   - images: the images that the sweep's networks are measured and trained on.
  ///   - rates: the machine's, for predictions only.
  ///   - faults: mishaps that a test asks for.
  ///   - checkpoints: where the states of long trainings are kept; nil for nowhere.
  public init(
    plan: Plan, recipe: Recipe, run: Int, rank: Int, limits: PointLimits = PointLimits(),
    inputs: SweepInputs? = nil, images: SweepImages = SweepImages(), rates: MachineRates = .common,
    faults: Faults = Faults(), checkpoints: TrainingCheckpoints? = nil
  ) {
    self.limits = limits
    self.inputs = inputs
    self.images = images
    self.faults = faults
    self.checkpoints = checkpoints
    savedWeights = SavedWeights(plan, inputs: inputs)
    self.plan = plan
    self.recipe = recipe
    costModel = CostModel(recipe, rates: rates)
    self.run = run
    self.rank = rank
  }

  /// Computes a point; whatever goes wrong with it becomes its status and reason.
  ///
  /// - Parameter index: the point.
  public mutating func record(of index: Int) -> Record {
    let point = plan.point(at: index)
    let clock = ContinuousClock()
    let start = clock.now
    let cpuStart = threadCPUSeconds()
    var record = Record(point: index, status: .ok)
    record.execution.start = Date().timeIntervalSince1970
    let cost = costModel.cost(of: point)
    // A look takes as long as a small point.
    if cost.seconds > Self.longSeconds { knownBytes = residentMemoryBytes() }
    var watch = PointWatch(limits, startBytes: knownBytes)
    do {
      guard cost.bytes <= limits.workerBytes else {
        throw MemoryExceeded(needs: cost.bytes, limits.workerBytes)
      }
      let budget = limits.workerBytes < 0x1p62 ? MemoryBudget(limit: Int(limits.workerBytes)) : nil
      let values = try MemoryBudget.$current.withValue(budget) {
        let isSpoiled = try faults.strike(index, rank: rank) { try watch.check() }
        return try self.values(of: point, isSpoiled: isSpoiled) { try watch.check() }
      }
      record.draws = values.draws
      record.values = values.bytes
    } catch {
      record.status =
        switch error {
        case is NonfiniteResult: .nonfinite
        case is MemoryExceeded, is MemoryRefused: .outOfMemory
        case is TimeExceeded: .timeout
        default: .failed
        }
      record.message = (error as? MemoryRefused).map { "\(MemoryExceeded($0))" } ?? "\(error)"
    }
    dropCheckpoints(of: point, record.status)
    record.execution.run = run
    record.execution.rank = rank
    record.execution.wallSeconds = (clock.now - start) / .seconds(1)
    record.execution.cpuSeconds = threadCPUSeconds() - cpuStart
    record.execution.predictedSeconds = cost.seconds
    record.execution.peakMemory = peakMemoryBytes()
    return record
  }

  /// Points that are predicted to take longer than so many seconds are long.
  private static let longSeconds = 0.005

  private mutating func values(
    of point: Point, isSpoiled: Bool, shouldStop: () throws -> Void
  ) throws -> RecordValues {
    let architecture = point.architecture
    var values = RecordValues(layout: recipe.layout, draws: recipe.draws(of: point))
    let structure = StructureValues(architecture, cache: &cache)
    structure.store(in: &values)
    if recipe.measure.frame.minimum {
      let minimum = try FrameMinimum(architecture, cache: &cache, shouldStop: shouldStop)
      store(minimum, structure, in: &values)
    }
    for draw in 0..<values.draws {
      let weights = try weights(of: point, draw: draw)
      try shouldStop()
      if recipe.measuresStatistics {
        let statistics = try FrameStatistics(
          architecture, weights: weights, bounds: recipe.measure.frame.bounds, cache: &cache,
          shouldStop: shouldStop)
        guard statistics.framePotential.isFinite, !isSpoiled else {
          throw NonfiniteResult(.framePotential, of: draw, statistics, weights)
        }
        store(statistics, draw: draw, in: &values)
      }
      if recipe.measure.neuralFrames != nil {
        try storeNeuralFrames(
          of: point, weights: weights, draw: draw, shouldStop: shouldStop, in: &values)
      }
    }
    if recipe.measure.companions != nil {
      for draw in 0..<values.draws {
        try score(point, draw: draw, in: &values, shouldStop: shouldStop)
      }
    }
    if let measure = recipe.measure.train {
      for draw in 0..<values.draws {
        try train(point, measure, draw: draw, in: &values, shouldStop: shouldStop)
      }
    }
    return values
  }

  /// The statistics of the frame of given weights, without bounds.
  mutating func frameStatistics(
    _ architecture: Architecture, weights: NetworkWeights, shouldStop: () throws -> Void
  ) throws -> FrameStatistics {
    try FrameStatistics(
      architecture, weights: weights, bounds: false, cache: &cache, shouldStop: shouldStop)
  }

  private func store(
    _ minimum: FrameMinimum, _ structure: StructureValues, in values: inout RecordValues
  ) {
    values.set(.minimumStatus, Int(minimum.status.rawValue))
    values.set(.minimumIterations, minimum.iterations)
    values.set(.minimumRestarts, minimum.starts)
    values.set(.minimumGradientNorm, minimum.gradientNorm)
    values.set(.minimumSpread, minimum.spread)
    values.set(.minFramePotential, minimum.framePotential)
    values.set(
      .minDeepFramePotential,
      structure.frame.deepFramePotential(framePotential: minimum.framePotential))
  }

  private func store(
    _ statistics: FrameStatistics, draw: Int, in values: inout RecordValues
  ) {
    values.set(.framePotential, statistics.framePotential, at: draw)
    values.set(.deepFramePotential, statistics.deepFramePotential, at: draw)
    values.set(.mutualCoherence, statistics.mutualCoherence, at: draw)
    values.set(.meanCoherence, statistics.meanCoherence, at: draw)
    values.set(.frameBoundLower, statistics.bounds.lower, at: draw)
    values.set(.frameBoundUpper, statistics.bounds.upper, at: draw)
    values.set(.frameBoundResidual, statistics.bounds.residual, at: draw)
    values.set(.frameBoundStatus, Int(statistics.bounds.status.rawValue), at: draw)
  }
}
