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
    /// The compute thread was left alone with a point.
    case replaced(point: Int32, seconds: Double)
    /// Time has passed, in seconds on a steady clock; so long has the point at hand been computed.
    case tick(now: Double, atHand: (point: Int32, seconds: Double)? = nil)
  }

  /// What the driver must now do.
  public enum Action: Sendable, Equatable {
    /// Send to the coordinator.
    case send(WorkerMessage)
    /// Give points to the compute thread.
    case compute(points: [Int32])
    /// Let the compute thread drop what it has not started.
    case dropQueued
    /// Leave the compute thread alone with its point, if it still has it, and go on with a new one.
    case replaceThread(point: Int32, seconds: Double)
    /// End the compute thread and the worker; not orderly where a rank was lost.
    case end(isOrderly: Bool)
  }

  /// Silence is broken by a heartbeat after so many seconds.
  public static let heartbeatSeconds = 1.0

  /// The seconds after which a point that does not look at its time limit is left alone.
  ///
  /// A limit is looked at about once a second, so these are much more than are needed.
  public static func patience(pointTimeout: Double) -> Double {
    pointTimeout + min(max(2, pointTimeout), 60)
  }

  private var lastSaid = -Double.infinity
  private var now = 0.0
  private let pointTimeout: Double?

  /// A worker that has not said anything yet, with the time limit of a point in seconds.
  public init(pointTimeout: Double? = nil) { self.pointTimeout = pointTimeout }

  /// Takes an event in and gives the actions that follow from it.
  public mutating func handle(_ event: Event) -> [Action] {
    switch event {
    case .start(let planHash, let host): return say(.ready(planHash: planHash, host: host))
    case .message(.assign(let points)): return [.compute(points: points)]
    case .message(.drain): return [.dropQueued]
    case .message(.finish): return [.end(isOrderly: true)]
    case .message(.leave): return [.end(isOrderly: false)]
    case .message(.ping): return []
    case .computed(let block): return say(.results(block))
    case .dropped(let points): return say(.dropped(points: points))
    case .replaced(let point, let seconds):
      return say(.unyielding(point: point, seconds: seconds))
    case .tick(let now, let atHand):
      self.now = now
      if let pointTimeout, let atHand, atHand.seconds > Self.patience(pointTimeout: pointTimeout) {
        return [.replaceThread(point: atHand.point, seconds: atHand.seconds)]
      }
      return now - lastSaid >= Self.heartbeatSeconds ? say(.heartbeat) : []
    }
  }

  private mutating func say(_ message: WorkerMessage) -> [Action] {
    lastSaid = now
    return [.send(message)]
  }
}
