public import Processes

/// What compute threads tell the main thread of their process.
public enum ComputeEvent: Sendable {
  /// Points are done.
  case computed(ResultBlock)
  /// Points were dropped before they were started.
  case dropped(points: [Int32])
}

/// Where compute threads leave their events, and the main thread waits for them.
public final class Mailbox: Sendable {
  private let events = Guarded<[(worker: Int, event: ComputeEvent)]>([])

  /// An empty mailbox.
  public init() {}

  func post(_ event: ComputeEvent, worker: Int) { events.change { $0.append((worker, event)) } }

  func takeAll() -> [(worker: Int, event: ComputeEvent)] {
    events.withLock { events in
      defer { events.removeAll() }
      return events
    }
  }

  /// Sleeps until something is posted or the time is over.
  func wait(seconds: Double) { events.wait(seconds: seconds) { !$0.isEmpty } }
}

/// Computes one point at a time on a thread of its own.
public final class ComputeThread: Sendable {
  /// Computes a point, appends its record and says whether its status is ok.
  public typealias Compute = (_ point: Int, _ records: inout [UInt8]) -> Bool

  /// Results are posted when they are this old, in seconds, or when a batch ends.
  public static let reportSeconds = 0.1
  /// The stack of a compute thread; numerical libraries use more than a thread's default.
  public static let stackBytes = 64 << 20

  private let worker: Int
  private let mailbox: Mailbox
  private let clock: RunningClock
  private let state = Guarded(State())

  private struct State {
    var batches: [[Int32]] = []
    var shallDrop = false
    var shallEnd = false
    /// What of the present batch has not been begun.
    var notBegun: ArraySlice<Int32> = []
    /// What is done and not posted.
    var ready = ResultBlock()
    var readySince = 0.0
    /// The point that is computed; nil between points.
    var current: (point: Int32, start: Double)?
    var isAbandoned = false

    mutating func takeReady() -> ResultBlock {
      defer { ready = ResultBlock() }
      return ready
    }
  }

  /// Starts a thread for a worker.
  ///
  /// `makeCompute` runs on the new thread, so that what it makes need not be shared.
  ///
  /// **Throws**: `ThreadFailure`.
  public init(
    worker: Int, mailbox: Mailbox, clock: RunningClock,
    makeCompute: @escaping @Sendable () -> Compute
  ) throws(ThreadFailure) {
    self.worker = worker
    self.mailbox = mailbox
    self.clock = clock
    try NativeThread.start("compute \(worker)", stackBytes: Self.stackBytes) { [self] in
      run(makeCompute())
    }
  }

  func enqueue(_ points: [Int32]) { state.change { $0.batches.append(points) } }

  /// Lets the thread drop what it has not started, which it reports.
  func dropQueued() { state.change { $0.shallDrop = true } }

  func end() { state.change { $0.shallEnd = true } }

  /// The point that is computed and since when; nil between points.
  var pointAtHand: (point: Int32, seconds: Double)? {
    guard let (point, start) = state.withLock({ $0.current }) else { return nil }
    return (point, clock.seconds - start)
  }

  /// Results that wait for a long point, if they are old enough; nil if there are none.
  func takeOverdue() -> ResultBlock? {
    state.withLock { state in
      guard !state.ready.points.isEmpty, clock.seconds - state.readySince > Self.reportSeconds
      else { return nil }
      return state.takeReady()
    }
  }

  /// What a thread had to do that was left alone.
  struct Remainder {
    /// What it had done.
    var done: ResultBlock
    /// What it had not begun.
    var batches: [[Int32]]
    /// Whether it was to drop that.
    var shallDrop: Bool
  }

  /// Leaves the thread alone with a point: it posts nothing more and ends when that point does.
  ///
  /// **Returns**: nil if it has begun another point meanwhile.
  func abandon(with point: Int32) -> Remainder? {
    state.withLock { state in
      guard state.current?.point == point, !state.isAbandoned else { return nil }
      state.isAbandoned = true
      let batches = [Array(state.notBegun)] + state.batches
      return Remainder(
        done: state.takeReady(), batches: batches.filter { !$0.isEmpty },
        shallDrop: state.shallDrop)
    }
  }

  private enum Step {
    case compute([Int32])
    case drop([Int32])
    case end
  }

  private func nextStep() -> Step {
    state.wait { state in
      if state.isAbandoned { return .end }
      if state.shallDrop {
        defer {
          state.shallDrop = false
          state.batches.removeAll()
        }
        return .drop(state.batches.flatMap { $0 })
      }
      if state.shallEnd { return .end }
      return state.batches.isEmpty ? nil : .compute(state.batches.removeFirst())
    }
  }

  private func run(_ compute: Compute) {
    while true {
      switch nextStep() {
      case .compute(let points): run(compute, points)
      case .drop(let points): mailbox.post(.dropped(points: points), worker: worker)
      case .end: return
      }
    }
  }

  private func run(_ compute: Compute, _ points: [Int32]) {
    var records: [UInt8] = []
    var begin = clock.seconds
    for (index, point) in points.enumerated() {
      guard start(point, at: begin, rest: points[(index + 1)...], mayDrop: index > 0) else {
        return
      }
      records.removeAll(keepingCapacity: true)
      let isOK = compute(Int(point), &records)
      let end = clock.seconds
      finish(point, records, isOK: isOK, from: begin, to: end, isLast: index + 1 == points.count)
      begin = end
    }
  }

  /// Notes the point that is begun; false if it and the rest of the batch shall be dropped instead.
  private func start(
    _ point: Int32, at now: Double, rest: ArraySlice<Int32>, mayDrop: Bool
  ) -> Bool {
    let dropped: ResultBlock? = state.withLock { state in
      if state.isAbandoned { return ResultBlock() }
      if mayDrop, state.shallDrop {
        state.batches.insert([point] + rest, at: 0)
        return state.takeReady()
      }
      state.current = (point, now)
      state.notBegun = rest
      return nil
    }
    guard let dropped else { return true }
    if !dropped.points.isEmpty { mailbox.post(.computed(dropped), worker: worker) }
    return false
  }

  /// Keeps a point's record, and posts what there is when it is old or the batch ends.
  private func finish(
    _ point: Int32, _ records: [UInt8], isOK: Bool, from begin: Double,
    to end: Double, isLast: Bool
  ) {
    let due: ResultBlock? = state.withLock { state in
      state.current = nil
      guard !state.isAbandoned else { return nil }
      if state.ready.points.isEmpty { state.readySince = begin }
      state.ready.points.append(point)
      state.ready.records += records
      state.ready.busySeconds += end - begin
      if !isOK { state.ready.notOK += 1 }
      guard isLast || end - state.readySince > Self.reportSeconds else { return nil }
      return state.takeReady()
    }
    if let due { mailbox.post(.computed(due), worker: worker) }
  }
}
