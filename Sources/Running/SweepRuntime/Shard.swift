/// One share of a sweep that several jobs compute: number `index` of `count`.
public struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// The most shards that a sweep may be dealt into.
  public static let maximumCount = 1_000_000

  /// The shard's number, 0 ..< count, as Slurm counts the elements of an array.
  public let index: Int
  /// The number of shards of the sweep.
  public let count: Int

  /// Names a shard; nil where there is none of that number.
  public init?(index: Int, of count: Int) {
    guard (1...Self.maximumCount).contains(count), (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Reads a shard written as `3/8`; nil where the text is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let index = Int(parts[0]), let count = Int(parts[1])
    else { return nil }
    self.init(index: index, of: count)
  }

  /// `index/count`.
  public var description: String { "\(index)/\(count)" }
}

/// Deals the points of a plan into shards that end together.
///
/// The costliest point that is left goes to the shard with the least to do. So no shard has more
/// to do than another by more than one point's cost, wherever the grid is expensive.
///
/// The deal depends on the costs and the number of shards alone: every machine that is given equal
/// costs finds the same one. Costs are therefore counted in whole units, whose sums are exact, and
/// must not be measured on the machine at hand.
/// - Source: Graham, "Bounds on multiprocessing timing anomalies", 1969 (longest first).
public struct ShardDeal: Sendable {
  /// The number of shards.
  public let count: Int
  /// The shard of every point of the plan.
  public let shards: [Int32]
  /// The cost of every shard, in the units of the points' costs; the largest integer for any above it.
  public let loads: [UInt64]

  /// Deals all points of a plan.
  ///
  /// - Parameters:
  ///   - costs: the cost of every point of the plan, in order, in any unit.
  ///   - count: the number of shards.
  ///
  /// **Complexity**: O(points · log points).
  public init(costs: [UInt64], count: Int) {
    precondition(count >= 1, "a sweep is dealt into at least one shard, not \(count)")
    let order = costs.enumerated().map { (point: $0.offset, cost: $0.element) }
      .sorted { $0.cost == $1.cost ? $0.point < $1.point : $0.cost > $1.cost }
    var shards = [Int32](repeating: 0, count: costs.count)
    var hands = HandHeap(count: count)
    for (point, cost) in order {
      // A point that costs nothing is dealt like any other.
      shards[point] = Int32(hands.addToLightest(max(cost, 1)))
    }
    self.count = count
    self.shards = shards
    loads = hands.loads
  }

  /// The points of a shard, in the order of the plan.
  public func points(of shard: Shard) -> [Int32] {
    precondition(shard.count == count, "\(shard) is no shard of \(count)")
    return shards.indices.lazy.filter { shards[$0] == Int32(shard.index) }.map { Int32($0) }
  }
}

/// The shards by what they hold so far: a binary heap, the lightest on top, ties by number.
private struct HandHeap {
  private(set) var loads: [UInt64]
  private var heap: [Int]

  init(count: Int) {
    loads = [UInt64](repeating: 0, count: count)
    heap = Array(0..<count)
  }

  /// Gives a cost to the lightest shard, and returns its number.
  mutating func addToLightest(_ cost: UInt64) -> Int {
    let lightest = heap[0]
    let (sum, isTooLarge) = loads[lightest].addingReportingOverflow(cost)
    loads[lightest] = isTooLarge ? .max : sum
    sinkTop()
    return lightest
  }

  private mutating func sinkTop() {
    var place = 0
    while true {
      var best = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && isLighter(heap[child], heap[best]) {
        best = child
      }
      guard best != place else { return }
      heap.swapAt(place, best)
      place = best
    }
  }

  private func isLighter(_ left: Int, _ right: Int) -> Bool {
    (loads[left], left) < (loads[right], right)
  }
}
