import SweepRuntime
import Testing

/// What the coordinator does when workers end, time runs out, or points are known to be dangerous.
@Suite("Losses") struct LossTests {
  private func ready(_ workers: Int, _ coordinator: inout Coordinator) -> [Int: [[Int32]]] {
    var given: [Int: [[Int32]]] = [:]
    for worker in 0..<workers {
      for action in coordinator.handle(.message(CoordinatorTests.ready, from: worker)) {
        if case .send(.assign(let points), let to) = action {
          given[to, default: []].append(points)
        }
      }
    }
    return given
  }

  private func assigned(_ actions: [Coordinator.Action]) -> [Int: [Int32]] {
    var given: [Int: [Int32]] = [:]
    for case .send(.assign(let points), let to) in actions { given[to, default: []] += points }
    return given
  }

  @Test("Points of a lost worker are tried elsewhere, one by one, after all others") func lost() {
    var coordinator = Coordinator(
      points: [0, 1, 2], predictedSeconds: [3, 2, 1], planCount: 3, workers: 3,
      planHash: CoordinatorTests.hash, ownWorker: 0)
    #expect(ready(3, &coordinator) == [0: [[0]], 1: [[1]], 2: [[2]]])
    let actions = coordinator.handle(.lost(worker: 1))
    #expect(actions == [.note(.lost([1], worker: 1))])
    // The coordinator's own worker is not risked.
    let own = coordinator.handle(.message(CoordinatorTests.results([0]), from: 0))
    #expect(assigned(own).isEmpty)
    let next = coordinator.handle(.message(CoordinatorTests.results([2]), from: 2))
    #expect(assigned(next) == [2: [1]])
    let end = coordinator.handle(.message(CoordinatorTests.results([1]), from: 2))
    #expect(end.last == .commit)
    let last = coordinator.handle(.committed)
    #expect(last == [.send(.leave, to: 0), .send(.leave, to: 2), .end])
    #expect(coordinator.lostWorkers == [1])
    #expect(coordinator.stopReason == nil)
  }

  @Test("A point that two workers ended with is lost, the sweep is not") func lostTwice() {
    var coordinator = Coordinator(
      points: [0], predictedSeconds: [3], planCount: 1, workers: 3,
      planHash: CoordinatorTests.hash, ownWorker: 0)
    _ = coordinator.handle(.message(CoordinatorTests.ready, from: 1))
    _ = coordinator.handle(.message(CoordinatorTests.ready, from: 2))
    _ = coordinator.handle(.message(CoordinatorTests.ready, from: 0))
    #expect(assigned(coordinator.handle(.lost(worker: 1))) == [2: [0]])
    let actions = coordinator.handle(.lost(worker: 2))
    #expect(actions.contains(.giveUp(point: 0, .lost(tries: 2, lastWorker: 2))))
    #expect(coordinator.handle(.committed).last == .end)
    #expect(coordinator.storedCount == 1)
    #expect(coordinator.notOKCount == 1)
  }

  @Test("With the coordinator alone left, dangerous points stay pending") func alone() {
    var coordinator = Coordinator(
      points: [0, 1], predictedSeconds: [3, 2], planCount: 2, workers: 2,
      planHash: CoordinatorTests.hash, ownWorker: 0)
    _ = ready(2, &coordinator)
    _ = coordinator.handle(.message(CoordinatorTests.results([0]), from: 0))
    _ = coordinator.handle(.lost(worker: 1))
    #expect(coordinator.handle(.committed).last == .end)
    #expect(coordinator.stopReason?.contains("1 points") == true)
  }

  @Test("Suspects of earlier runs come last, the least suspected first") func suspects() {
    var coordinator = Coordinator(
      points: [2], predictedSeconds: [1], planCount: 3, workers: 1, planHash: CoordinatorTests.hash,
      suspects: [
        Suspect(point: 0, predictedSeconds: 9, jobEnds: 4),
        Suspect(point: 1, predictedSeconds: 9, jobEnds: 3),
      ])
    var order: [Int32] = []
    var actions = coordinator.handle(.message(CoordinatorTests.ready, from: 0))
    while let points = assigned(actions)[0] {
      order += points
      actions = coordinator.handle(.message(CoordinatorTests.results(points), from: 0))
    }
    #expect(order == [2, 1, 0])
    #expect(coordinator.totalCount == 3)
  }

  @Test("Points that cannot end in time are not begun, shorter ones are") func timeLeft() {
    var coordinator = CoordinatorTests.coordinator([100, 1, 50], workers: 1)
    _ = coordinator.handle(.timeLeft(seconds: 10))
    let first = coordinator.handle(.message(CoordinatorTests.ready, from: 0))
    #expect(assigned(first) == [0: [1]])
    _ = coordinator.handle(.message(CoordinatorTests.results([1]), from: 0))
    #expect(coordinator.handle(.committed).last == .end)
    #expect(coordinator.stopReason == "the time left does not suffice for 2 points")
  }

  @Test("What was predicted too long is begun when other points turn out to be shorter")
  func setAside() {
    var coordinator = CoordinatorTests.coordinator([100, 8, 50], workers: 2)
    _ = coordinator.handle(.timeLeft(seconds: 10))
    _ = coordinator.handle(.message(CoordinatorTests.ready, from: 1))
    let first = coordinator.handle(.message(CoordinatorTests.ready, from: 0))
    #expect(assigned(first) == [:])
    // 8 predicted seconds take 0.2: the others may take 1.25 and 2.5, and an idle worker gets one.
    let block = ResultBlock(points: [1], records: [], notOK: 0, busySeconds: 0.2)
    let next = coordinator.handle(.message(.results(block), from: 1))
    #expect(assigned(next) == [1: [0], 0: [2]])
  }

  @Test("Where predictions leave no time for any point, the shortest one is tried")
  func firstOfAll() {
    var coordinator = CoordinatorTests.coordinator([100, 20, 50], workers: 2)
    _ = coordinator.handle(.timeLeft(seconds: 10))
    #expect(assigned(coordinator.handle(.message(CoordinatorTests.ready, from: 1))) == [1: [1]])
    #expect(assigned(coordinator.handle(.message(CoordinatorTests.ready, from: 0))) == [:])
    let block = ResultBlock(points: [1], records: [], notOK: 0, busySeconds: 20)
    let next = coordinator.handle(.message(.results(block), from: 1))
    #expect(assigned(next) == [:])
    #expect(coordinator.handle(.committed).last == .end)
    #expect(coordinator.stopReason == "the time left does not suffice for 2 points")
  }

  @Test("Where predictions leave no time for any point, suspects keep no other from being tried")
  func firstBesideSuspects() {
    var coordinator = Coordinator(
      points: [0, 1], predictedSeconds: [60, 20], planCount: 4, workers: 1,
      planHash: CoordinatorTests.hash,
      suspects: [
        Suspect(point: 2, predictedSeconds: 15, jobEnds: 3),
        Suspect(point: 3, predictedSeconds: 12, jobEnds: 3),
      ])
    _ = coordinator.handle(.timeLeft(seconds: 10))
    #expect(assigned(coordinator.handle(.message(CoordinatorTests.ready, from: 0))) == [0: [1]])
    // 20 predicted seconds took 2, so there is time for all that was set aside; suspects come last.
    let results: [(points: [Int32], next: [Int32])] = [([1], [0]), ([0], [2]), ([2], [3])]
    for (points, next) in results {
      let block = ResultBlock(points: points, records: [], notOK: 0, busySeconds: 2)
      #expect(assigned(coordinator.handle(.message(.results(block), from: 0))) == [0: next])
    }
  }

  @Test("Where only suspects are left and all are predicted too long, the shortest is tried")
  func firstOfSuspects() {
    var coordinator = Coordinator(
      points: [], predictedSeconds: [], planCount: 2, workers: 2, planHash: CoordinatorTests.hash,
      suspects: [
        Suspect(point: 0, predictedSeconds: 50, jobEnds: 3),
        Suspect(point: 1, predictedSeconds: 30, jobEnds: 4),
      ], ownWorker: 0)
    _ = coordinator.handle(.timeLeft(seconds: 10))
    // The coordinator's own worker is not risked.
    #expect(assigned(coordinator.handle(.message(CoordinatorTests.ready, from: 0))).isEmpty)
    #expect(assigned(coordinator.handle(.message(CoordinatorTests.ready, from: 1))) == [1: [1]])
    let block = ResultBlock(points: [1], records: [], notOK: 0, busySeconds: 30)
    #expect(assigned(coordinator.handle(.message(.results(block), from: 1))).isEmpty)
    #expect(coordinator.handle(.committed).last == .end)
    #expect(coordinator.stopReason == "the time left does not suffice for 1 point")
  }

  @Test("Where nobody may try the suspects, the shortest of the others is") func firstAlone() {
    var coordinator = Coordinator(
      points: [0, 1], predictedSeconds: [50, 40], planCount: 3, workers: 2,
      planHash: CoordinatorTests.hash,
      suspects: [Suspect(point: 2, predictedSeconds: 5, losses: 1)], ownWorker: 0)
    _ = coordinator.handle(.timeLeft(seconds: 10))
    #expect(assigned(coordinator.handle(.message(CoordinatorTests.ready, from: 0))).isEmpty)
    #expect(assigned(coordinator.handle(.lost(worker: 1))) == [0: [1]])
  }

  @Test("Leaving does not wait for what is at hand") func leave() {
    var coordinator = CoordinatorTests.coordinator([1, 1], workers: 2)
    _ = ready(2, &coordinator)
    #expect(!coordinator.handle(.stop(reason: "TERM")).contains(.end))
    #expect(coordinator.handle(.leave).last == .end)
  }
}
