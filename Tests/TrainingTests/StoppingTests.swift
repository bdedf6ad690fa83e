import Architectures
import Networks
import Testing

@testable import Training

/// A point that takes too long can be ended wherever it is: between any two passes through a network.
@Suite("Ending what takes too long") struct StoppingTests {
  private struct Stop: Error {}

  /// How often a computation asks whether it shall stop; its first, a middle and its last question are
  /// answered with yes, too, which must end it at once.
  private func questions(_ body: (() throws -> Void) throws -> Void) throws -> Int {
    var count = 0
    try body { count += 1 }
    for last in [1, (count + 1) / 2, count] {
      var asked = 0
      #expect(throws: Stop.self) {
        try body {
          asked += 1
          if asked == last { throw Stop() }
        }
      }
      #expect(asked == last)
    }
    return count
  }

  @Test("Scoring a trained network asks before every batch and while step sizes are sought")
  func scores() throws {
    // 112 images to train on, 16 to validate, 32 to test, in batches of 16.
    let plain = try TrainerTests.trainer()
    #expect(try questions { _ = try plain.result(shouldStop: $0) } == 10)
    let swept = try TrainerTests.trainer(sweeps: 3)
    #expect(try questions { _ = try swept.result(shouldStop: $0) } > 10 + 3)
  }

  @Test("An epoch asks between the steps of an attack, the penalty's products and step sizes")
  func epochs() throws {
    func questions(
      sweeps: Int = 1, _ change: (inout TrainingSettings) -> Void = { _ in }
    ) throws -> Int {
      let trainer = try TrainerTests.trainer(sweeps: sweeps, change)
      let start = trainer.state
      return try self.questions { shouldStop in
        trainer.state = start
        try trainer.runEpoch(shouldStop: shouldStop)
      }
    }
    let plain = try questions()
    #expect(plain == 7)
    #expect(
      try questions {
        $0.attack = .pgdLinf
        $0.attackRadius = 0.1
      } == 7 + 7 * 20)
    #expect(try questions { $0.potentialPenalty = 1 } > 7)
    // A hundred iterations for each of three layers before the first batch, and two before the others.
    #expect(try questions(sweeps: 3) == 7 + 3 * 100 + 6 * 3 * 2)
  }

  @Test("Companion scores ask between layers, pairs and images", arguments: [1, 2])
  func companions(sweeps: Int) throws {
    let (images, network) = (TrainerTests.images(), try TrainerTests.network(.chain))
    let count = try questions {
      _ = try Companions(
        BuiltNetwork(network, classes: images.classes), images: images, batch: Array(0..<12),
        seed: 1, draw: 0, sweeps: sweeps,
        shouldStop: $0)
    }
    #expect(count >= 3 + Companions.zenDraws * Companions.zenPairs + 12)
  }
}
