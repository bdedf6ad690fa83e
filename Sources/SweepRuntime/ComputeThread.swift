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
  private let condition = NSCondition()
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
      _ = condition.wait(until: Date(timeIntervalSinceNow: seconds))
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
  private let condition = NSCondition()
  // Guarded by `condition`.
  nonisolated(unsafe) private var batches: [[Int32]] = []
  nonisolated(unsafe) private var shallDrop = false
  nonisolated(unsafe) private var shallEnd = false

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

  private enum Step {
    case compute([Int32])
    case drop([Int32])
    case end
  }

  private func nextStep() -> Step {
    condition.withLock {
      while true {
        if unsafe shallDrop {
          defer {
            unsafe shallDrop = false
            unsafe batches.removeAll()
          }
          return unsafe .drop(batches.flatMap { $0 })
        }
        if unsafe shallEnd { return .end }
        if unsafe !batches.isEmpty { return unsafe .compute(batches.removeFirst()) }
        condition.wait()
      }
    }
  }

  private var mustDrop: Bool { condition.withLock { unsafe shallDrop } }

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
    var block = ResultBlock()
    let clock = ContinuousClock()
    var reported = clock.now
    for (index, point) in points.enumerated() {
      if index > 0, index.isMultiple(of: 64) || clock.now - reported > .milliseconds(1), mustDrop {
        condition.withLock { unsafe batches.insert(Array(points[index...]), at: 0) }
        break
      }
      if !compute(Int(point), &block.records) { block.notOK += 1 }
      block.points.append(point)
      let now = clock.now
      if now - reported > .seconds(Self.reportSeconds), index + 1 < points.count {
        block.busySeconds = (now - reported) / .seconds(1)
        mailbox.post(.computed(block), worker: worker)
        block = ResultBlock()
        reported = clock.now
      }
    }
    guard !block.points.isEmpty else { return }
    block.busySeconds = (clock.now - reported) / .seconds(1)
    mailbox.post(.computed(block), worker: worker)
  }
}
