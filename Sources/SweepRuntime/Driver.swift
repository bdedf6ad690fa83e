/// What the coordinator's process does with results, and what it shows meanwhile.
public protocol SweepHost {
  /// Appends records to the journal.
  mutating func store(_ block: ResultBlock, from worker: Int) throws
  /// Makes what was stored safe.
  mutating func commit() throws
  /// Called now and then; a reason ends the sweep early.
  mutating func tick(_ progress: SweepProgress) throws -> String?
}

/// How far a sweep is.
public struct SweepProgress: Sendable {
  /// Points that are stored.
  public var stored: Int
  /// Points of this run.
  public var total: Int
  /// Stored points that are not ok.
  public var notOK: Int
  /// The share of the predicted work that is stored, 0 … 1.
  public var workShare: Double
  /// Seconds since the first hand-out.
  public var elapsed: Double
}

/// What a run of the driver did.
public struct SweepSummary: Sendable {
  /// Points stored by this run.
  public var stored = 0
  /// Of those, the ones that are not ok.
  public var notOK = 0
  /// Why the run stopped early; nil if it did not.
  public var stopReason: String?
  /// Seconds from the first hand-out to the last result.
  public var spanSeconds = 0.0
  /// Seconds that compute threads were busy.
  public var busySeconds = 0.0
  /// Messages that the coordinator received.
  public var messages = 0

  /// Nothing was done.
  public init() {}

  /// Busy time over the time that so many workers had, 0 … 1.
  public func efficiency(workers: Int) -> Double {
    spanSeconds > 0 ? busySeconds / (spanSeconds * Double(workers)) : .nan
  }
}

/// The coordinator gave up; nothing that was stored is lost.
public struct SweepAborted: Error, CustomStringConvertible {
  /// Why.
  public let description: String
}

/// The main loop of a process: it carries messages, never computes, and sleeps when nothing happens.
public struct Driver<Carrier: Transport> {
  private var transport: Carrier
  private let mailbox: Mailbox
  private var threads: [Int: ComputeThread] = [:]
  private var workers: [Int: Worker] = [:]
  private let clock = ContinuousClock()
  private let origin: ContinuousClock.Instant
  /// Results are committed at least this often, in seconds.
  private let commitSeconds = 0.5

  /// Prepares the main loop of a process and starts its compute threads.
  public init(
    transport: Carrier, planHash: [UInt8], host: String,
    makeCompute: @escaping @Sendable (_ worker: Int) -> ComputeThread.Compute
  ) throws {
    self.transport = transport
    mailbox = Mailbox()
    origin = clock.now
    for worker in transport.localWorkers {
      threads[worker] = ComputeThread(worker: worker, mailbox: mailbox) { makeCompute(worker) }
      var state = Worker()
      _ = state.handle(.tick(now: 0))
      let actions = state.handle(.start(planHash: planHash, host: host))
      workers[worker] = state
      for action in actions { try perform(action, worker) }
    }
  }

  private var now: Double { (clock.now - origin) / .seconds(1) }

  /// Runs the local workers of a process without the coordinator until they are told to end.
  public mutating func runWorkers() throws {
    var backoff = Backoff()
    while !workers.isEmpty {
      if try stepWorkers() { backoff.reset() } else { mailbox.wait(seconds: backoff.next()) }
    }
    try transport.flush()
  }

  /// Runs the coordinator, and the local workers beside it, to the end of the sweep.
  ///
  /// **Throws**: what the host throws while storing, after all workers have ended; `SweepAborted`.
  public mutating func run<Host: SweepHost>(
    _ coordinator: inout Coordinator, host: inout Host
  ) throws -> SweepSummary {
    var run = CoordinatorRun()
    var backoff = Backoff()
    var nextTick = now
    while !workers.isEmpty || !run.hasEnded {
      var progressed = try stepWorkers()
      while let (message, worker) = try transport.receiveForCoordinator() {
        progressed = true
        if case .results = message { run.lastResult = now }
        try step(&coordinator, .message(message, from: worker), &host, &run)
      }
      if now >= nextTick {
        nextTick = now + 0.05
        try tick(&coordinator, &host, &run)
      }
      if progressed { backoff.reset() } else { mailbox.wait(seconds: backoff.next()) }
    }
    try transport.flush()
    if let error = run.failure { throw error }
    var summary = SweepSummary()
    summary.stored = coordinator.storedCount
    summary.notOK = coordinator.notOKCount
    summary.stopReason = coordinator.stopReason
    summary.spanSeconds = max(0, run.lastResult - (run.firstAssign ?? run.lastResult))
    summary.busySeconds = coordinator.busySeconds
    summary.messages = coordinator.messageCount
    return summary
  }

  private struct CoordinatorRun {
    var hasEnded = false
    var firstAssign: Double?
    var lastResult = 0.0
    var lastCommit = 0.0
    var uncommitted = false
    var failure: (any Error)?
  }

  private mutating func tick<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ host: inout Host, _ run: inout CoordinatorRun
  ) throws {
    if run.uncommitted, now - run.lastCommit >= commitSeconds {
      try commit(&coordinator, &host, &run)
    }
    let progress = SweepProgress(
      stored: coordinator.storedCount, total: coordinator.totalCount, notOK: coordinator.notOKCount,
      workShare: coordinator.totalSeconds > 0
        ? min(1, coordinator.storedSeconds / coordinator.totalSeconds) : 1,
      elapsed: now - (run.firstAssign ?? now))
    do {
      if let reason = try host.tick(progress) {
        try step(&coordinator, .stop(reason: reason), &host, &run)
      }
    } catch {
      try fail(error, &coordinator, &host, &run)
    }
  }

  private mutating func step<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ event: Coordinator.Event, _ host: inout Host,
    _ run: inout CoordinatorRun
  ) throws {
    for action in coordinator.handle(event) {
      switch action {
      case .send(let message, let worker):
        if case .assign = message, run.firstAssign == nil { run.firstAssign = now }
        try transport.send(message, to: worker)
      case .store(let block, let worker):
        guard run.failure == nil else { continue }
        do {
          try host.store(block, from: worker)
          run.uncommitted = true
        } catch {
          try fail(error, &coordinator, &host, &run)
        }
      case .commit: try commit(&coordinator, &host, &run)
      case .end: run.hasEnded = true
      case .abort(let reason): throw SweepAborted(description: reason)
      }
    }
  }

  private mutating func commit<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ host: inout Host, _ run: inout CoordinatorRun
  ) throws {
    if run.failure == nil {
      do { try host.commit() } catch { try fail(error, &coordinator, &host, &run) }
    }
    run.lastCommit = now
    run.uncommitted = false
    try step(&coordinator, .committed, &host, &run)
  }

  /// Remembers the first failure of the host and lets the workers come to an end.
  private mutating func fail<Host: SweepHost>(
    _ error: any Error, _ coordinator: inout Coordinator, _ host: inout Host,
    _ run: inout CoordinatorRun
  ) throws {
    if run.failure == nil { run.failure = error }
    try step(&coordinator, .stop(reason: "\(error)"), &host, &run)
  }

  private mutating func stepWorkers() throws -> Bool {
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
    for worker in workers.keys.sorted() { try step(worker, .tick(now: now)) }
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
    case .end:
      threads[worker]?.end()
      threads[worker] = nil
      workers[worker] = nil
    }
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
