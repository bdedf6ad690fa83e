public import Processes

/// What a process knows of the others, and how long it waits for them.
public struct Watch {
  /// Whether the process of a worker has certainly ended; false where nobody can tell.
  public var isGone: (_ worker: Int) -> Bool = { _ in false }
  /// Why the coordinator or the launcher has certainly ended; nil while they run.
  public var whyOrphaned: () -> String? = { nil }
  /// Whether the process of a worker certainly runs, however silent it is; false where nobody can tell.
  public var isAlive: (_ worker: Int) -> Bool = { _ in false }
  /// A worker that was not heard of for so many seconds has ended.
  ///
  /// Its main thread only carries messages, so it speaks every second however long a point takes.
  public var workerSilence = 300.0
  /// A coordinator that was not heard of for so many seconds has ended: it may be writing a file.
  public var coordinatorSilence = 1_800.0

  /// Knows nothing of other processes, and waits.
  public init() {}
}

/// How a process without the coordinator ended.
public enum Departure: Sendable, Equatable {
  /// Everyone is there, and leaves together.
  case orderly
  /// Ranks are missing: whoever waits for all of them waits for ever.
  case alone
  /// The coordinator ended first.
  case orphaned(reason: String)
}

/// The main loop of a process: it carries messages, never computes, and sleeps when nothing happens.
public struct Driver<Carrier: Transport> {
  var transport: Carrier
  let mailbox: Mailbox
  private let makeCompute: @Sendable (_ worker: Int) -> ComputeThread.Compute
  private var threads: [Int: ComputeThread] = [:]
  private(set) var workers: [Int: Worker] = [:]
  private var departure = Departure.orderly
  /// Whether a compute thread was left alone with a point at hand.
  public private(set) var leavesThreads = false
  private let clock: RunningClock
  private let origin: Double
  let watch: Watch
  private var nextWatch = 0.0
  private var lastHeard = 0.0

  /// Prepares the main loop of a process and starts its compute threads.
  ///
  /// - Parameters:
  ///   - transport: carries messages.
  ///   - planHash: what all ranks must agree on.
  ///   - host: the machine's name.
  ///   - pointTimeout: the seconds after which points end by themselves, nil without a limit; one that
  ///     does not is left alone with its thread.
  ///   - watch: what is known of other processes.
  ///   - clock: tells the time that this process runs; its main loop keeps it going.
  ///   - makeCompute: makes what a compute thread does, on that thread.
  ///
  /// **Throws**: `ThreadFailure`, and what the transport throws.
  public init(
    transport: Carrier, planHash: [UInt8], host: String, pointTimeout: Double? = nil,
    watch: Watch = Watch(), clock: RunningClock = RunningClock(),
    makeCompute: @escaping @Sendable (_ worker: Int) -> ComputeThread.Compute
  ) throws {
    self.transport = transport
    self.watch = watch
    self.makeCompute = makeCompute
    mailbox = Mailbox()
    self.clock = clock
    origin = clock.seconds
    for worker in transport.localWorkers {
      threads[worker] = try newThread(worker)
      var state = Worker(pointTimeout: pointTimeout)
      _ = state.handle(.tick(now: 0))
      let actions = state.handle(.start(planHash: planHash, host: host))
      workers[worker] = state
      for action in actions { try perform(action, worker) }
    }
  }

  var now: Double { clock.seconds - origin }

  /// Runs the local workers of a process without the coordinator until they are told to end.
  public mutating func runWorkers() throws -> Departure {
    var backoff = Backoff()
    while !workers.isEmpty {
      if try stepWorkers() {
        backoff.reset()
        lastHeard = now
      } else {
        mailbox.wait(seconds: backoff.next())
      }
      if let reason = whyOrphaned() { return .orphaned(reason: reason) }
    }
    // What lies in the way of a lost rank may never arrive.
    if departure == .orderly { try transport.flush() }
    return departure
  }

  private mutating func whyOrphaned() -> String? {
    guard now >= nextWatch else { return nil }
    nextWatch = now + 1
    if now - lastHeard > watch.coordinatorSilence {
      return "the coordinator was not heard of for \(Int(watch.coordinatorSilence)) s"
    }
    return watch.whyOrphaned()
  }

  mutating func stepWorkers() throws -> Bool {
    var progressed = false
    while let (message, worker) = try transport.receiveForWorker() {
      progressed = true
      try step(worker, .message(message))
    }
    for (worker, event) in mailbox.takeAll() {
      progressed = true
      switch event {
      case .computed(let block): try step(worker, .computed(block))
      case .dropped(let points): try step(worker, .dropped(points: points))
      }
    }
    for worker in workers.keys.sorted() {
      if let block = threads[worker]?.takeOverdue() { try step(worker, .computed(block)) }
      try step(worker, .tick(now: now, atHand: threads[worker]?.pointAtHand))
    }
    return progressed
  }

  private mutating func step(_ worker: Int, _ event: Worker.Event) throws {
    guard let actions = workers[worker]?.handle(event) else { return }
    for action in actions { try perform(action, worker) }
  }

  private mutating func perform(_ action: Worker.Action, _ worker: Int) throws {
    switch action {
    case .send(let message): try transport.send(message, from: worker)
    case .compute(let points): threads[worker]?.enqueue(points)
    case .dropQueued: threads[worker]?.dropQueued()
    case .replaceThread(let point, let seconds):
      // Where there can be no other thread, this one keeps its point.
      let thread = try newThread(worker)
      guard let left = threads[worker]?.abandon(with: point) else {
        thread.end()
        return
      }
      leavesThreads = true
      threads[worker] = thread
      // What was done and the point are reported before anything that the new thread does.
      if !left.done.points.isEmpty { try step(worker, .computed(left.done)) }
      try step(worker, .replaced(point: point, seconds: seconds))
      for batch in left.batches { thread.enqueue(batch) }
      if left.shallDrop { thread.dropQueued() }
    case .end(let isOrderly):
      if !isOrderly { departure = .alone }
      if threads[worker]?.pointAtHand != nil { leavesThreads = true }
      threads[worker]?.end()
      threads[worker] = nil
      workers[worker] = nil
    }
  }

  private func newThread(_ worker: Int) throws(ThreadFailure) -> ComputeThread {
    let makeCompute = makeCompute
    return try ComputeThread(worker: worker, mailbox: mailbox, clock: clock) { makeCompute(worker) }
  }
}

/// How long to sleep when nothing happens: 1 µs, doubling up to 1 ms.
struct Backoff {
  private var seconds = 1e-6

  mutating func next() -> Double {
    defer { seconds = min(2 * seconds, 1e-3) }
    return seconds
  }

  mutating func reset() { seconds = 1e-6 }
}
