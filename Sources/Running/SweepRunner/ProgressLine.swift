internal import Foundation
internal import SweepRuntime

/// Shows how far a sweep is: one line that redraws on a terminal, elsewhere a line now and then.
struct ProgressLine {
  /// What earlier runs did of the points that were asked for.
  struct Before {
    var points = 0
    /// Their share of the predicted work of all points, 0 … 1.
    var workShare = 0.0
  }

  private let before: Before
  private let isTerminal: Bool
  private let isQuiet: Bool
  private var nextShown = 1.0
  private var interval: Double
  private var hasDrawn = false

  init(quiet: Bool, after before: Before = Before()) {
    self.before = before
    isTerminal = Surroundings.current.isWatched
    isQuiet = quiet
    interval = isTerminal ? 0.2 : 10
    nextShown = isTerminal ? 0.2 : 10
  }

  mutating func show(_ progress: SweepProgress) {
    guard !isQuiet, progress.elapsed >= nextShown else { return }
    // Logs of long runs stay short: the pauses grow with the run.
    if !isTerminal { interval = min(600, max(interval, progress.elapsed / 10)) }
    nextShown = progress.elapsed + interval
    let line = Self.line(progress, after: before)
    if isTerminal {
      Surroundings.current.write("\r\u{1B}[K\(line)")
      hasDrawn = true
    } else {
      say(line)
    }
  }

  /// Clears the line, so that what follows starts on a clean one.
  mutating func end() {
    guard hasDrawn else { return }
    Surroundings.current.write("\r\u{1B}[K")
    hasDrawn = false
  }

  /// - Parameters:
  ///   - progress: how far this run is.
  ///   - before: what earlier runs did.
  static func line(_ progress: SweepProgress, after before: Before) -> String {
    let own = min(1, progress.workShare + progress.shareAtHand)
    let share = before.workShare + (1 - before.workShare) * own
    var line =
      "\(Show.count(before.points + progress.stored)) of "
      + "\(Show.points(before.points + progress.total)), "
      + "\(Int((100 * share).rounded(.down))) % of the work"
    if progress.notOK > 0 { line += ", \(Show.count(progress.notOK)) not ok" }
    line += ", \(Show.wholeSeconds(progress.elapsed)) so far"
    // Of points at hand only the time is known, so they say little of the speed.
    let known = progress.workShare > 0.01 ? progress.workShare : 0
    if known > 0, own < 1 {
      let left = progress.elapsed * (1 - own) / own
      line += ", \(left < 1 ? "" : "about ")\(Show.wholeSeconds(left)) left"
    }
    return line
  }
}
