/// The coordinator's side of a sweep: it hands out points and sees that every result is stored.
///
/// A value that needs neither MPI nor a clock: events go in, actions come out, and the driver performs
/// them. A point is done once its record is stored and the storage has been committed.
public struct Coordinator: Sendable {
  /// What can happen.
  public enum Event: Sendable {
    /// A worker said something.
    case message(WorkerMessage, from: Int)
    /// Everything stored so far is safe on disk.
    case committed
    /// Nothing more shall be handed out.
    case stop(reason: String)
    /// The job ends in so many seconds.
    case timeLeft(seconds: Double)
    /// A worker's process ended.
    case lost(worker: Int)
    /// What is at hand takes too long to be waited for.
    case leave
  }

  /// What the driver must now do.
  public enum Action: Sendable, Equatable {
    /// Send to a worker.
    case send(CoordinatorMessage, to: Int)
    /// Append records to the journal.
    case store(ResultBlock, from: Int)
    /// Append a record that says why a point is given up.
    case giveUp(point: Int32, GivingUp)
    /// Note where points are.
    case note(FlightNote)
    /// Commit what was stored at once: nothing else is left to do.
    case commit
    /// End: everything that will be done is done.
    case end
    /// Give up at once: the sweep cannot be right.
    case abort(reason: String)
  }

  struct Batch {
    var points: [Int32]
    var predictedSeconds: Double

    init(points: [Int32], predictedSeconds: Double) {
      self.points = points
      self.predictedSeconds = predictedSeconds
    }

    init(_ suspect: Suspect) {
      self.init(points: [suspect.point], predictedSeconds: suspect.predictedSeconds)
    }
  }

  struct WorkerState {
    var isReady = false
    var isLost = false
    var batches: [Batch] = []
    var outstandingSeconds: Double { batches.reduce(0) { $0 + $1.predictedSeconds } }
  }

  private let planHash: [UInt8]
  private let policy: WorkQueue.Policy
  private var queue: WorkQueue
  var workers: [WorkerState]
  var suspects: SuspectQueue
  /// The worker of the coordinator's own process; nil where all workers live in that process.
  let ownWorker: Int?
  private var isDone: [Bool]
  private var uncommitted = 0
  /// A worker that had points when that was last asked.
  private var busyWorker = 0
  private var hasEnded = false
  private var isLeaving = false
  private var secondsLeft = Double.infinity
  /// Why handing out stopped early; nil while it goes on.
  public private(set) var stopReason: String?
  /// Points whose records are stored.
  public private(set) var storedCount = 0
  /// Stored points whose status is not ok.
  public private(set) var notOKCount = 0
  /// Points that this run was asked to compute.
  public let totalCount: Int
  /// The predicted seconds of all of them.
  public let totalSeconds: Double
  /// The predicted seconds of those that are stored.
  public private(set) var storedSeconds = 0.0
  /// The time that compute threads were busy, in seconds.
  public private(set) var busySeconds = 0.0
  /// The number of workers, lost ones included.
  public var workerCount: Int { workers.count }
  /// The predicted seconds of the points that a worker computes; 0 if it has none.
  func secondsAtHand(of worker: Int) -> Double {
    workers[worker].isLost ? 0 : workers[worker].batches.first?.predictedSeconds ?? 0
  }
  /// The messages received so far.
  public private(set) var messageCount = 0

  /// Starts a sweep.
  ///
  /// - Parameters:
  ///   - points: what is to be computed, any subset of the plan.
  ///   - predictedSeconds: the cost model's word for each of them.
  ///   - planCount: the number of points of the whole plan.
  ///   - workers: how many workers will report.
  ///   - planHash: every worker must have derived the same plan.
  ///   - suspects: points that earlier ends of workers or jobs are blamed on, tried last and one by one.
  ///   - ownWorker: the worker whose end would be the coordinator's; nil where that is every one's.
  ///   - policy: how batches are cut.
  public init(
    points: [Int32], predictedSeconds: [Float], planCount: Int, workers: Int, planHash: [UInt8],
    suspects: [Suspect] = [], ownWorker: Int? = nil,
    policy: WorkQueue.Policy = WorkQueue.Policy()
  ) {
    precondition(workers >= 1, "a sweep needs a worker")
    self.planHash = planHash
    self.policy = policy
    queue = WorkQueue(points: points, predictedSeconds: predictedSeconds, policy: policy)
    self.workers = Array(repeating: WorkerState(), count: workers)
    isDone = [Bool](repeating: true, count: planCount)
    for point in points { isDone[Int(point)] = false }
    for suspect in suspects { isDone[Int(suspect.point)] = false }
    self.suspects = SuspectQueue(suspects)
    self.ownWorker = ownWorker
    totalCount = points.count + suspects.count
    totalSeconds = suspects.reduce(queue.remainingSeconds) { $0 + $1.predictedSeconds }
  }

  /// Takes an event in and gives the actions that follow from it.
  public mutating func handle(_ event: Event) -> [Action] {
    guard !hasEnded else { return [] }
    var actions: [Action] = []
    switch event {
    case .message(let message, let worker):
      messageCount += 1
      handle(message, from: worker, &actions)
    case .committed: uncommitted = 0
    case .stop(let reason): stop(reason, &actions)
    case .timeLeft(let seconds): secondsLeft = seconds
    case .lost(let worker): lose(worker, &actions)
    case .leave:
      stop("the points at work take too long", &actions)
      isLeaving = true
    }
    endIfDone(&actions)
    return actions
  }

  private mutating func handle(
    _ message: WorkerMessage, from worker: Int, _ actions: inout [Action]
  ) {
    switch message {
    case .ready(let hash, let host):
      guard hash == planHash else {
        hasEnded = true
        actions.append(
          .abort(
            reason: "rank \(worker) on \(host) derived another plan, expected the same program and "
              + "the same inputs on every rank"))
        return
      }
      workers[worker].isReady = true
      guard !workers[worker].isLost else { return }
      if stopReason != nil { actions.append(.send(.drain, to: worker)) }
      assign(to: worker, &actions)
    case .results(let block):
      accept(block, from: worker, &actions)
      assign(to: worker, &actions)
      // What it tells of the pace may let others take what was set aside.
      guard queue.setAsideCount + suspects.setAsideCount > 0 else { return }
      for other in workers.indices where workers[other].batches.isEmpty {
        assign(to: other, &actions)
      }
    case .dropped(let points):
      // Workers drop points after `drain` only, behind which nothing is handed out.
      _ = release(points, of: worker)
      actions.append(.note(.returned(points)))
    case .unyielding(let point, let seconds):
      _ = release([point], of: worker)
      giveUp(point, .unyielding(seconds: seconds, worker: worker), &actions)
      assign(to: worker, &actions)
    case .heartbeat: break
    }
  }

  private mutating func accept(
    _ block: ResultBlock, from worker: Int, _ actions: inout [Action]
  ) {
    storedSeconds += release(block.points, of: worker)
    busySeconds += block.busySeconds
    let fresh = block.points.reduce(0) { $0 + (isDone[Int($1)] ? 0 : 1) }
    guard fresh > 0 else { return }
    for point in block.points { isDone[Int(point)] = true }
    storedCount += fresh
    notOKCount += block.notOK
    uncommitted += 1
    actions.append(.store(block, from: worker))
  }

  /// Takes points off a worker's list and gives their share of its predicted seconds.
  mutating func release(_ points: [Int32], of worker: Int) -> Double {
    var released = 0.0
    var rest = points[...]
    while let point = rest.first,
      let index = workers[worker].batches.firstIndex(where: { $0.points.contains(point) })
    {
      // Results keep the order of their batch, so that one pass over it is enough.
      var batch = workers[worker].batches[index]
      let before = batch.points.count
      var kept: [Int32] = []
      for candidate in batch.points {
        if candidate == rest.first { rest.removeFirst() } else { kept.append(candidate) }
      }
      let share = batch.predictedSeconds * Double(before - kept.count) / Double(before)
      released += share
      batch.predictedSeconds -= share
      batch.points = kept
      if kept.isEmpty {
        workers[worker].batches.remove(at: index)
      } else {
        workers[worker].batches[index] = batch
      }
    }
    return released
  }

  mutating func giveUp(
    _ point: Int32, _ reason: GivingUp, _ actions: inout [Action]
  ) {
    guard !isDone[Int(point)] else { return }
    isDone[Int(point)] = true
    storedCount += 1
    notOKCount += 1
    uncommitted += 1
    actions.append(.giveUp(point: point, reason))
  }

  mutating func assign(to worker: Int, _ actions: inout [Action]) {
    guard stopReason == nil, workers[worker].isReady, !workers[worker].isLost else { return }
    // Where predictions have been too low or too high, time left counts by what points really took.
    let pace = storedSeconds > 1 ? 1.2 * busySeconds / storedSeconds : 1.2
    while workers[worker].batches.count < 2,
      workers[worker].batches.isEmpty || workers[worker].outstandingSeconds < policy.lowWater,
      let batch = queue.take(
        workers: workers.count,
        longest: secondsLeft / pace - workers[worker].outstandingSeconds)
    {
      give(Batch(points: batch.points, predictedSeconds: batch.predictedSeconds), worker, &actions)
    }
    guard workers[worker].batches.isEmpty else { return }
    var batch: Batch?
    if mayTakeSuspects(worker) {
      batch = suspects.take(longest: secondsLeft / pace).map { Batch($0) }
    }
    if let batch = batch ?? firstOfAll(for: worker) { give(batch, worker, &actions) }
  }

  /// The shortest point where predictions leave no time for any, and nothing is known of their worth;
  /// a suspect only where there is nothing else.
  ///
  /// Without it a job that is queued again and again would never begin what is predicted too long,
  /// as searched minima are by far.
  private mutating func firstOfAll(for worker: Int) -> Batch? {
    guard storedCount == 0, secondsLeft > 0, queue.isEmpty, workers.allSatisfy(\.batches.isEmpty)
    else { return nil }
    // Suspects that wait may fit into the time, and are begun where another worker may take them.
    let othersMay = workers.indices.contains { !workers[$0].isLost && mayTakeSuspects($0) }
    guard suspects.isEmpty || !othersMay else { return nil }
    if let (points, seconds) = queue.takeShortestAside() {
      return Batch(points: points, predictedSeconds: seconds)
    }
    return mayTakeSuspects(worker) ? suspects.takeShortestAside().map { Batch($0) } : nil
  }

  private mutating func give(_ batch: Batch, _ worker: Int, _ actions: inout [Action]) {
    workers[worker].batches.append(batch)
    actions.append(.note(.assigned(batch.points)))
    actions.append(.send(.assign(points: batch.points), to: worker))
  }

  mutating func stop(_ reason: String, _ actions: inout [Action]) {
    guard stopReason == nil else { return }
    stopReason = reason
    queue.removeAll()
    suspects.removeAll()
    for worker in workers.indices where workers[worker].isReady && !workers[worker].isLost {
      actions.append(.send(.drain, to: worker))
    }
  }

  /// Whether some worker has points.
  ///
  /// The worker that had some the last time is looked at first, so that the last messages of a job of many
  /// thousand ranks do not look at all of them.
  private mutating func isAnyWorkerBusy() -> Bool {
    for offset in workers.indices {
      let worker = (busyWorker + offset) % workers.count
      if !workers[worker].isLost, !workers[worker].batches.isEmpty {
        busyWorker = worker
        return true
      }
    }
    return false
  }

  private mutating func endIfDone(_ actions: inout [Action]) {
    guard !hasEnded else { return }
    if !isLeaving {
      guard queue.isEmpty, !isAnyWorkerBusy() else { return }
      // A worker that is not ready yet would miss the end.
      guard workers.allSatisfy({ $0.isLost || $0.isReady }) else { return }
      if !suspects.isEmpty {
        // Nobody is left whose end would leave the coordinator.
        stop(
          "\(suspects.count) points that workers ended with are not tried where the coordinator runs",
          &actions)
      }
    }
    guard uncommitted == 0 else {
      actions.append(.commit)
      return
    }
    hasEnded = true
    let setAside = queue.setAsideCount + suspects.setAsideCount
    if stopReason == nil, setAside > 0 {
      stopReason = "the time left does not suffice for \(setAside) point\(setAside == 1 ? "" : "s")"
    }
    let isOrderly = !workers.contains(where: \.isLost)
    for worker in workers.indices where !workers[worker].isLost {
      actions.append(.send(isOrderly ? .finish : .leave, to: worker))
    }
    actions.append(.end)
  }
}
