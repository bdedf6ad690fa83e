internal import Glibc
internal import Synchronization

/// The time that a process ran, made from readings of a clock that nobody sets.
///
/// A process that is stopped, frozen or put to sleep with its machine reads no clock meanwhile, so a long
/// step between two readings does not count as its time. A value: readings go in.
struct RunningTime: Sendable {
  /// What a step counts at most, in seconds.
  let longestStep: Double
  private var last: Double?
  private var total = 0.0

  init(longestStep: Double) { self.longestStep = longestStep }

  /// The seconds since the first reading, with another one; one that is earlier than the last counts 0.
  mutating func read(at now: Double) -> Double {
    total += min(max(now - (last ?? now), 0), longestStep)
    last = max(now, last ?? now)
    return total
  }
}

/// A clock that stands still while the process is stopped.
///
/// Somebody has to look at it more often than `longestStep`: the main loop of a run does, a thousand
/// times a second. Where nobody does, because the process writes a large file or computes a large product,
/// it runs slow, which only makes limits longer.
public final class RunningClock: Sendable {
  private let time: Mutex<RunningTime>
  private let source: @Sendable () -> Double

  /// Starts a clock.
  ///
  /// - Parameters:
  ///   - longestStep: the seconds between two looks from which on the process is taken to have been
  ///     stopped; infinity for a clock that never stands still.
  ///   - source: another clock, in seconds.
  public init(
    longestStep: Double = 0.1, source: @escaping @Sendable () -> Double = RunningClock.monotonic
  ) {
    time = Mutex(RunningTime(longestStep: longestStep))
    self.source = source
    _ = seconds
  }

  /// The seconds since the start of the clock that the process ran.
  public var seconds: Double { time.withLock { $0.read(at: source()) } }

  /// The machine's clock that nobody sets, in seconds.
  ///
  /// **Source**: `clock_gettime(CLOCK_MONOTONIC)`.
  public static let monotonic: @Sendable () -> Double = {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
