internal import Measurements
public import SweepRuntime
internal import SweepSpec
internal import SweepStore

extension SweepFile {
  /// Deals the plan's points into shards.
  ///
  /// Every machine that has a part in the sweep must find the same deal, so it follows from the cost
  /// model's fixed rates, never from what was measured on one of them, nor from whether it read the
  /// networks' files.
  public func deal(into count: Int) -> ShardDeal {
    // Points that are predicted to take more than a century and a half are dealt as equals.
    let nanoseconds = costs(of: 0..<Int32(plan.count), rates: .common) {
      $0.map { UInt64(min(($0.seconds * 1e9).rounded(), 0x1p62)) }
    }
    return ShardDeal(costs: nanoseconds.flatMap { $0 }, count: count)
  }
}

extension Shard {
  /// The shard that a file holds: all its runs were of that one; nil for any other file.
  ///
  /// A merged file is none, because the merge counts as a run.
  init?(of runs: [RunFacts]) {
    guard let first = runs.first?["shard"], runs.allSatisfy({ $0["shard"] == first }) else {
      return nil
    }
    self.init(first)
  }
}

/// The points that a run was asked for, of those that an output can hold.
struct AskedPoints {
  /// The shard; nil for a run that is none.
  let shard: Shard?
  private let isAsked: [Bool]?
  private let selection: PointSelection?

  /// All points, those of a shard, or some.
  init(_ sweep: SweepFile, shard: Shard?, selection: PointSelection?) {
    self.shard = shard
    self.selection = selection
    guard let shard else {
      isAsked = nil
      return
    }
    var isAsked = [Bool](repeating: false, count: sweep.plan.count)
    for point in sweep.deal(into: shard.count).points(of: shard) { isAsked[Int(point)] = true }
    self.isAsked = isAsked
  }

  func contains(_ point: Int) -> Bool {
    (isAsked?[point] ?? true) && (selection?.contains(point) ?? true)
  }

  /// Refuses an output that holds another shard, or none.
  ///
  /// **Throws**: `Failure`.
  func check(_ runs: [RunFacts], of output: String) throws(Failure) {
    guard !runs.isEmpty else { return }
    let found = Shard(of: runs)
    guard found != shard else { return }
    let holds = found.map { "shard \($0)" } ?? "no single shard"
    let expected = found.map { "--shard \($0)" } ?? "no --shard"
    throw Failure(
      .badInput, "\(output): holds \(holds), expected \(expected), or another output")
  }
}
