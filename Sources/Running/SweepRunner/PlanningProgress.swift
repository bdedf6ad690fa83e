internal import SweepRuntime

/// Says how far planning is, if it takes longer than a moment.
struct PlanningProgress: Sendable {
  private struct State {
    let start = ContinuousClock.now
    var nextShown: Double
    var hasDrawn = false
  }

  private let what: String
  private let isTerminal: Bool
  private let state: Guarded<State>

  /// - Parameter what: what is done, as words in front of the number of points.
  init(_ what: String) {
    self.what = what
    isTerminal = Surroundings.current.isWatched
    // Logs need no line of what takes seconds.
    state = Guarded(State(nextShown: isTerminal ? 1 : 10))
  }

  /// Shows how many points were looked at, of how many, unless that was said just now.
  func show(_ done: Int, of count: Int) {
    let line = state.withLock { state -> String? in
      let elapsed = (ContinuousClock.now - state.start) / .seconds(1)
      guard elapsed >= state.nextShown, count > 0 else { return nil }
      state.nextShown = elapsed + (isTerminal ? 0.2 : 10)
      state.hasDrawn = isTerminal
      return "\(what) \(Show.points(count)), \(100 * done / count) %"
    }
    guard let line else { return }
    if isTerminal {
      Surroundings.current.write("\r\u{1B}[K\(line)")
    } else {
      say(line)
    }
  }

  /// Clears the line, so that what follows starts on a clean one.
  func end() {
    let hasDrawn = state.withLock { state in
      defer { state.hasDrawn = false }
      return state.hasDrawn
    }
    if hasDrawn { Surroundings.current.write("\r\u{1B}[K") }
  }
}
