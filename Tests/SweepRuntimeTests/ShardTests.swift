import SweepRuntime
import TestSupport
import Testing

@Suite("Shards") struct ShardTests {
  @Test("A shard is written as its number and how many there are") func text() {
    #expect(Shard("3/8") == Shard(index: 3, of: 8))
    #expect(Shard("0/1")?.description == "0/1")
    for wrong in ["8/8", "-1/8", "3", "3/", "/8", "3/8/9", " 3/8", "3/0", "a/b", "1/2000000", ""] {
      #expect(Shard(wrong) == nil, "\(wrong)")
    }
  }

  @Test("Every point is in exactly one shard", arguments: [1, 3, 8, 300])
  func partition(count: Int) throws {
    var generator = SeededGenerator(seed: 11)
    let costs = (0..<200).map { _ in UInt64.random(in: 0...1_000, using: &generator) }
    let deal = ShardDeal(costs: costs, count: count)
    let dealt = try (0..<count).flatMap { index in
      deal.points(of: try #require(Shard(index: index, of: count)))
    }
    #expect(dealt.sorted() == (0..<200).map { Int32($0) })
    for index in 0..<count {
      let points = deal.points(of: try #require(Shard(index: index, of: count)))
      #expect(points == points.sorted())
      #expect(deal.loads[index] == points.reduce(0) { $0 + max(costs[Int($1)], 1) })
    }
  }

  @Test("Four points and two shards are dealt as by hand") func byHand() {
    // 7 goes to shard 0, 5 and then 4 to shard 1, and 3 to shard 0, whose load is less.
    #expect(ShardDeal(costs: [4, 7, 3, 5], count: 2).shards == [1, 0, 0, 1])
    #expect(ShardDeal(costs: [2, 2, 2, 2], count: 3).shards == [0, 1, 2, 0])
    #expect(ShardDeal(costs: [0, 0, 0, 0], count: 2).shards == [0, 1, 0, 1])
  }

  @Test("Costs whose sums are beyond all integers are dealt, every point to a shard")
  func tooLarge() {
    let deal = ShardDeal(costs: [.max, .max, 5, .max, 7], count: 2)
    #expect(deal.loads == [.max, .max])
    #expect(deal.shards[0] == 0 && deal.shards[1] == 1)
    #expect(deal.shards.allSatisfy { $0 == 0 || $0 == 1 })
  }

  @Test("Shards differ by at most one point's cost", arguments: 1...20 as ClosedRange<UInt64>)
  func balance(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...40, using: &generator)
    let costs = (0..<Int.random(in: count...2_000, using: &generator)).map { _ in
      UInt64.random(in: 1...1_000_000, using: &generator)
    }
    let loads = ShardDeal(costs: costs, count: count).loads
    let spread = try #require(loads.max()) - (try #require(loads.min()))
    #expect(spread <= (try #require(costs.max())))
  }

  @Test("A grid whose costs differ 1,000-fold falls into shards within a fifth of one another")
  func grid() throws {
    // Costs that double along one axis and rise along the other, the costly ones together at the
    // end of the plan, where contiguous shards would differ 60-fold.
    let costs = (0..<11).flatMap { step in (1...30).map { UInt64(1 << step) * UInt64(30 + $0) } }
    #expect(try #require(costs.max()) > 1_000 * (try #require(costs.min())))
    let loads = ShardDeal(costs: costs, count: 8).loads
    #expect(try #require(loads.max()) * 5 <= (try #require(loads.min())) * 6)
  }
}
