public import SweepRuntime

/// A sweep in simulated time on which everything may go wrong that can: the real coordinator, workers
/// that end, hang or are thought dead, and messages that are late or lost with their sender.
///
/// Messages between two partners keep their order, as those of MPI do.
public struct FaultyWorld {
  /// What goes wrong, all of it drawn from one seed.
  public struct Mishaps: Sendable {
    /// The random numbers' start.
    public var seed: UInt64 = 1
    /// Points that end whoever computes them.
    public var killers: Set<Int32> = []
    /// Points that never end, and are left alone after a second.
    public var hanging: Set<Int32> = []
    /// The chance that a worker ends with a point through no fault of the point's.
    public var deathRate = 0.0
    /// The chance that a worker is taken for dead with a point, and goes on.
    public var mistakeRate = 0.0
    /// The longest time that a message is under way, in seconds.
    public var latency = 0.01
    /// The worker whose end is that of the whole job; nil where all are equal.
    public var ownWorker: Int?

    /// Nothing goes wrong.
    public init() {}
  }

  /// What became of the sweep.
  public struct Outcome: Sendable {
    /// How often each point was stored.
    public var stored: [Int32: Int] = [:]
    /// The points that were given up.
    public var givenUp: [Int32: GivingUp] = [:]
    /// What was noted about points under way, in order.
    public var notes: [FlightNote] = []
    /// Workers that ended.
    public var deaths = 0
    /// Whether the coordinator came to its end; otherwise it ended with its worker, or never did.
    public var hasEnded = false
    /// Why it stopped early.
    public var stopReason: String?
    /// Whether the coordinator's own worker ended, and the job with it.
    public var jobDied = false
  }

  private enum Arrival {
    case atCoordinator(WorkerMessage)
    case atWorker(CoordinatorMessage)
    case computed(Int32)
    case lost
  }

  private struct WorkerState {
    var queue: [[Int32]] = []
    var batch: [Int32] = []
    var isBusy = false
    var isDead = false
    var lastDelivery = 0.0
  }

  private let mishaps: Mishaps
  private let seconds: [Float]
  private var coordinator: Coordinator
  private var workers: [WorkerState]
  private var agenda = Agenda<(worker: Int, arrival: Arrival)>()
  private var outcome = Outcome()
  private var random: UInt64
  private var latestToWorker: [Double]

  /// Prepares a sweep of some points of a plan.
  public init(
    points: [Int32], seconds: [Float], workers: Int, suspects: [Suspect] = [], _ mishaps: Mishaps
  ) {
    self.mishaps = mishaps
    self.seconds = seconds
    random = mishaps.seed
    coordinator = Coordinator(
      points: points, predictedSeconds: points.map { seconds[Int($0)] },
      planCount: seconds.count, workers: workers, planHash: [], suspects: suspects,
      ownWorker: mishaps.ownWorker)
    self.workers = Array(repeating: WorkerState(), count: workers)
    latestToWorker = [Double](repeating: 0, count: workers)
  }

  /// Runs the sweep to its end, or to the end of everything that was going to happen.
  public mutating func run() -> Outcome {
    for worker in workers.indices { say(.ready(planHash: [], host: ""), worker, at: 0) }
    while !outcome.jobDied, let (time, (worker, arrival)) = agenda.removeFirst() {
      switch arrival {
      case .atCoordinator(let message):
        perform(coordinator.handle(.message(message, from: worker)), at: time)
      case .lost: perform(coordinator.handle(.lost(worker: worker)), at: time)
      case .atWorker(let message): hear(message, worker, at: time)
      case .computed(let point): finish(point, worker, at: time)
      }
    }
    outcome.stopReason = coordinator.stopReason
    return outcome
  }

  private mutating func hear(_ message: CoordinatorMessage, _ worker: Int, at time: Double) {
    guard !workers[worker].isDead else { return }
    switch message {
    case .assign(let points):
      workers[worker].queue.append(points)
      startNext(worker, at: time)
    case .drain:
      let dropped = workers[worker].queue.flatMap { $0 }
      workers[worker].queue = []
      say(.dropped(points: dropped), worker, at: time)
    case .finish, .leave: workers[worker].queue = []
    case .ping: break
    }
  }

  private mutating func startNext(_ worker: Int, at time: Double) {
    guard !workers[worker].isBusy else { return }
    if workers[worker].batch.isEmpty {
      guard !workers[worker].queue.isEmpty else { return }
      workers[worker].batch = workers[worker].queue.removeFirst()
    }
    let point = workers[worker].batch.removeFirst()
    workers[worker].isBusy = true
    let took = mishaps.hanging.contains(point) ? 1 : Double(seconds[Int(point)])
    agenda.insert((worker, .computed(point)), at: time + took)
  }

  private mutating func finish(_ point: Int32, _ worker: Int, at time: Double) {
    workers[worker].isBusy = false
    if mishaps.killers.contains(point) || chance(mishaps.deathRate) {
      workers[worker].isDead = true
      outcome.deaths += 1
      if worker == mishaps.ownWorker {
        outcome.jobDied = true
      } else {
        agenda.insert((worker, .lost), at: time + 5 * uniform())
      }
      return
    }
    if worker != mishaps.ownWorker, chance(mishaps.mistakeRate) {
      agenda.insert((worker, .lost), at: time + 0.1 * uniform())
    }
    if mishaps.hanging.contains(point) {
      say(.unyielding(point: point, seconds: 1), worker, at: time)
    } else {
      say(.results(ResultBlock(points: [point], busySeconds: 1)), worker, at: time)
    }
    startNext(worker, at: time)
  }

  /// Sends to the coordinator; the later a message is sent, the later it arrives.
  private mutating func say(_ message: WorkerMessage, _ worker: Int, at time: Double) {
    let arrival = max(workers[worker].lastDelivery, time + mishaps.latency * uniform())
    workers[worker].lastDelivery = arrival
    agenda.insert((worker, .atCoordinator(message)), at: arrival)
  }

  private mutating func perform(_ actions: [Coordinator.Action], at time: Double) {
    for action in actions {
      switch action {
      case .send(let message, let worker):
        let arrival = max(latestToWorker[worker], time + mishaps.latency * uniform())
        latestToWorker[worker] = arrival
        agenda.insert((worker, .atWorker(message)), at: arrival)
      case .store(let block, _):
        for point in block.points { outcome.stored[point, default: 0] += 1 }
      case .giveUp(let point, let reason): outcome.givenUp[point] = reason
      case .note(let note): outcome.notes.append(note)
      case .commit: perform(coordinator.handle(.committed), at: time)
      case .end: outcome.hasEnded = true
      case .abort: break
      }
    }
  }

  private mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Uniform in 0 ..< 1, by Steele, Lea & Flood's SplitMix.
  private mutating func uniform() -> Double {
    random &+= 0x9E37_79B9_7F4A_7C15
    var word = random
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return Double((word ^ word >> 31) >> 11) * 0x1p-53
  }
}
