internal import Synchronization

/// How much memory the large buffers of a computation may take together.
///
/// Whoever makes buffers that grow with an architecture asks first, with a `MemoryShare`. So a point
/// that needs more than it may have ends with an error, before the system ends the whole process.
public final class MemoryBudget: Sendable {
  /// The budget of what this thread computes; nil without a limit.
  @TaskLocal public static var current: MemoryBudget?

  /// The bytes that may be taken at the same time.
  public let limit: Int
  private let taken = Atomic<Int>(0)

  /// Allows bytes.
  public init(limit: Int) { self.limit = limit }

  /// The bytes that are taken now.
  public var takenByteCount: Int { taken.load(ordering: .relaxed) }

  fileprivate func take(_ byteCount: Int) throws(MemoryRefused) {
    let sum = taken.add(byteCount, ordering: .relaxed).newValue
    guard sum > limit else { return }
    giveBack(byteCount)
    throw MemoryRefused(byteCount: byteCount, takenByteCount: sum - byteCount, limit: limit)
  }

  fileprivate func giveBack(_ byteCount: Int) { taken.subtract(byteCount, ordering: .relaxed) }
}

/// A part of the current budget, given back when the last reference to it goes.
public final class MemoryShare: Sendable {
  private let budget: MemoryBudget?
  private let byteCount: Int

  /// Takes bytes; without a budget everything is allowed.
  ///
  /// **Throws**: `MemoryRefused`; nothing is taken then.
  public init(byteCount: Int) throws(MemoryRefused) {
    precondition(byteCount >= 0, "a share of \(byteCount) bytes")
    let current = MemoryBudget.current
    try current?.take(byteCount)
    budget = current
    self.byteCount = byteCount
  }

  deinit { budget?.giveBack(byteCount) }
}

/// Buffers that would not fit into the budget.
public struct MemoryRefused: Error, Hashable, Sendable {
  /// The bytes that were asked for.
  public let byteCount: Int
  /// The bytes that were taken already.
  public let takenByteCount: Int
  /// The bytes that may be taken together.
  public let limit: Int
}
