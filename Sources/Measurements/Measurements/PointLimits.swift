internal import MemoryBudgets
public import Processes

/// What a point may take.
public struct PointLimits: Sendable {
  /// Seconds; nil without a limit.
  public var seconds: Double?
  /// Bytes that a worker may need, as predicted and as seen.
  public var workerBytes = Double.infinity
  /// The workers of this process, which share its memory.
  public var workersInProcess = 1
  /// What tells how long a point takes.
  public var clock = RunningClock(longestStep: .infinity)

  /// No limits.
  public init() {}
}

/// Ends a point that takes too long or too much memory.
///
/// The numerics ask between products of matrices; most of these questions cost one look at the clock.
final class PointWatch {
  private let limits: PointLimits
  private let start: Double
  private var nextMemory: Double
  private let startBytes: Double

  /// Memory is looked at so often, in seconds.
  private static let memoryInterval = 0.02
  /// Memory that a point cannot be blamed for: what others left behind.
  private static let slackBytes = 0x1p25

  init(_ limits: PointLimits, startBytes: Double) {
    self.limits = limits
    self.startBytes = startBytes
    start = limits.clock.seconds
    nextMemory = start + Self.memoryInterval
  }

  /// **Throws**: `TimeExceeded` or `MemoryExceeded`.
  func check() throws {
    let now = limits.clock.seconds
    if let seconds = limits.seconds, now - start > seconds {
      throw TimeExceeded(seconds)
    }
    guard now >= nextMemory else { return }
    nextMemory = now + Self.memoryInterval
    let limit = limits.workerBytes * Double(limits.workersInProcess)
    guard limit.isFinite else { return }
    let bytes = residentMemoryBytes()
    guard bytes > limit, bytes > startBytes + Self.slackBytes else { return }
    throw MemoryExceeded(uses: bytes, limit)
  }
}

/// A point took longer than the user allows.
struct TimeExceeded: Error, CustomStringConvertible {
  let description: String

  init(_ seconds: Double) {
    description = "took longer than the \(seconds) s of --point-timeout"
  }
}

/// A point needs more memory than a worker may use.
struct MemoryExceeded: Error, CustomStringConvertible {
  let description: String

  init(needs bytes: Double, _ limit: Double) {
    description =
      "needs about \(mebibytes(bytes)), expected at most \(mebibytes(limit)), the worker's share of "
      + "the node's memory or --memory-limit"
  }

  init(_ refused: MemoryRefused) {
    description =
      "asks for buffers of \(mebibytes(Double(refused.byteCount))) besides "
      + "\(mebibytes(Double(refused.takenByteCount))), expected at most "
      + "\(mebibytes(Double(refused.limit))) together, the worker's share of the node's memory or "
      + "--memory-limit"
  }

  init(uses bytes: Double, _ limit: Double) {
    description =
      "the process came to \(mebibytes(bytes)), expected at most \(mebibytes(limit)), its share of "
      + "the node's memory or --memory-limit"
  }
}

private func mebibytes(_ bytes: Double) -> String {
  "\((bytes / 0x1p20 * 10).rounded() / 10) MiB"
}
