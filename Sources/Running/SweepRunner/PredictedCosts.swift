internal import Measurements
internal import Processes
internal import SweepRuntime
internal import SweepSpec

/// What points of a sweep will take: the time of each, and all together.
struct PredictedCosts {
  /// The predicted time of each point, in seconds.
  private(set) var seconds: [Float] = []
  /// All points together; the memory is that of the largest.
  private(set) var total = PointCost()
  /// The place of the point that takes longest, and its cost; nil without points.
  private(set) var longest: (place: Int, cost: PointCost)?
  private var (low, high) = (Bounds(), Bounds())

  /// One end of the ranges of predicted times.
  private struct Bounds: Sendable {
    var total = 0.0
    var longest = 0.0
    /// That of each point; empty if they are too many.
    var each: [Float] = []

    mutating func add(_ seconds: Double) {
      total += seconds
      longest = max(longest, seconds)
      each.append(Float(seconds))
    }

    mutating func add(_ piece: Bounds, keepsEach: Bool) {
      total += piece.total
      longest = max(longest, piece.longest)
      if keepsEach { each += piece.each }
    }

    /// The time that so many workers take.
    ///
    /// A point handed out last ends at most its own time after the bound, which is nothing where so many
    /// points are that nobody simulates them.
    func makespan(workers: Int) -> Double {
      guard each.isEmpty else { return SimulatedWorld.makespan(each, workers: workers) }
      return max(longest, total / Double(workers))
    }
  }

  /// Schedules of so many points are simulated.
  private static let simulatedCount = 200_000

  /// Costs of some points, one behind the other, put together.
  private struct Piece: Sendable {
    var seconds: [Float] = []
    var total = PointCost()
    var longest: (place: Int, cost: PointCost)?
    var (low, high) = (Bounds(), Bounds())

    init(_ costs: [PointCost]) {
      seconds.reserveCapacity(costs.count)
      for (place, cost) in costs.enumerated() {
        seconds.append(Float(cost.seconds))
        total.add(cost)
        if cost.seconds > longest?.cost.seconds ?? -1 { longest = (place, cost) }
        let range = PredictedTime(cost)
        low.add(range.low)
        high.add(range.high)
      }
    }
  }

  /// Predicts the costs of some points.
  init(_ sweep: SweepFile, _ points: some RandomAccessCollection<Int32> & Sendable) {
    let isSimulated = points.count <= Self.simulatedCount
    seconds.reserveCapacity(points.count)
    for piece in sweep.costs(of: points, { Piece($0) }) {
      if let own = piece.longest, own.cost.seconds > longest?.cost.seconds ?? -1 {
        longest = (seconds.count + own.place, own.cost)
      }
      seconds += piece.seconds
      total.add(piece.total)
      low.add(piece.low, keepsEach: isSimulated)
      high.add(piece.high, keepsEach: isSimulated)
    }
  }

  /// The time that a number of workers will take, as a range.
  func time(workers: Int) -> PredictedTime {
    PredictedTime(low: low.makespan(workers: workers), high: high.makespan(workers: workers))
  }

  /// The time that a number of workers will take if predictions are right, in seconds.
  func makespan(workers: Int) -> Double {
    guard seconds.count > Self.simulatedCount else {
      return SimulatedWorld.makespan(seconds, workers: workers)
    }
    return max(longest?.cost.seconds ?? 0, total.seconds / Double(workers))
  }
}

extension SweepFile {
  /// Points whose costs are predicted in one piece.
  private static let pieceCount = 128
  /// So many points are predicted by one thread before others have begun.
  private static let fewPoints = 512

  /// Predicts the costs of points, piece by piece, and gives what becomes of each piece, in order.
  ///
  /// Pieces are the same for any number of threads.
  ///
  /// - Parameters:
  ///   - points: the points.
  ///   - rates: the machine's; nil for those that were measured, if they were.
  ///   - body: what becomes of the costs of a piece.
  func costs<Part: Sendable, Points: RandomAccessCollection<Int32> & Sendable>(
    of points: Points, rates: MachineRates? = nil,
    _ body: @escaping @Sendable ([PointCost]) -> Part
  ) -> [Part] {
    let (measurements, plan, rates) = (measurements, plan, rates ?? self.rates)
    let count = points.count
    let progress = PlanningProgress("\(path): predicting what is taken by")
    defer { progress.end() }
    return Parallel.map(
      (count + Self.pieceCount - 1) / Self.pieceCount,
      threads: count > Self.fewPoints ? Self.threadCount : 1,
      state: {
        (
          model: CostModel(measurements, rates: rates),
          cursor: PointCursor(plan)
        )
      }, progress: { progress.show(min($0 * Self.pieceCount, count), of: count) },
      { state, piece in
        let first = piece * Self.pieceCount
        var costs: [PointCost] = []
        costs.reserveCapacity(Self.pieceCount)
        for place in first..<min(first + Self.pieceCount, count) {
          let point = points[points.index(points.startIndex, offsetBy: place)]
          let next = state.cursor.point(at: Int(point))
          costs.append(state.model.cost(of: next, isFirst: place == 0))
        }
        return body(costs)
      })
  }

  /// The predicted times of some points, in seconds.
  func predictedSeconds(of points: some RandomAccessCollection<Int32> & Sendable) -> [Float] {
    costs(of: points) { $0.map { Float($0.seconds) } }.flatMap { $0 }
  }

  /// The time that a number of workers will take for all points.
  package func predictedTime(workers: Int) -> PredictedTime {
    PredictedCosts(self, 0..<Int32(plan.count)).time(workers: workers)
  }
}

extension SimulatedWorld {
  /// The time that a number of workers will take for points of given costs, in seconds.
  static func makespan(_ seconds: [Float], workers: Int) -> Double {
    var world = SimulatedWorld(seconds: seconds, workers: workers)
    return world.run().makespan
  }
}
