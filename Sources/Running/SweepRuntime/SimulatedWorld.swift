/// A sweep in simulated time: the real coordinator, and workers that only wait.
///
/// It answers how a schedule would do on more ranks than there are, in seconds of real time.
public struct SimulatedWorld {
  /// What a simulated sweep came to.
  public struct Outcome: Sendable {
    /// Seconds from the first hand-out to the last result.
    public var makespan: Double
    /// No schedule is shorter: the total over the workers, or the longest point.
    public var lowerBound: Double
    /// Messages that the coordinator received.
    public var messages: Int
    /// The share of the time in which the coordinator was at work, 0 … 1.
    public var coordinatorLoad = 0.0
    /// The order in which points were finished.
    public var finished: [Int32]
  }

  private enum Arrival {
    case atCoordinator(WorkerMessage)
    case atWorker(CoordinatorMessage)
    case computed([Int32])
  }

  private struct WorkerState {
    var queue: [[Int32]] = []
    var isBusy = false
  }

  private let latency: Double
  private let serviceSeconds: Double
  /// When the coordinator has dealt with all messages that arrived.
  private var isFreeAt = 0.0
  private let seconds: [Float]
  private var coordinator: Coordinator
  private var workers: [WorkerState]
  private var agenda = Agenda<(worker: Int, arrival: Arrival)>()
  private var outcome: Outcome

  /// Prepares a sweep of points with true costs, which may differ from the predicted ones.
  ///
  /// - Parameters:
  ///   - seconds: what each point will take.
  ///   - predicted: what the coordinator believes; nil where it knows.
  ///   - workers: how many there are.
  ///   - latency: the time that a message is under way, in seconds.
  ///   - serviceSeconds: the time that the coordinator takes for a message; others wait meanwhile.
  public init(
    seconds: [Float], predicted: [Float]? = nil, workers: Int, latency: Double = 1e-3,
    serviceSeconds: Double = 0
  ) {
    self.seconds = seconds
    self.latency = latency
    self.serviceSeconds = serviceSeconds
    coordinator = Coordinator(
      points: (0..<Int32(seconds.count)).map { $0 }, predictedSeconds: predicted ?? seconds,
      planCount: seconds.count, workers: workers, planHash: [])
    self.workers = Array(repeating: WorkerState(), count: workers)
    let total = seconds.reduce(0) { $0 + Double($1) }
    outcome = Outcome(
      makespan: 0, lowerBound: max(total / Double(workers), Double(seconds.max() ?? 0)),
      messages: 0, finished: [])
  }

  /// Runs the sweep to its end.
  public mutating func run() -> Outcome {
    for worker in workers.indices {
      agenda.insert((worker, .atCoordinator(.ready(planHash: [], host: ""))), at: 0)
    }
    while let (time, (worker, arrival)) = agenda.removeFirst() {
      switch arrival {
      case .atCoordinator(let message):
        isFreeAt = max(isFreeAt, time) + serviceSeconds
        if case .results = message { outcome.makespan = isFreeAt }
        perform(coordinator.handle(.message(message, from: worker)), at: isFreeAt)
      case .atWorker(.assign(let points)):
        workers[worker].queue.append(points)
        startNext(worker, at: time)
      case .atWorker: break
      case .computed(let points):
        workers[worker].isBusy = false
        outcome.finished += points
        let busy = points.reduce(0) { $0 + Double(seconds[Int($1)]) }
        let block = ResultBlock(points: points, busySeconds: busy)
        agenda.insert((worker, .atCoordinator(.results(block))), at: time + latency)
        startNext(worker, at: time)
      }
    }
    outcome.messages = coordinator.messageCount
    outcome.coordinatorLoad =
      outcome.makespan > 0 ? Double(outcome.messages) * serviceSeconds / outcome.makespan : 0
    return outcome
  }

  private mutating func startNext(_ worker: Int, at time: Double) {
    guard !workers[worker].isBusy, !workers[worker].queue.isEmpty else { return }
    let points = workers[worker].queue.removeFirst()
    workers[worker].isBusy = true
    let busy = points.reduce(0) { $0 + Double(seconds[Int($1)]) }
    agenda.insert((worker, .computed(points)), at: time + busy)
  }

  private mutating func perform(_ actions: [Coordinator.Action], at time: Double) {
    for action in actions {
      switch action {
      case .send(let message, let worker):
        agenda.insert((worker, .atWorker(message)), at: time + latency)
      case .commit: perform(coordinator.handle(.committed), at: time)
      case .store, .giveUp, .note, .end, .abort: break
      }
    }
  }
}

/// Things to come, by time and then by the order in which they were planned: a binary heap.
package struct Agenda<Element> {
  private var heap: [(time: Double, order: Int, element: Element)] = []
  private var inserted = 0

  /// Nothing is to come.
  package init() {}

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    (heap[a].time, heap[a].order) < (heap[b].time, heap[b].order)
  }

  package mutating func insert(_ element: Element, at time: Double) {
    heap.append((time, inserted, element))
    inserted += 1
    var child = heap.count - 1
    while child > 0, precedes(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  package mutating func removeFirst() -> (time: Double, element: Element)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return (first.time, first.element) }
    heap[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if precedes(child, smallest) { smallest = child }
      }
      guard smallest != parent else { break }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
    return (first.time, first.element)
  }
}
