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
  }

  /// What the driver must now do.
  public enum Action: Sendable, Equatable {
    /// Send to a worker.
    case send(CoordinatorMessage, to: Int)
    /// Append records to the journal.
    case store(ResultBlock, from: Int)
    /// Commit what was stored at once: nothing else is left to do.
    case commit
    /// End: everything that will be done is done.
    case end
    /// Give up at once: the sweep cannot be right.
    case abort(reason: String)
  }

  private struct Batch {
    var points: [Int32]
    var predictedSeconds: Double
  }

  private struct WorkerState {
    var isReady = false
    var hasDrained = false
    var batches: [Batch] = []
    var outstandingSeconds: Double { batches.reduce(0) { $0 + $1.predictedSeconds } }
  }

  private let planHash: [UInt8]
  private let policy: WorkQueue.Policy
  private var queue: WorkQueue
  private var workers: [WorkerState]
  private var isDone: [Bool]
  private var uncommitted = 0
  private var hasEnded = false
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
  ///   - policy: how batches are cut.
  public init(
    points: [Int32], predictedSeconds: [Float], planCount: Int, workers: Int, planHash: [UInt8],
    policy: WorkQueue.Policy = WorkQueue.Policy()
  ) {
    precondition(workers >= 1, "a sweep needs a worker")
    self.planHash = planHash
    self.policy = policy
    queue = WorkQueue(points: points, predictedSeconds: predictedSeconds, policy: policy)
    self.workers = Array(repeating: WorkerState(), count: workers)
    isDone = [Bool](repeating: true, count: planCount)
    for point in points { isDone[Int(point)] = false }
    totalCount = points.count
    totalSeconds = queue.remainingSeconds
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
      if stopReason != nil { actions.append(.send(.drain, to: worker)) }
      assign(to: worker, &actions)
    case .results(let block):
      accept(block, from: worker, &actions)
      assign(to: worker, &actions)
    case .dropped(let points):
      let seconds = release(points, of: worker)
      workers[worker].hasDrained = true
      if stopReason == nil { queue.putBack(points, predictedSeconds: seconds) }
    case .heartbeat: break
    case .broken(let reason):
      hasEnded = true
      actions.append(.abort(reason: "rank \(worker): \(reason)"))
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
  private mutating func release(_ points: [Int32], of worker: Int) -> Double {
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

  private mutating func assign(to worker: Int, _ actions: inout [Action]) {
    guard stopReason == nil, workers[worker].isReady else { return }
    while workers[worker].batches.count < 2,
      workers[worker].batches.isEmpty || workers[worker].outstandingSeconds < policy.lowWater,
      let batch = queue.take(workers: workers.count)
    {
      workers[worker].batches.append(
        Batch(points: batch.points, predictedSeconds: batch.predictedSeconds))
      actions.append(.send(.assign(points: batch.points), to: worker))
    }
  }

  private mutating func stop(_ reason: String, _ actions: inout [Action]) {
    guard stopReason == nil else { return }
    stopReason = reason
    queue.removeAll()
    for worker in workers.indices where workers[worker].isReady {
      actions.append(.send(.drain, to: worker))
    }
  }

  private mutating func endIfDone(_ actions: inout [Action]) {
    guard !hasEnded, queue.isEmpty, workers.allSatisfy({ $0.batches.isEmpty }) else { return }
    // A worker that is not ready yet would miss the end.
    guard workers.allSatisfy(\.isReady) else { return }
    guard uncommitted == 0 else {
      actions.append(.commit)
      return
    }
    hasEnded = true
    for worker in workers.indices { actions.append(.send(.finish, to: worker)) }
    actions.append(.end)
  }
}
