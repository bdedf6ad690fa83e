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

  private var points: [Int32]
  private var seconds: [Float]
  private var next = 0
  /// The predicted seconds of all waiting points.
  public private(set) var remainingSeconds: Double
  /// Points that were too long when their turn came, longest first.
  private var setAside: [(point: Int32, seconds: Float)] = []
  private let policy: Policy

  /// Queues points with their predicted seconds.
  ///
  /// Equal predictions keep the plan's order.
  public init(points: [Int32], predictedSeconds: [Float], policy: Policy = Policy()) {
    precondition(points.count == predictedSeconds.count, "each point needs a prediction")
    self.policy = policy
    let order = points.indices.sorted {
      predictedSeconds[$0] != predictedSeconds[$1]
        ? predictedSeconds[$0] > predictedSeconds[$1] : $0 < $1
    }
    self.points = order.map { points[$0] }
    seconds = order.map { max(predictedSeconds[$0], 1e-7) }
    remainingSeconds = seconds.reduce(0) { $0 + Double($1) }
  }

  /// The number of points that were set aside as too long.
  public var setAsideCount: Int { setAside.count }
  /// The number of waiting points, without those set aside.
  public var count: Int { points.count - next }
  /// Whether no point waits.
  public var isEmpty: Bool { count == 0 }

  /// Takes the next batch for one of so many workers; nil when none waits.
  ///
  /// No point longer than `longest` seconds is in it: those are set aside until no other waits and a
  /// worker has time for them, as it may when points turn out to take less than predicted.
  public mutating func take(
    workers: Int, longest: Double = .infinity
  ) -> (points: [Int32], predictedSeconds: Double)? {
    while next < points.count, Double(seconds[next]) > longest {
      setAside.append((points[next], seconds[next]))
      remainingSeconds -= Double(seconds[next])
      next += 1
    }
    guard !isEmpty else {
      remainingSeconds = 0
      return setAside.firstIndex { Double($0.seconds) <= longest }.map { takeAside($0) }
    }
    let fair = remainingSeconds * policy.share / Double(max(workers, 1))
    let target = min(policy.longestBatch, max(policy.shortestBatch, fair))
    let start = next
    var sum = 0.0
    while next < points.count, next - start < policy.mostPoints {
      // A point that would overshoot the target waits, unless the batch would be empty.
      if next > start, sum + Double(seconds[next]) > min(target, longest) { break }
      sum += Double(seconds[next])
      next += 1
    }
    remainingSeconds = isEmpty ? 0 : remainingSeconds - sum
    return (Array(points[start..<next]), sum)
  }

  /// Takes the shortest of the points that were set aside.
  public mutating func takeShortestAside() -> (points: [Int32], predictedSeconds: Double)? {
    let place = setAside.indices.min { setAside[$0].seconds < setAside[$1].seconds }
    return place.map { takeAside($0) }
  }

  private mutating func takeAside(
    _ place: Int
  ) -> (points: [Int32], predictedSeconds: Double) {
    let (point, seconds) = setAside.remove(at: place)
    return ([point], Double(seconds))
  }

  /// Forgets all waiting points.
  public mutating func removeAll() {
    next = points.count
    setAside = []
    remainingSeconds = 0
  }
}
