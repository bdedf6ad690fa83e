import Architectures
import InducedFrames
import NetworkGraphs
import Networks
import Testing

@testable import Training

@Suite("Penalty of the frame potential") struct PotentialPenaltyTests {
  private static func potential(_ trainer: Trainer, _ family: Family) throws -> Double {
    var cache = StructureCache()
    return try FrameStatistics(
      TrainerTests.network(family),
      weights: #require(
        trainer.built.weights(of: trainer.built.parameters(trainer.state.descent.parameters))),
      cache: &cache
    ).deepFramePotential
  }

  @Test("A strength of 0 leaves every bit as it was") func nothing() throws {
    let (plain, zero) = (
      try TrainerTests.trainer(), try TrainerTests.trainer { $0.potentialPenalty = 0 }
    )
    try plain.runEpoch()
    try zero.runEpoch()
    #expect(plain.state == zero.state)
  }

  @Test("A stronger penalty leaves a smaller potential", arguments: Family.layered)
  func strengths(_ family: Family) throws {
    let potentials = try [0.0, 0.1, 3].map { strength in
      let trainer = try TrainerTests.trainer(family) { $0.potentialPenalty = strength }
      while !trainer.isDone { try trainer.runEpoch() }
      #expect(try trainer.result().status == .completed)
      return try Self.potential(trainer, family)
    }
    #expect(potentials[0] > potentials[1] && potentials[1] > potentials[2], "\(potentials)")
  }

  @Test(
    "Its gradient is that of the potential, and none for classifier and biases",
    arguments: Family.layered)
  func gradient(_ family: Family) throws {
    let architecture = try TrainerTests.network(family)
    let network = BuiltNetwork(architecture, classes: 4)
    let parameters = network.initialVector(seed: 2, draw: 0)
    var penalty = PotentialPenalty(network, strength: 4)
    var gradient = [Float](repeating: 1, count: network.parameterCount)
    let term = penalty.add(at: parameters, to: &gradient, shouldStop: {})
    var cache = StructureCache()
    let weights = try #require(network.weights(of: network.parameters(parameters)))
    let expected = FrameStatistics(architecture, weights: weights, cache: &cache)
    let count = Double(FrameStructure(architecture, cache: &cache).atomCount)
    #expect(abs(term - 4 * (expected.framePotential / count - 1)) <= 1e-12)
    let own = network.parameters.filter { $0.role == .weight && !$0.isClassifier }
    var potential = WeightPotential(
      architecture, layers: own.map(\.range.lowerBound), projections: [:])
    var slopes = [Double](repeating: 0, count: network.parameterCount)
    _ = potential.evaluate(at: parameters.map { Double($0) }, gradient: &slopes, shouldStop: {})
    #expect(slopes.contains { $0 != 0 })
    for (place, slope) in slopes.enumerated() { #expect(gradient[place] == 1 + Float(4 * slope)) }
    let others = network.parameters.filter { $0.role != .weight || $0.isClassifier }.map(\.range)
      .joined()
    #expect(!others.isEmpty && others.allSatisfy { gradient[$0] == 1 })
  }
}
