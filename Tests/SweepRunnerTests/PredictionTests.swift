import SweepRuntime
import Testing

@testable import SweepRunner

/// What people read of times and progress.
@Suite("Predictions and progress") struct PredictionTests {
  @Test(
    "Ranges have two digits, and a unit that fits",
    arguments: [
      (20.0, 60.0, "20 to 60 s"), (0, 0, "0 s"), (0.04, 0.04, "40 ms"), (8, 252, "8 s to 4.2 min"),
      (34, 1133, "34 s to 19 min"), (1.94, 24.3, "1.9 to 24 s"), (3e-9, 2e-6, "0 to 2 µs"),
      (40_000, 200_000, "11 h to 2.3 d"), (5_400, 6_000, "90 to 100 min"),
    ])
  func ranges(low: Double, high: Double, text: String) { #expect(Show.range(low, high) == text) }

  @Test("Searches take a third or three times as long, at most their limit") func searches() {
    let sure = PredictedTime(seconds: 10, searchSeconds: 0, searchSecondsAtMost: 0)
    #expect(0 < sure.low && sure.low < 10 && 10 < sure.high)
    let search = PredictedTime(seconds: 100, searchSeconds: 100, searchSecondsAtMost: 1_000)
    #expect(20 < search.low && search.low < 40 && search.high == 300)
    let limited = PredictedTime(seconds: 100, searchSeconds: 100, searchSecondsAtMost: 120)
    #expect(limited.low == search.low && limited.high == 120)
  }

  @Test("Durations without length are 0 s, and nothing is rounded past its unit") func durations() {
    #expect(Show.duration(0) == "0 s" && Show.duration(1e-9) == "0 s")
    #expect(Show.duration(59.94) == "59.9 s" && Show.duration(60) == "1 min 0 s")
    #expect(Show.duration(0.99996) == "1.0 s" && Show.duration(0.0123) == "12.3 ms")
    #expect(Show.wholeSeconds(0.2) == "less than 1 s" && Show.wholeSeconds(12.7) == "12 s")
  }

  private func progress(
    stored: Int, total: Int, work: Double, atHand: Double = 0, notOK: Int = 0, elapsed: Double
  ) -> SweepProgress {
    var progress = SweepProgress()
    progress.stored = stored
    progress.total = total
    progress.workShare = work
    progress.shareAtHand = atHand
    progress.notOK = notOK
    progress.elapsed = elapsed
    return progress
  }

  @Test("Progress counts work at hand, time, failures, and what earlier runs did") func lines() {
    let first = ProgressLine.line(
      progress(stored: 0, total: 24, work: 0, atHand: 0.125, elapsed: 130), after: .init())
    #expect(first == "0 of 24 points, 12 % of the work, 2 min 10 s so far")
    let later = ProgressLine.line(
      progress(stored: 12, total: 24, work: 0.5, notOK: 1, elapsed: 30), after: .init())
    #expect(
      later == "12 of 24 points, 50 % of the work, 1 not ok, 30 s so far, about 30 s left")
    let resumed = ProgressLine.line(
      progress(stored: 2, total: 4, work: 0.5, elapsed: 30),
      after: .init(points: 20, workShare: 0.5))
    #expect(resumed == "22 of 24 points, 75 % of the work, 30 s so far, about 30 s left")
  }
}
