/// What the main loop of the coordinator's process remembers.
private struct CoordinatorRun {
  var hasEnded = false
  var firstAssign: Double?
  var lastResult = 0.0
  var lastCommit = 0.0
  var uncommitted = false
  var failure: (any Error)?
  /// When what is at hand is not waited for any longer.
  var leaveAt = Double.infinity
  var request: StopRequest?
  /// When each worker was last heard of.
  var heard: [Double]
  /// When each worker began with what it has at hand.
  var began: [Double?]
  /// When each worker's end was first noticed.
  var goneSince: [Double?]
  var nextWatch = 0.0
  var nextPing = 0.0
}

extension Driver {
  /// Results are committed at least this often, in seconds.
  private static var commitSeconds: Double { 0.5 }
  /// Workers hear of the coordinator at least this often, in seconds.
  private static var pingSeconds: Double { 30 }
  /// Messages that a process left behind are taken first, in seconds.
  private static var lastWordsSeconds: Double { 0.5 }

  /// Runs the coordinator, and the local workers beside it, to the end of the sweep.
  ///
  /// What the host throws ends the sweep in order, like a stop, and stands in the summary.
  ///
  /// **Throws**: `SweepAborted`, and what the transport throws; workers may then still run.
  public mutating func run<Host: SweepHost>(
    _ coordinator: inout Coordinator, host: inout Host
  ) throws -> SweepSummary {
    let count = coordinator.workerCount
    var run = CoordinatorRun(
      heard: [Double](repeating: now, count: count),
      began: [Double?](repeating: nil, count: count),
      goneSince: [Double?](repeating: nil, count: count))
    var backoff = Backoff()
    var nextTick = now
    // Before the first points are handed out.
    if let seconds = host.secondsLeft {
      try step(&coordinator, .timeLeft(seconds: seconds), &host, &run)
    }
    while !workers.isEmpty || !run.hasEnded {
      var progressed = try stepWorkers()
      while let (message, worker) = try transport.receiveForCoordinator() {
        progressed = true
        run.heard[worker] = now
        if case .results = message {
          run.lastResult = now
          run.began[worker] = now
        }
        try step(&coordinator, .message(message, from: worker), &host, &run)
      }
      if now >= nextTick {
        try tick(&coordinator, &host, &run)
        nextTick = now + 0.05
      }
      if progressed { backoff.reset() } else { mailbox.wait(seconds: backoff.next()) }
    }
    // What lies in the way of a lost rank may never arrive.
    if coordinator.lostWorkers.isEmpty {
      try transport.flush()
    } else {
      try flushBriefly()
    }
    var summary = SweepSummary()
    summary.stored = coordinator.storedCount
    summary.notOK = coordinator.notOKCount
    summary.stopReason = coordinator.stopReason
    summary.spanSeconds = max(0, run.lastResult - (run.firstAssign ?? run.lastResult))
    summary.busySeconds = coordinator.busySeconds
    summary.messages = coordinator.messageCount
    summary.lostWorkers = coordinator.lostWorkers
    summary.leavesThreads = leavesThreads
    summary.failure = run.failure
    return summary
  }

  /// Lets the last messages get away without waiting for those that never will.
  private mutating func flushBriefly() throws {
    let end = now + Self.lastWordsSeconds
    while now < end {
      _ = try transport.receiveForCoordinator()
      mailbox.wait(seconds: 1e-3)
    }
  }

  private mutating func tick<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ host: inout Host, _ run: inout CoordinatorRun
  ) throws {
    if run.uncommitted, now - run.lastCommit >= Self.commitSeconds {
      try commit(&coordinator, &host, &run)
    }
    if !run.hasEnded { try watchWorkers(&coordinator, &host, &run) }
    if let seconds = host.secondsLeft {
      try step(&coordinator, .timeLeft(seconds: seconds), &host, &run)
    }
    var progress = SweepProgress()
    progress.stored = coordinator.storedCount
    progress.total = coordinator.totalCount
    progress.notOK = coordinator.notOKCount
    progress.workShare =
      coordinator.totalSeconds > 0
      ? min(1, coordinator.storedSeconds / coordinator.totalSeconds) : 1
    progress.shareAtHand = shareAtHand(coordinator, run)
    progress.elapsed = now - (run.firstAssign ?? now)
    do {
      if let request = try host.tick(progress), request != run.request {
        run.request = request
        if let patience = request.patience { run.leaveAt = min(run.leaveAt, now + patience) }
        try step(&coordinator, .stop(reason: request.reason), &host, &run)
      }
    } catch {
      try fail(error, &coordinator, &host, &run)
    }
    if now >= run.leaveAt {
      run.leaveAt = .infinity
      try step(&coordinator, .leave, &host, &run)
    }
  }

  /// The share of the predicted work that workers have done of what they have at hand, as the time tells
  /// that passed; never all of it, since it is not done.
  private func shareAtHand(_ coordinator: Coordinator, _ run: CoordinatorRun) -> Double {
    guard coordinator.totalSeconds > 0 else { return 0 }
    let seconds = (0..<coordinator.workerCount).reduce(0.0) { sum, worker in
      guard let began = run.began[worker] else { return sum }
      return sum + min(now - began, 0.9 * coordinator.secondsAtHand(of: worker))
    }
    return seconds / coordinator.totalSeconds
  }

  /// Looks now and then whether workers of other processes still run, and says that this one does.
  private mutating func watchWorkers<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ host: inout Host, _ run: inout CoordinatorRun
  ) throws {
    guard now >= run.nextWatch else { return }
    run.nextWatch = now + 0.25
    let localWorkers = Set(transport.localWorkers)
    let remote = (0..<coordinator.workerCount).filter { worker in
      !coordinator.workers[worker].isLost && !localWorkers.contains(worker)
    }
    let pings = now >= run.nextPing
    if pings { run.nextPing = now + Self.pingSeconds }
    for worker in remote {
      if run.goneSince[worker] == nil, watch.isGone(worker) { run.goneSince[worker] = now }
      let isGone = run.goneSince[worker].map { now - $0 >= Self.lastWordsSeconds } ?? false
      let isSilent = now - run.heard[worker] > watch.workerSilence
      if isGone || isSilent && !watch.isAlive(worker) {
        try step(&coordinator, .lost(worker: worker), &host, &run)
      } else if pings {
        try send(.ping, to: worker)
      }
    }
  }

  private mutating func send(_ message: CoordinatorMessage, to worker: Int) throws {
    do {
      try transport.send(message, to: worker)
    } catch {
      // The end of a process shows up here first; the watch will say so.
      guard watch.isGone(worker) else { throw error }
    }
  }

  private mutating func step<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ event: Coordinator.Event, _ host: inout Host,
    _ run: inout CoordinatorRun
  ) throws {
    for action in coordinator.handle(event) {
      switch action {
      case .send(let message, let worker):
        if case .assign = message {
          if run.firstAssign == nil { run.firstAssign = now }
          if run.began[worker] == nil { run.began[worker] = now }
        }
        try send(message, to: worker)
      case .store(let block, let worker):
        run.uncommitted = true
        try attempt(&coordinator, &host, &run) { host throws in try host.store(block, from: worker)
        }
      case .giveUp(let point, let reason):
        run.uncommitted = true
        run.lastResult = now
        try attempt(&coordinator, &host, &run) { host throws in try host.giveUp(point, reason) }
      case .note(let flight):
        try attempt(&coordinator, &host, &run) { host throws in try host.note(flight) }
      case .commit: try commit(&coordinator, &host, &run)
      case .end: run.hasEnded = true
      case .abort(let reason): throw SweepAborted(description: reason)
      }
    }
  }

  private mutating func commit<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ host: inout Host, _ run: inout CoordinatorRun
  ) throws {
    try attempt(&coordinator, &host, &run) { host throws in try host.commit() }
    run.lastCommit = now
    run.uncommitted = false
    try step(&coordinator, .committed, &host, &run)
  }

  /// Lets the host do something, unless it failed before.
  private mutating func attempt<Host: SweepHost>(
    _ coordinator: inout Coordinator, _ host: inout Host, _ run: inout CoordinatorRun,
    _ body: (inout Host) throws -> Void
  ) throws {
    guard run.failure == nil else { return }
    do { try body(&host) } catch { try fail(error, &coordinator, &host, &run) }
  }

  /// Remembers the first failure of the host and lets the workers come to an end.
  private mutating func fail<Host: SweepHost>(
    _ error: any Error, _ coordinator: inout Coordinator, _ host: inout Host,
    _ run: inout CoordinatorRun
  ) throws {
    if run.failure == nil { run.failure = error }
    try step(&coordinator, .stop(reason: "\(error)"), &host, &run)
  }
}
