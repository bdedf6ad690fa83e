import Foundation
import Processes
import SweepRuntime
import Synchronization
import Testing

/// Keeps what it is given, and may stop or fail on demand.
private struct MemoryHost: SweepHost {
  struct Full: Error {}
  var stored: [Int32] = []
  var records: [UInt8] = []
  var commits = 0
  var givenUp: [Int32] = []
  var hearGivingUp: @Sendable () -> Void = {}
  var patience: Double?
  var stopAfter = Int.max
  var failAfter = Int.max

  mutating func store(_ block: ResultBlock, from worker: Int) throws {
    guard stored.count < failAfter else { throw Full() }
    stored += block.points
    records += block.records
  }

  mutating func commit() { commits += 1 }

  mutating func giveUp(_ point: Int32, _ reason: GivingUp) {
    givenUp.append(point)
    hearGivingUp()
  }

  mutating func tick(_ progress: SweepProgress) -> StopRequest? {
    progress.stored >= stopAfter ? StopRequest("enough", patience: patience) : nil
  }
}

@Suite("Embedded sweeps") struct EmbeddedTests {
  private func run(
    points: Int, workers: Int, host: inout MemoryHost, pointTimeout: Double? = nil,
    clock: RunningClock = RunningClock(),
    work: @escaping @Sendable (Int) -> Void
  ) throws -> SweepSummary {
    var coordinator = Coordinator(
      points: (0..<Int32(points)).map { $0 },
      predictedSeconds: [Float](repeating: 1e-4, count: points), planCount: points,
      workers: workers, planHash: [1])
    var driver = try Driver(
      transport: EmbeddedTransport(workers: workers), planHash: [1], host: "here",
      pointTimeout: pointTimeout, clock: clock
    ) { _ in
      { point, records in
        work(point)
        records.append(UInt8(truncatingIfNeeded: point))
        return !point.isMultiple(of: 10)
      }
    }
    return try driver.run(&coordinator, host: &host)
  }

  @Test("Every point is computed once, for any number of workers", arguments: [1, 2, 5])
  func everyPoint(workers: Int) throws {
    var host = MemoryHost()
    let summary = try run(points: 1_000, workers: workers, host: &host) { _ in }
    #expect(host.stored.sorted() == (0..<1_000).map { $0 })
    #expect(host.records == host.stored.map { UInt8(truncatingIfNeeded: $0) })
    #expect(summary.stored == 1_000)
    #expect(summary.notOK == 100)
    #expect(host.commits >= 1)
    #expect(summary.stopReason == nil)
  }

  @Test("A stop keeps what was done and ends") func stop() throws {
    var host = MemoryHost(stopAfter: 1)
    let summary = try run(points: 100_000, workers: 2, host: &host) { _ in
      var x = 0.0
      for i in 1..<20_000 { x += 1 / Double(i) }
      precondition(x > 0)
    }
    #expect(summary.stopReason == "enough")
    #expect(summary.stored == host.stored.count)
    #expect(summary.stored < 100_000)
  }

  @Test("A point that looks at no limit is left alone, and the others are computed")
  func unyielding() throws {
    var host = MemoryHost()
    let summary = try run(points: 50, workers: 1, host: &host, pointTimeout: 0.5) { point in
      if point == 7 { Thread.sleep(forTimeInterval: 3_600) }
    }
    #expect(host.givenUp == [7])
    #expect(Set(host.stored) == Set(0..<50).subtracting([7]))
    #expect(summary.stored == 50)
    #expect(summary.leavesThreads)
  }

  @Test(
    "A stop of the process while points are computed is no fault of theirs, unlike points as long",
    arguments: [true, false])
  func suspended(isStopped: Bool) throws {
    let stopped = Mutex(0.0)
    let clock = RunningClock(longestStep: isStopped ? 0.1 : .infinity) {
      RunningClock.monotonic() + stopped.withLock { $0 }
    }
    let isGivenUp = Mutex(false)
    var host = MemoryHost()
    host.hearGivingUp = { isGivenUp.withLock { $0 = true } }
    let summary = try run(
      points: 5, workers: 1, host: &host, pointTimeout: 60, clock: clock
    ) { point in
      guard point == 3 else { return }
      stopped.withLock { $0 += 3_600 }
      // The main thread looks at the point meanwhile; a point as long lasts until it is given up.
      let start = clock.seconds
      func lasts() -> Bool {
        isStopped ? clock.seconds < start + 0.05 : !isGivenUp.withLock { $0 }
      }
      while lasts() { Thread.sleep(forTimeInterval: 0.005) }
    }
    #expect(host.givenUp == (isStopped ? [] : [3]))
    #expect(summary.stored == 5)
    if isStopped { #expect(summary.spanSeconds < 3_600 && summary.busySeconds < 3_600) }
  }

  @Test("A stop without patience does not wait for the point at hand") func impatient() throws {
    var host = MemoryHost(stopAfter: 1)
    host.patience = 0.1
    let summary = try run(points: 50, workers: 1, host: &host) { point in
      if point == 20 { Thread.sleep(forTimeInterval: 3_600) }
    }
    #expect(summary.stopReason == "enough")
    #expect(summary.stored == host.stored.count)
    #expect(!host.stored.contains(20))
    #expect(summary.leavesThreads)
  }

  @Test("A full disk ends the sweep with its error, after the workers") func fullDisk() throws {
    var host = MemoryHost(failAfter: 1)
    let summary = try run(points: 50_000, workers: 2, host: &host) { _ in }
    #expect(summary.failure is MemoryHost.Full)
    #expect(host.stored.count < 50_000)
  }

  @Test("Of a sweep that ends with an error it is known whether a thread is left at a point")
  func failureLeavesThreads() throws {
    var host = MemoryHost(failAfter: 1)
    let summary = try run(points: 50, workers: 1, host: &host, pointTimeout: 0.5) { point in
      if point == 7 { Thread.sleep(forTimeInterval: 3_600) }
    }
    #expect(summary.failure is MemoryHost.Full)
    #expect(summary.leavesThreads)
  }
}

@Suite("Simulated sweeps") struct SimulatedTests {
  /// Costs over three decades, as a grid of widths and depths has.
  static let seconds: [Float] = (0..<40_000).map { index in
    let step = Float((index &* 7919) % 1_000) / 1_000
    return 0.01 * (1 + 999 * step * step * step)
  }

  @Test(
    "The makespan stays within 2 % of its lower bound, with wrong predictions too",
    arguments: [16, 256])
  func makespan(workers: Int) {
    let wrong = Self.seconds.enumerated().map { $1 * ($0.isMultiple(of: 2) ? 0.7 : 1.4) }
    for predicted in [nil, wrong] {
      var world = SimulatedWorld(seconds: Self.seconds, predicted: predicted, workers: workers)
      let outcome = world.run()
      #expect(outcome.finished.sorted() == (0..<Int32(Self.seconds.count)).map { $0 })
      #expect(outcome.makespan >= outcome.lowerBound)
      #expect(
        outcome.makespan <= 1.02 * outcome.lowerBound, "\(outcome.makespan / outcome.lowerBound)")
    }
  }
}
