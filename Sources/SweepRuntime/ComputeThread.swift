internal import Foundation

/// What compute threads tell the main thread of their process.
public enum ComputeEvent: Sendable {
  /// Points are done.
  case computed(ResultBlock)
  /// Points were dropped before they were started.
  case dropped(points: [Int32])
}

/// Where compute threads leave their events, and the main thread waits for them.
public final class Mailbox: Sendable {
  private let condition = SteadyCondition()
  // Guarded by `condition`.
  nonisolated(unsafe) private var events: [(worker: Int, event: ComputeEvent)] = []

  /// An empty mailbox.
  public init() {}

  func post(_ event: ComputeEvent, worker: Int) {
    condition.withLock {
      unsafe events.append((worker, event))
      condition.signal()
    }
  }

  func takeAll() -> [(worker: Int, event: ComputeEvent)] {
    condition.withLock {
      let taken = unsafe events
      unsafe events.removeAll()
      return taken
    }
  }

  /// Sleeps until something is posted or the time is over.
  func wait(seconds: Double) {
    condition.withLock {
      guard unsafe events.isEmpty else { return }
      condition.wait(seconds: seconds)
    }
  }
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
  private let condition = SteadyCondition()
  // Guarded by `condition`.
  nonisolated(unsafe) private var batches: [[Int32]] = []
  nonisolated(unsafe) private var shallDrop = false
  nonisolated(unsafe) private var shallEnd = false
  /// What of the batch at hand has not been begun.
  nonisolated(unsafe) private var notBegun: ArraySlice<Int32> = []
  /// What is done and not posted.
  nonisolated(unsafe) private var ready = ResultBlock()
  nonisolated(unsafe) private var readySince = ContinuousClock.now
  nonisolated(unsafe) private var atHand: (point: Int32, start: ContinuousClock.Instant)?
  nonisolated(unsafe) private var isAbandoned = false

  /// Starts a thread for a worker.
  ///
  /// `makeCompute` runs on the new thread, so that what it makes need not be shared.
  public init(
    worker: Int, mailbox: Mailbox, makeCompute: @escaping @Sendable () -> Compute
  ) {
    self.worker = worker
    self.mailbox = mailbox
    let thread = Thread { [self] in run(makeCompute()) }
    thread.name = "compute \(worker)"
    thread.stackSize = Self.stackBytes
    thread.start()
  }

  func enqueue(_ points: [Int32]) {
    condition.withLock {
      unsafe batches.append(points)
      condition.signal()
    }
  }

  /// Lets the thread drop what it has not started, which it reports.
  func dropQueued() {
    condition.withLock {
      unsafe shallDrop = true
      condition.signal()
    }
  }

  func end() {
    condition.withLock {
      unsafe shallEnd = true
      condition.signal()
    }
  }

  /// The point at hand and since when; nil between points.
  var pointAtHand: (point: Int32, seconds: Double)? {
    condition.withLock {
      guard let (point, start) = unsafe atHand else { return nil }
      return (point, (ContinuousClock.now - start) / .seconds(1))
    }
  }

  /// Results that wait for a long point, when they are old enough; nil where there are none.
  func takeOverdue() -> ResultBlock? {
    condition.withLock {
      guard unsafe !ready.points.isEmpty,
        unsafe ContinuousClock.now - readySince > .seconds(Self.reportSeconds)
      else { return nil }
      return takeReady()
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
  /// **Returns**: nil where it has gone on to another point meanwhile.
  func abandon(with point: Int32) -> Remainder? {
    condition.withLock {
      guard unsafe atHand?.point == point, unsafe !isAbandoned else { return nil }
      unsafe isAbandoned = true
      let batches = unsafe [Array(notBegun)] + batches
      return unsafe Remainder(
        done: takeReady(), batches: batches.filter { !$0.isEmpty }, shallDrop: shallDrop)
    }
  }

  /// Called under the lock.
  private func takeReady() -> ResultBlock {
    defer { unsafe ready = ResultBlock() }
    return unsafe ready
  }

  private enum Step {
    case compute([Int32])
    case drop([Int32])
    case end
  }

  private func nextStep() -> Step {
    condition.withLock {
      while true {
        if unsafe isAbandoned { return .end }
        if unsafe shallDrop {
          defer {
            unsafe shallDrop = false
            unsafe batches.removeAll()
          }
          return unsafe .drop(batches.flatMap { $0 })
        }
        if unsafe shallEnd { return .end }
        if unsafe !batches.isEmpty {
          return unsafe .compute(batches.removeFirst())
        }
        condition.wait()
      }
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
    let clock = ContinuousClock()
    var records: [UInt8] = []
    var begin = clock.now
    for (index, point) in points.enumerated() {
      guard start(point, at: begin, rest: points[(index + 1)...], mayDrop: index > 0) else {
        return
      }
      records.removeAll(keepingCapacity: true)
      let isOK = compute(Int(point), &records)
      let end = clock.now
      finish(point, records, isOK: isOK, from: begin, to: end, isLast: index + 1 == points.count)
      begin = end
    }
  }

  /// Notes the point at hand; false where it and the rest of the batch shall be dropped instead.
  private func start(
    _ point: Int32, at now: ContinuousClock.Instant, rest: ArraySlice<Int32>, mayDrop: Bool
  ) -> Bool {
    let dropped: ResultBlock? = condition.withLock {
      if unsafe isAbandoned { return ResultBlock() }
      if mayDrop, unsafe shallDrop {
        unsafe batches.insert([point] + rest, at: 0)
        return takeReady()
      }
      unsafe atHand = (point, now)
      unsafe notBegun = rest
      return nil
    }
    guard let dropped else { return true }
    if !dropped.points.isEmpty { mailbox.post(.computed(dropped), worker: worker) }
    return false
  }

  /// Keeps a point's record, and posts what there is when it is old or the batch ends.
  private func finish(
    _ point: Int32, _ records: [UInt8], isOK: Bool, from begin: ContinuousClock.Instant,
    to end: ContinuousClock.Instant, isLast: Bool
  ) {
    let due: ResultBlock? = condition.withLock {
      unsafe atHand = nil
      guard unsafe !isAbandoned else { return nil }
      if unsafe ready.points.isEmpty { unsafe readySince = begin }
      unsafe ready.points.append(point)
      unsafe ready.records += records
      unsafe ready.busySeconds += (end - begin) / .seconds(1)
      if !isOK { unsafe ready.notOK += 1 }
      let age = unsafe end - readySince
      guard isLast || age > .seconds(Self.reportSeconds) else { return nil }
      return takeReady()
    }
    if let due { mailbox.post(.computed(due), worker: worker) }
  }
}
