internal import Architectures
internal import Foundation
internal import InducedFrames
internal import MemoryBudgets
internal import Processes
public import SweepRecords
public import SweepSpec
internal import Training

/// Computes points: the one place that turns a grid entry into its record.
///
/// Each compute thread has its own; its cache is reused from point to point and never changes a
/// result.
public struct PointComputer {
  private var points: PointCursor
  private let sweep: SweepMeasurements
  private let run: Int
  private let rank: Int
  private let limits: PointLimits
  private let faults: Faults
  /// The memory of the process when it was last looked at, in bytes.
  private var knownBytes = residentMemoryBytes()
  let inputs: SweepInputs?
  /// The images that networks are measured and trained on.
  private let images: SweepImages
  /// The weights files that were found as the plan knows them.
  var verified: Set<String> = []
  private let checkpoints: TrainingCheckpoints?
  /// The trained points of which something may still be kept, and since when they are finished.
  private var finished: [(point: Point, since: ContinuousClock.Instant)] = []
  let savedWeights: SavedWeights?
  private var cache = StructureCache()
  private var kernelFindings = KernelFindings()
  /// The structure of the last point.
  private var last: (network: PointNetwork, classes: Int, structure: StructureValues)?
  private var costModel: CostModel
  private var isFirst = true

  /// Prepares a compute thread.
  ///
  /// - Parameters:
  ///   - plan: the sweep's points.
  ///   - sweep: what is measured at each of them.
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
    plan: Plan, sweep: SweepMeasurements, run: Int, rank: Int, limits: PointLimits = PointLimits(),
    inputs: SweepInputs? = nil, images: SweepImages = SweepImages(), rates: MachineRates = .common,
    faults: Faults = Faults(), checkpoints: TrainingCheckpoints? = nil
  ) {
    self.limits = limits
    self.inputs = inputs
    self.images = images
    self.faults = faults
    self.checkpoints = checkpoints
    savedWeights = SavedWeights(plan, inputs: inputs)
    points = PointCursor(plan)
    self.sweep = sweep
    costModel = CostModel(sweep, rates: rates)
    self.run = run
    self.rank = rank
  }

  /// Computes a point; whatever goes wrong with it becomes its status and reason.
  ///
  /// - Parameter index: the point.
  public mutating func record(of index: Int) -> Record {
    let point = points.point(at: index)
    let start = limits.clock.seconds
    let cpuStart = threadCPUSeconds()
    var record = Record(point: index, status: .ok)
    record.execution.start = Date().timeIntervalSince1970
    let cost = costModel.cost(of: point, isFirst: isFirst)
    isFirst = false
    // A look takes as long as a small point.
    if cost.seconds > Self.longSeconds { knownBytes = residentMemoryBytes() }
    let watch = PointWatch(limits, startBytes: knownBytes)
    do {
      guard cost.bytes <= limits.workerBytes else {
        throw MemoryExceeded(needs: cost.bytes, limits.workerBytes)
      }
      let budget = limits.workerBytes < 0x1p62 ? MemoryBudget(limit: Int(limits.workerBytes)) : nil
      let (values, failures) = try MemoryBudget.$current.withValue(budget) {
        let isSpoiled = try faults.strike(index, rank: rank, limits.clock) { try watch.check() }
        return try self.values(of: point, isSpoiled: isSpoiled, watch)
      }
      record.draws = values.draws
      record.values = values.bytes
      record.status = failures.status
      record.message = failures.message
    } catch {
      record.status = PointStatus(error)
      record.message = (error as? MemoryRefused).map { "\(MemoryExceeded($0))" } ?? "\(error)"
    }
    dropCheckpoints(of: point, record.status)
    record.execution.run = run
    record.execution.rank = rank
    record.execution.wallSeconds = limits.clock.seconds - start
    record.execution.cpuSeconds = threadCPUSeconds() - cpuStart
    record.execution.predictedSeconds = cost.seconds
    record.execution.peakMemory = peakMemoryBytes()
    return record
  }

  /// Points that are predicted to take longer than so many seconds are long.
  private static let longSeconds = 0.005

  /// The values of a point, and what could not be measured.
  private mutating func values(
    of point: Point, isSpoiled: Bool, _ watch: PointWatch
  ) throws -> (RecordValues, MeasuringFailures) {
    var values = RecordValues(layout: sweep.layout, draws: sweep.draws(of: point))
    let classes = point.preset?.classes ?? 0
    // Points that differ in their seeds follow each other.
    let structure: StructureValues
    if let last, last.network == point.network, last.classes == classes {
      structure = last.structure
    } else {
      structure = StructureValues(point, cache: &cache)
      last = (point.network, classes, structure)
    }
    structure.store(in: &values)
    let (faults, rank, clock) = (faults, rank, limits.clock)
    var context = PointContext(
      sweep: sweep, point: point, images: images, structure: structure, cache: StructureCache(),
      kernelFindings: KernelFindings(), shouldStop: { try watch.check() }, checkpoints: checkpoints,
      afterEpoch: {
        try faults.strikeEpoch(of: point.index, rank: rank, clock) { try watch.check() }
      }, isSpoiled: isSpoiled)
    swap(&context.cache, &cache)
    swap(&context.kernelFindings, &kernelFindings)
    defer {
      swap(&context.cache, &cache)
      swap(&context.kernelFindings, &kernelFindings)
    }
    var failures = MeasuringFailures()
    for measurement in sweep.all {
      try failures.collect { try measurement.measurePoint(&context, into: &values) }
    }
    for draw in 0..<values.draws {
      context.draw = draw
      context.parameters = try parameters(of: context.network, point, draw: draw)
      try context.measureStatistics(into: &values)
      try watch.check()
      for measurement in sweep.all {
        try failures.collect { try measurement.measureDraw(&context, into: &values) }
      }
    }
    for draw in 0..<values.draws {
      context.draw = draw
      for measurement in sweep.all {
        guard let training = try measurement.train(&context, into: &values) else { continue }
        try measure(training, &context, into: &values, &failures)
      }
    }
    return (values, failures)
  }

  /// Measures a trained network, and what is measured again at its weights.
  private func measure(
    _ training: FinishedTraining, _ context: inout PointContext, into values: inout RecordValues,
    _ failures: inout MeasuringFailures
  ) throws {
    try context.shouldStop()
    for measurement in sweep.all {
      try failures.collect {
        try measurement.measureTrained(training, &context, into: &values)
      }
    }
    context.parameters = training.trainer.parameters
    values.isTrained = true
    defer { values.isTrained = false }
    for measurement in sweep.repeated {
      try failures.collect { try measurement.measureDraw(&context, into: &values) }
    }
    try savedWeights?.save(
      training.trainer, training.result, of: context.point, draw: context.draw)
  }

  /// Removes what was kept of trainings whose records have had the time to reach the journal, on
  /// whatever host that is, and notes this point as the next.
  ///
  /// A point that came to a limit may be tried again with a higher one, and is resumed then.
  private mutating func dropCheckpoints(of point: Point, _ status: PointStatus) {
    guard let checkpoints, sweep.all.contains(where: { $0.trainsNetworks }) else { return }
    let now = ContinuousClock.now
    if status != .timeout, status != .outOfMemory { finished.append((point, now)) }
    let due = finished.prefix { now - $0.since >= checkpoints.grace }
    for (point, _) in due { checkpoints.remove(point.id, draws: sweep.draws(of: point)) }
    finished.removeFirst(due.count)
  }
}
