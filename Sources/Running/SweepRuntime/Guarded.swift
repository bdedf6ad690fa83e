/// A state that threads share, and the lock without which nobody gets at it.
///
/// Threads can wait until the state is what they need.
public final class Guarded<State>: Sendable {
  private let condition = SteadyCondition()
  // Only `withLock` and `wait` touch it, under the lock.
  nonisolated(unsafe) private var state: State

  /// A box with a state that nobody else has.
  public init(_ state: sending State) { unsafe self.state = state }

  /// Uses the state while no other thread can.
  public func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    try condition.withLock { try unsafe body(&state) }
  }

  /// Uses the state, and wakes threads that wait.
  public func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    try condition.withLock {
      defer { condition.broadcast() }
      return try unsafe body(&state)
    }
  }

  /// Waits until the state has what is wanted.
  ///
  /// - Parameter body: takes it, or returns nil to be asked again after the next change.
  public func wait<Result>(for body: (inout State) -> Result?) -> Result {
    condition.withLock {
      while true {
        if let result = unsafe body(&state) { return result }
        condition.wait()
      }
    }
  }

  /// Waits for a change for at most so many seconds, if the state has nothing yet.
  public func wait(seconds: Double, unless body: (State) -> Bool) {
    condition.withLock {
      guard unsafe !body(state) else { return }
      condition.wait(seconds: seconds)
    }
  }
}
