internal import Glibc
internal import MemoryBudgets
internal import Processes

/// Mishaps on demand, so that tests can see what becomes of a sweep: never set in real runs.
///
/// **Text**: entries `POINT=KIND[:SECONDS][@RANK]` with commas; POINT is an index or `*` for all, and
/// RANK leaves other ranks alone.
public struct Faults: Sendable {
  private enum Kind: String {
    /// Throws an error.
    case `throw`
    /// Makes a statistic that is no number.
    case nan
    /// Takes its time, but looks at its limits.
    case slow
    /// Takes its time in every epoch of a training.
    case epoch
    /// Never ends, and looks at nothing.
    case hang
    /// Takes memory until it is stopped.
    case allocate
    /// Asks for larger buffers than any machine has.
    case demand
    /// Kills the process.
    case kill
  }

  private struct Entry {
    var point: Int?
    var kind: Kind
    var seconds: Double
    var rank: Int?
  }

  private let entries: [Entry]

  /// No mishaps.
  public init() { entries = [] }

  /// Reads a text; nil where it does not say what shall happen.
  public init?(_ text: String) {
    var entries: [Entry] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=")
      guard sides.count == 2, sides[0] == "*" || Int(sides[0]) != nil else { return nil }
      let target = sides[1].split(separator: "@")
      let what = target[0].split(separator: ":")
      guard let kind = Kind(rawValue: String(what[0])), target.count <= 2, what.count <= 2 else {
        return nil
      }
      let seconds = what.count == 2 ? Double(what[1]) : 3_600
      let rank = target.count == 2 ? Int(target[1]) : nil
      guard let seconds, target.count == 1 || rank != nil else { return nil }
      entries.append(Entry(point: Int(sides[0]), kind: kind, seconds: seconds, rank: rank))
    }
    self.entries = entries
  }

  /// Lets happen what shall happen to a point; whether a statistic of it becomes NaN.
  func strike(
    _ point: Int, rank: Int, _ clock: RunningClock, shouldStop: () throws -> Void
  ) throws -> Bool {
    var isSpoiled = false
    for entry in entries where entry.point ?? point == point && entry.rank ?? rank == rank {
      switch entry.kind {
      case .throw: throw InjectedFault(description: "was made to fail")
      case .nan: isSpoiled = true
      case .slow: try Self.wait(entry.seconds, clock, shouldStop: shouldStop)
      case .epoch: break
      case .hang: while true { usleep(100_000) }
      case .demand: _ = try MemoryShare(byteCount: 1 << 60)
      case .allocate: try Self.allocate(shouldStop: shouldStop)
      case .kill: _ = Glibc.kill(getpid(), SIGKILL)
      }
    }
    return isSpoiled
  }

  /// Lets happen what shall happen in each epoch of a point's trainings.
  func strikeEpoch(
    of point: Int, rank: Int, _ clock: RunningClock, shouldStop: () throws -> Void
  ) throws {
    for entry in entries
    where entry.kind == .epoch && entry.point ?? point == point && entry.rank ?? rank == rank {
      try Self.wait(entry.seconds, clock, shouldStop: shouldStop)
    }
  }

  private static func wait(
    _ seconds: Double, _ clock: RunningClock, shouldStop: () throws -> Void
  ) throws {
    let end = clock.seconds + seconds
    while clock.seconds < end {
      try shouldStop()
      usleep(1_000)
    }
  }

  /// Takes memory in pieces of 16 MiB, at most 16 GiB.
  private static func allocate(shouldStop: () throws -> Void) throws {
    var pieces: [[UInt8]] = []
    for piece in 0..<1_024 {
      pieces.append([UInt8](repeating: UInt8(truncatingIfNeeded: piece + 1), count: 1 << 24))
      usleep(5_000)
      try shouldStop()
    }
  }
}

/// A fault that a test asked for.
struct InjectedFault: Error, CustomStringConvertible {
  let description: String
}
