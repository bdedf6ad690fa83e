import ArgumentParser
import Foundation
import Measurements
import SweepRecords
import SweepRunner
import SweepRuntime
import SweepStore

/// Measures the runner itself on the machine at hand.
struct BenchCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the runner's own overhead and efficiency on this machine.",
    usage: "framesweep bench [<options>]",
    discussion: """
      Four parts. Overhead: points that compute nothing, their records journalled and made safe on \
      disk; wall time over points. Efficiency: points whose costs differ 1,000-fold; busy time over \
      the time that all workers had. Schedule: the real coordinator in simulated time on 16, 256 and \
      4,096 ranks, its makespan over the lower bound. Planning: a sweep of a million points of the kind \
      of jobs/quickstart.yaml, and 1,980 dense networks of up to 200 layers. Run it as you run sweeps:

        framesweep bench
        mpirun -n 2 framesweep bench
      """)

  @Option(name: .long, parsing: .unconditional, help: "Empty points per round.")
  var points = 1_000_000

  @Option(
    name: .long, parsing: .unconditional, help: "Rounds of the overhead, whose median counts.")
  var rounds = 5

  @Option(
    name: .long, parsing: .unconditional, help: "Seconds of work per worker in the efficiency part."
  )
  var seconds = 5.0

  @Option(
    name: .long, parsing: .unconditional,
    help: "Worker threads without mpirun (default: one per core).")
  var workers: Int?

  @Option(name: .long, help: "Folder for the journal, the one where outputs will be.")
  var folder = "."

  func validate() throws {
    guard points >= 1, points <= Int(Int32.max) else {
      throw ValidationError("--points is \(points), expected 1 to 2147483647")
    }
    guard rounds >= 1 else { throw ValidationError("--rounds is \(rounds), expected at least 1") }
    guard seconds > 0 else {
      throw ValidationError("--seconds is \(seconds), expected more than 0")
    }
    if let workers, workers < 1 {
      throw ValidationError("--workers is \(workers), expected at least 1")
    }
  }

  var terms: [StartRequest.Term] {
    [
      .option("--points", points), .option("--rounds", rounds), .option("--seconds", seconds),
      .option("--workers", workers), .path("--folder", folder),
    ]
  }

  func run(in job: RankedJob?) throws {
    let world = try World(of: job, workers: workers)
    if world.isCoordinator { print("\(world.description)\n") }
    try measureOverhead(world)
    try measureEfficiency(world)
    if world.isCoordinator {
      simulate()
      try plan(world)
      print("memory      \(Show.bytes(Double(peakMemoryBytes()))) at most in this process")
    }
    try world.leave()
  }

  private func measureOverhead(_ world: World) throws {
    var perPoint: [Double] = []
    var messages = 0
    for _ in 0..<rounds {
      let work = World.Work(
        points: (0..<Int32(points)).map { $0 },
        predictedSeconds: [Float](repeating: 2e-6, count: points), planCount: points,
        planHash: [])
      var host = try BenchHost(
        journal: world.isCoordinator ? benchJournalPath : nil, planCount: points)
      let clock = ContinuousClock()
      let start = clock.now
      let ending = try world.run(work, host: &host) { worker in
        { point, records in
          Record(point: point, status: .ok, execution: Execution(rank: worker))
            .encode(into: &records)
          return true
        }
      }
      let seconds = (clock.now - start) / .seconds(1)
      try host.remove()
      guard let summary = ending.summary else { continue }
      if let failure = summary.failure { throw failure }
      perPoint.append(seconds / Double(points))
      messages = summary.messages
    }
    guard world.isCoordinator else { return }
    let sorted = perPoint.sorted()
    let median = (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
    print(
      "overhead    \(Show.duration(median)) per empty point, journal included")
    print(
      "            median of \(rounds) rounds of \(Show.points(points)) "
        + "(\(Show.duration(sorted[0])) to \(Show.duration(sorted[sorted.count - 1]))), "
        + "\(Show.count(messages)) messages a round")
  }

  private var benchJournalPath: String {
    "\(folder)/framesweep-bench-\(ProcessInfo.processInfo.processIdentifier).journal"
  }

  /// Costs over three decades, skewed to the short ones as in grids of widths and depths, whose
  /// longest is below 1 % of the total.
  static func unevenCosts(total: Double) -> [Float] {
    let count = 2_000
    let shares = (0..<count).map { index -> Double in
      let step = Double((index * 7_919) % count) / Double(count - 1)
      return 1 + 999 * step * step * step
    }
    let sum = shares.reduce(0, +)
    return shares.map { Float($0 / sum * total) }
  }

  private func measureEfficiency(_ world: World) throws {
    let costs = Self.unevenCosts(total: seconds * Double(world.workerCount))
    let work = World.Work(
      points: (0..<Int32(costs.count)).map { $0 }, predictedSeconds: costs, planCount: costs.count,
      planHash: [])
    var host = try BenchHost(
      journal: world.isCoordinator ? benchJournalPath : nil, planCount: costs.count)
    let ending = try world.run(work, host: &host) { worker in
      { point, records in
        Self.spin(seconds: Double(costs[point]))
        Record(point: point, status: .ok, execution: Execution(rank: worker)).encode(into: &records)
        return true
      }
    }
    try host.remove()
    guard let summary = ending.summary else { return }
    if let failure = summary.failure { throw failure }
    let efficiency = summary.efficiency(workers: world.workerCount)
    print(
      String(format: "efficiency  %.1f %% of ", 100 * efficiency)
        + "\(Show.duration(summary.spanSeconds * Double(world.workerCount))) on "
        + "\(Show.count(costs.count)) points whose costs differ 1,000-fold")
  }

  /// Works for a while, as seen by the thread's own CPU clock.
  private static func spin(seconds: Double) {
    let end = threadCPUSeconds() + seconds
    while threadCPUSeconds() < end {}
  }

  private func simulate() {
    var service = 0.0
    for ranks in [16, 256, 4_096] {
      let costs = Self.simulatedCosts(ranks: ranks)
      let start = ContinuousClock.now
      var world = SimulatedWorld(seconds: costs, workers: ranks)
      let outcome = world.run()
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      service = seconds / Double(outcome.messages)
      print(
        String(
          format: "schedule    %.3f times the lower bound on %@ ranks (simulated, ",
          outcome.makespan / outcome.lowerBound, Show.count(ranks))
          + "\(Show.points(costs.count))); coordinator: "
          + "\(Show.count(Int(1 / service))) messages/s")
    }
    simulateQueueing(service: service)
  }

  /// Simulates job sizes at which the time that the coordinator takes for messages counts.
  private func simulateQueueing(service: Double) {
    for ranks in [16_384, 65_536] {
      for longest in [0.1, 1, 100] {
        let costs = Self.simulatedCosts(ranks: ranks, perRank: 20, longest: Float(longest))
        var world = SimulatedWorld(
          seconds: costs, workers: ranks, latency: 1e-4, serviceSeconds: service)
        let outcome = world.run()
        print(
          String(
            format: "queueing    %.3f times the lower bound on %@ ranks, points of up to %@; ",
            outcome.makespan / outcome.lowerBound, Show.count(ranks), Show.duration(longest))
            + String(format: "coordinator %.0f %% busy", 100 * outcome.coordinatorLoad))
      }
    }
    // A batch and its result are a message, and batches of short points take this long.
    let batch = WorkQueue.Policy().longestBatch
    print(
      "limit       one coordinator keeps up with \(Show.count(Int(batch / service))) ranks on points "
        + "shorter than \(Show.duration(batch)), and with \(Show.count(Int(1 / service))) × the seconds of "
        + "a point on longer ones")
  }

  private func plan(_ world: World) throws {
    for sweep in [BenchPlanning.manyPoints(points), BenchPlanning.deepNetworks] {
      print("planning    \(try BenchPlanning.line(sweep, ranks: world.workerCount))")
    }
  }

  /// A grid large enough for its ranks, whose costs differ 1,000-fold.
  static func simulatedCosts(ranks: Int, perRank: Int = 100, longest: Float = 100) -> [Float] {
    let count = perRank * ranks
    return (0..<count).map { index in
      let step = Float((index &* 7_919) % count) / Float(count)
      return longest / 1000 * (1 + 999 * step * step * step)
    }
  }
}

/// Journals what it is given; without a path, on ranks that do not coordinate, it does nothing.
private struct BenchHost: SweepHost {
  private var journal: Journal?
  private let path: String?

  init(journal path: String?, planCount: Int) throws {
    self.path = path
    guard let path else { return }
    journal = try Journal.create(
      at: path, planHash: Array(repeating: 0, count: 32), planCount: planCount)
  }

  mutating func store(_ block: ResultBlock, from worker: Int) throws {
    try journal?.append(records: block.records)
  }

  mutating func giveUp(_ point: Int32, _ reason: GivingUp) {}

  mutating func note(_ flight: FlightNote) throws {
    guard case .assigned(let points) = flight else { return }
    try journal?.note(.assigned, points: points)
  }

  mutating func commit() throws { try journal?.commit() }

  mutating func tick(_ progress: SweepProgress) -> StopRequest? { nil }

  mutating func remove() throws {
    guard let path else { return }
    journal = nil
    try FileManager.default.removeItem(atPath: path)
  }
}
