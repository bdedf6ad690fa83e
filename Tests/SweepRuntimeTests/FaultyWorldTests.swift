import FaultyWorlds
import SweepRuntime
import Testing

@testable import SweepStore

/// Sweeps on which everything goes wrong, with hundreds of seeds.
@Suite("Faulty worlds") struct FaultyWorldTests {
  static let points = (0..<120).map { Int32($0) }

  static func seconds(_ seed: UInt64) -> [Float] {
    points.map { 0.01 + Float(UInt64($0) &* 7919 &+ seed &* 31 & 0xFF) / 200 }
  }

  @Test("Ranks that end at random cost no point but those that met two ends", arguments: 1...300)
  func deaths(seed: Int) {
    var mishaps = FaultyWorld.Mishaps()
    mishaps.seed = UInt64(seed)
    mishaps.deathRate = 0.01
    mishaps.mistakeRate = 0.005
    mishaps.latency = seed.isMultiple(of: 2) ? 0.001 : 0.8
    mishaps.hanging = [Int32(seed % 120)]
    var world = FaultyWorld(
      points: Self.points, seconds: Self.seconds(mishaps.seed), workers: 2 + seed % 9, mishaps)
    let outcome = world.run()
    // With every worker dead, the coordinator's process is the one that lives on.
    guard outcome.deaths < 2 + seed % 9 else { return }
    #expect(outcome.hasEnded)
    let settled = Set(outcome.stored.keys).union(outcome.givenUp.keys)
    if outcome.stopReason == nil { #expect(settled == Set(Self.points)) }
    for (point, reason) in outcome.givenUp {
      if case .lost(let tries, _) = reason { #expect(tries == 2) }
      if mishaps.hanging.contains(point) { #expect(outcome.stored[point] == nil) }
    }
    if outcome.deaths == 0 && !outcome.notes.contains(where: \.isLoss) {
      #expect(outcome.stored.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("A point that kills is lost after two ranks, and nothing else is", arguments: 1...200)
  func killer(seed: Int) {
    let killer = Int32(seed % 120)
    var mishaps = FaultyWorld.Mishaps()
    mishaps.seed = UInt64(seed)
    mishaps.killers = [killer]
    mishaps.ownWorker = 0
    var suspicions: [Int: Suspicion] = [:]
    var stored: Set<Int32> = []
    var flights = Flights()
    for job in 1...6 {
      let open = Self.points.filter { !stored.contains($0) }
      let suspects = open.filter {
        let known = suspicions[Int($0)] ?? Suspicion()
        return known.losses > 0 || known.jobEnds >= 3
      }
      let seconds = Self.seconds(mishaps.seed)
      var world = FaultyWorld(
        points: open.filter { !suspects.contains($0) }, seconds: seconds, workers: 5,
        suspects: suspects.map {
          let known = suspicions[Int($0)] ?? Suspicion()
          return Suspect(
            point: $0, predictedSeconds: Double(seconds[Int($0)]), losses: known.losses,
            jobEnds: known.jobEnds)
        }, mishaps)
      let outcome = world.run()
      stored.formUnion(outcome.stored.keys)
      for note in outcome.notes { flights.take(note) }
      for point in outcome.stored.keys { flights.land(Int(point)) }
      #expect(outcome.givenUp.keys.allSatisfy { $0 == killer })
      if outcome.hasEnded {
        #expect(stored == Set(Self.points).subtracting([killer]))
        #expect(outcome.givenUp[killer] == nil || outcome.deaths <= 2)
        return
      }
      #expect(outcome.jobDied)
      flights.endRun(isExplained: false)
      suspicions = flights.suspicions
      // Where the coordinator itself met the killer, it is put last after three times.
      #expect(job <= 4)
    }
    Issue.record("the sweep did not come to an end")
  }
}

extension FlightNote {
  var isLoss: Bool { if case .lost = self { true } else { false } }
}

extension Flights {
  /// As the journal notes it.
  mutating func take(_ note: FlightNote) {
    switch note {
    case .assigned(let points): self.note(.assigned, points)
    case .returned(let points): self.note(.returned, points)
    case .lost(let points, _): self.note(.lost, points)
    }
  }
}
