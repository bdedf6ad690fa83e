import Foundation
import SweepRuntime

/// Shows how far a sweep is: one line that redraws on a terminal, elsewhere a line now and then.
struct ProgressLine {
  private let isTerminal: Bool
  private let isQuiet: Bool
  private var nextShown = 1.0
  private var interval: Double
  private var hasDrawn = false

  init(quiet: Bool) {
    isTerminal = isatty(STDERR_FILENO) == 1
    isQuiet = quiet
    interval = isTerminal ? 0.2 : 10
    nextShown = isTerminal ? 0.2 : 10
  }

  mutating func show(_ progress: SweepProgress) {
    guard !isQuiet, progress.elapsed >= nextShown else { return }
    // Logs of long runs stay short: the pauses grow with the run.
    if !isTerminal { interval = min(600, max(interval, progress.elapsed / 10)) }
    nextShown = progress.elapsed + interval
    let line = Self.line(progress)
    if isTerminal {
      standardErrorText("\r\u{1B}[K\(line)")
      hasDrawn = true
    } else {
      standardError(line)
    }
  }

  /// Clears the line, so that what follows starts on a clean one.
  mutating func end() {
    guard hasDrawn else { return }
    standardErrorText("\r\u{1B}[K")
    hasDrawn = false
  }

  static func line(_ progress: SweepProgress) -> String {
    let percent = Int((100 * progress.workShare).rounded(.down))
    var line =
      "\(Show.count(progress.stored)) of \(Show.points(progress.total)), "
      + "\(percent) % of the work"
    if progress.notOK > 0 { line += ", \(Show.count(progress.notOK)) not ok" }
    if progress.workShare > 0.01 {
      let left = progress.elapsed * (1 / progress.workShare - 1)
      line += ", \(Show.duration(left)) left"
    }
    return line
  }
}
