/// A worker's side of a sweep: it feeds one compute thread and reports what it did.
///
/// A value like `Coordinator`: events go in, actions come out.
public struct Worker: Sendable {
  /// What can happen.
  public enum Event: Sendable {
    /// The worker has derived the plan.
    case start(planHash: [UInt8], host: String)
    /// The coordinator said something.
    case message(CoordinatorMessage)
    /// The compute thread has results.
    case computed(ResultBlock)
    /// The compute thread dropped points that it had not started.
    case dropped(points: [Int32])
    /// Time has passed, in seconds on a steady clock.
    case tick(now: Double)
  }

  /// What the driver must now do.
  public enum Action: Sendable, Equatable {
    /// Send to the coordinator.
    case send(WorkerMessage)
    /// Give points to the compute thread.
    case compute(points: [Int32])
    /// Let the compute thread drop what it has not started.
    case dropQueued
    /// End the compute thread and the worker.
    case end
  }

  /// Silence is broken by a heartbeat after so many seconds.
  public static let heartbeatSeconds = 1.0

  private var lastSaid = -Double.infinity
  private var now = 0.0

  /// A worker that has not said anything yet.
  public init() {}

  /// Takes an event in and gives the actions that follow from it.
  public mutating func handle(_ event: Event) -> [Action] {
    switch event {
    case .start(let planHash, let host): return say(.ready(planHash: planHash, host: host))
    case .message(.assign(let points)): return [.compute(points: points)]
    case .message(.drain): return [.dropQueued]
    case .message(.finish): return [.end]
    case .computed(let block): return say(.results(block))
    case .dropped(let points): return say(.dropped(points: points))
    case .tick(let now):
      self.now = now
      return now - lastSaid >= Self.heartbeatSeconds ? say(.heartbeat) : []
    }
  }

  private mutating func say(_ message: WorkerMessage) -> [Action] {
    lastSaid = now
    return [.send(message)]
  }
}
