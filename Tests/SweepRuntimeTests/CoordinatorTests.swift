import SweepRuntime
import Testing

@Suite("Coordinator") struct CoordinatorTests {
  static let hash: [UInt8] = [1, 2, 3]

  static func coordinator(_ seconds: [Float], workers: Int) -> Coordinator {
    Coordinator(
      points: (0..<Int32(seconds.count)).map { $0 }, predictedSeconds: seconds,
      planCount: seconds.count, workers: workers, planHash: hash)
  }

  static let ready = WorkerMessage.ready(planHash: hash, host: "here")

  static func results(_ points: [Int32], notOK: Int = 0) -> WorkerMessage {
    .results(ResultBlock(points: points, records: [7], notOK: notOK, busySeconds: 1))
  }

  @Test("The longest point is handed out first") func longestFirst() {
    var coordinator = Self.coordinator([1, 30, 2], workers: 1)
    #expect(
      coordinator.handle(.message(Self.ready, from: 0))
        == [.note(.assigned([1])), .send(.assign(points: [1]), to: 0)])
    let next = coordinator.handle(.message(Self.results([1]), from: 0))
    #expect(next.contains(.send(.assign(points: [2]), to: 0)))
  }

  @Test("The end comes after the last result is committed") func end() {
    var coordinator = Self.coordinator([1], workers: 2)
    _ = coordinator.handle(.message(Self.ready, from: 0))
    _ = coordinator.handle(.message(Self.ready, from: 1))
    let block = ResultBlock(points: [0], records: [7], notOK: 0, busySeconds: 1)
    #expect(
      coordinator.handle(.message(.results(block), from: 0)) == [.store(block, from: 0), .commit])
    #expect(
      coordinator.handle(.committed)
        == [.send(.finish, to: 0), .send(.finish, to: 1), .end])
    #expect(coordinator.handle(.committed).isEmpty)
  }

  @Test("A sweep without points ends when every worker is ready") func empty() {
    var coordinator = Self.coordinator([], workers: 2)
    #expect(coordinator.handle(.message(Self.ready, from: 1)).isEmpty)
    #expect(coordinator.handle(.message(Self.ready, from: 0)).last == .end)
  }

  @Test("A worker with another plan aborts the sweep") func otherPlan() {
    var coordinator = Self.coordinator([1], workers: 1)
    let actions = coordinator.handle(.message(.ready(planHash: [9], host: "there"), from: 0))
    guard case .abort(let reason) = actions.last else {
      Issue.record("expected an abort, got \(actions)")
      return
    }
    #expect(reason.contains("there"))
  }

  @Test("A result that comes twice is stored once") func twice() {
    var coordinator = Self.coordinator([1, 1], workers: 1)
    _ = coordinator.handle(.message(Self.ready, from: 0))
    _ = coordinator.handle(.message(Self.results([0]), from: 0))
    let again = coordinator.handle(.message(Self.results([0]), from: 0))
    #expect(!again.contains { if case .store = $0 { true } else { false } })
    #expect(coordinator.storedCount == 1)
  }

  @Test("A stop drains the workers, keeps what comes, and ends") func stop() {
    var coordinator = Self.coordinator([Float](repeating: 1, count: 10), workers: 1)
    _ = coordinator.handle(.message(Self.ready, from: 0))
    #expect(coordinator.handle(.stop(reason: "TERM")) == [.send(.drain, to: 0)])
    let kept = coordinator.handle(.message(Self.results([0], notOK: 1), from: 0))
    #expect(kept.contains { if case .store = $0 { true } else { false } })
    #expect(!kept.contains { if case .send(.assign, _) = $0 { true } else { false } })
    _ = coordinator.handle(.message(.dropped(points: []), from: 0))
    #expect(coordinator.handle(.committed).last == .end)
    #expect(coordinator.stopReason == "TERM")
    #expect(coordinator.notOKCount == 1)
  }

  @Test("Points that were set aside come in batches, the longest that fit first, and each once")
  func setAsideBatches() {
    // 1, 2, …, 1,000 ms, equal ones next to each other.
    let seconds = (0..<2_000).map { Float($0 / 2 + 1) * 1e-3 }
    var queue = WorkQueue(points: (0..<2_000).map { $0 }, predictedSeconds: seconds)
    #expect(queue.take(workers: 4, longest: 0) == nil)
    #expect(queue.setAsideCount == 2_000 && queue.isEmpty && queue.remainingSeconds == 0)
    var seen = Set<Int32>()
    for (longest, taken) in [(0.0105, 20), (0.5005, 1_000), (0.2, 1_000), (2, 2_000)] {
      var last = Float(longest)
      while let batch = queue.take(workers: 4, longest: longest) {
        let own = batch.points.map { seconds[Int($0)] }
        // The first is the longest of those left that fit, and none is longer than the one before.
        #expect(own[0] <= last && own == own.sorted(by: >))
        last = own[0]
        let sum = own.reduce(0) { $0 + Double($1) }
        #expect(own.count == 1 || sum <= min(0.25, longest) + 1e-6)
        #expect(abs(batch.predictedSeconds - sum) <= 1e-6)
        for point in batch.points { #expect(seen.insert(point).inserted) }
      }
      #expect(seen.count == taken && queue.setAsideCount == 2_000 - taken)
    }
  }

  @Test("Asking again and again for points that were set aside looks at one of them")
  func setAsideRefusals() {
    // Looking at all of them each time, 10¹⁰ in sum, would not come to an end here.
    let count: Int32 = 100_000
    var queue = WorkQueue(
      points: (0..<count).map { $0 }, predictedSeconds: [Float](repeating: 50, count: Int(count)))
    for _ in 0..<count { #expect(queue.take(workers: 1_000, longest: 40) == nil) }
    #expect(queue.setAsideCount == Int(count))
    #expect(queue.takeShortestAside()?.points.count == 1)
  }

  @Test("Batches shrink towards the end and every point is taken once", arguments: [1, 7, 100])
  func batches(workers: Int) {
    let seconds = (0..<10_000).map { Float($0 % 97) * 1e-4 }
    var queue = WorkQueue(points: (0..<10_000).map { $0 }, predictedSeconds: seconds)
    var seen = Set<Int32>()
    var last = Double.infinity
    while let batch = queue.take(workers: workers) {
      for point in batch.points { #expect(seen.insert(point).inserted) }
      let fair = max(0.000_5, 0.125 * last / Double(workers))
      #expect(batch.predictedSeconds <= max(min(0.25, fair), 0.009_7))
      last = queue.remainingSeconds + batch.predictedSeconds
    }
    #expect(seen.count == 10_000)
    #expect(queue.remainingSeconds == 0)
  }
}
