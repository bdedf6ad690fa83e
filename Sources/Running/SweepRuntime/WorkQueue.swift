/// The points that wait for a worker, longest first, and the size of the next batch.
///
/// Handing out the longest first (Graham 1969, LPT) leaves the short ones to even out the end. A batch
/// takes a share of what is left that shrinks with it, so that workers end together, and never more
/// than the target, so that results keep coming.
public struct WorkQueue: Sendable {
  /// How batches are cut.
  public struct Policy: Sendable {
    /// The longest batch, in predicted seconds, unless a single point is longer.
    public var longestBatch = 0.25
    /// The shortest batch worth a message, in predicted seconds.
    public var shortestBatch = 0.000_5
    /// The most points of a batch.
    public var mostPoints = 16_384
    /// Each batch takes at most this share of the rest, divided by the workers.
    public var share = 0.125
    /// A worker is given more while it has less than this to do, in predicted seconds.
    public var lowWater = 0.25

    /// The default policy.
    public init() {}
  }

  private struct Entry {
    var point: Int32
    var seconds: Float
  }

  /// The points that wait, longest first.
  private var waiting: ArraySlice<Entry>
  /// The predicted seconds of all waiting points.
  public private(set) var remainingSeconds: Double
  /// Points that were too long when their turn came, longest first, as their turns come so.
  private var setAside: ArraySlice<Entry> = []
  private var setAsideSeconds = 0.0
  private let policy: Policy

  /// Queues points with their predicted seconds.
  ///
  /// Equal predictions keep the plan's order.
  public init(points: [Int32], predictedSeconds: [Float], policy: Policy = Policy()) {
    precondition(points.count == predictedSeconds.count, "each point needs a prediction")
    self.policy = policy
    // Bits of numbers that are not negative grow with them, so one word says both orders.
    let order = points.indices.map { place in
      UInt64(~max(predictedSeconds[place], 0).bitPattern) << 32 | UInt64(place)
    }.sorted()
    waiting =
      order.map { word in
        let place = Int(word & 0xFFFF_FFFF)
        return Entry(point: points[place], seconds: max(predictedSeconds[place], 1e-7))
      }[...]
    remainingSeconds = waiting.reduce(0) { $0 + Double($1.seconds) }
  }

  /// The number of points that were set aside as too long.
  public var setAsideCount: Int { setAside.count }
  /// The number of waiting points, without those set aside.
  public var count: Int { waiting.count }
  /// Whether no point waits.
  public var isEmpty: Bool { waiting.isEmpty }

  /// Takes the next batch for one of so many workers; nil when none waits.
  ///
  /// No point longer than `longest` seconds is in it: those are set aside until no other waits and a
  /// worker has time for them, as it may when points turn out to take less than predicted.
  ///
  /// **Complexity**: O(batch). Of points that were set aside, O(1) where none fits; else their number's
  /// logarithm, and moving those behind the batch.
  public mutating func take(
    workers: Int, longest: Double = .infinity
  ) -> (points: [Int32], predictedSeconds: Double)? {
    while let first = waiting.first, Double(first.seconds) > longest {
      setAside.append(first)
      setAsideSeconds += Double(first.seconds)
      remainingSeconds -= Double(first.seconds)
      waiting.removeFirst()
    }
    guard waiting.isEmpty else {
      let batch = Self.takeBatch(
        from: &waiting, at: waiting.startIndex,
        seconds: min(target(of: remainingSeconds, workers), longest), policy)
      remainingSeconds = isEmpty ? 0 : remainingSeconds - batch.predictedSeconds
      return batch
    }
    remainingSeconds = 0
    guard let place = firstAside(upTo: longest) else { return nil }
    return takeAside(from: place, seconds: min(target(of: setAsideSeconds, workers), longest))
  }

  /// Takes the shortest of the points that were set aside.
  public mutating func takeShortestAside() -> (points: [Int32], predictedSeconds: Double)? {
    setAside.isEmpty ? nil : takeAside(from: setAside.endIndex - 1, seconds: 0)
  }

  /// The predicted seconds of a batch where so many are left.
  private func target(of seconds: Double, _ workers: Int) -> Double {
    let fair = seconds * policy.share / Double(max(workers, 1))
    return min(policy.longestBatch, max(policy.shortestBatch, fair))
  }

  /// The longest point that was set aside and is not longer than so many seconds.
  private func firstAside(upTo longest: Double) -> Int? {
    guard let last = setAside.last, Double(last.seconds) <= longest else { return nil }
    var (low, high) = (setAside.startIndex, setAside.endIndex - 1)
    while low < high {
      let middle = (low + high) / 2
      if Double(setAside[middle].seconds) <= longest { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private mutating func takeAside(
    from place: Int, seconds: Double
  ) -> (points: [Int32], predictedSeconds: Double) {
    let batch = Self.takeBatch(from: &setAside, at: place, seconds: seconds, policy)
    setAsideSeconds = setAside.isEmpty ? 0 : setAsideSeconds - batch.predictedSeconds
    return batch
  }

  /// Takes points from a place on, at least one, and no more than take so many seconds.
  private static func takeBatch(
    from entries: inout ArraySlice<Entry>, at place: Int, seconds: Double, _ policy: Policy
  ) -> (points: [Int32], predictedSeconds: Double) {
    var end = place + 1
    var sum = Double(entries[place].seconds)
    while end < entries.endIndex, end - place < policy.mostPoints,
      sum + Double(entries[end].seconds) <= seconds
    {
      sum += Double(entries[end].seconds)
      end += 1
    }
    let points = entries[place..<end].map(\.point)
    if place == entries.startIndex {
      entries = entries[end...]
    } else {
      entries.removeSubrange(place..<end)
    }
    return (points, sum)
  }

  /// Forgets all waiting points.
  public mutating func removeAll() {
    waiting = []
    setAside = []
    (remainingSeconds, setAsideSeconds) = (0, 0)
  }
}
