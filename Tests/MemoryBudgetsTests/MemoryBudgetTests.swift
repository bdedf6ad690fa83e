import Architectures
import InducedFrames
import MemoryBudgets
import NetworkGraphs
import Networks
import TestSupport
import Testing

@Suite("Memory budget") struct MemoryBudgetTests {
  @Test("Shares come off the budget and go back, and what does not fit is refused")
  func shares() throws {
    let budget = MemoryBudget(limit: 100)
    try MemoryBudget.$current.withValue(budget) {
      do {
        let first = try MemoryShare(byteCount: 60)
        let error = #expect(throws: MemoryRefused.self) { _ = try MemoryShare(byteCount: 41) }
        #expect(error?.byteCount == 41 && error?.takenByteCount == 60 && error?.limit == 100)
        let second = try MemoryShare(byteCount: 40)
        #expect(budget.takenByteCount == 100)
        withExtendedLifetime((first, second)) {}
      }
      #expect(budget.takenByteCount == 0)
      withExtendedLifetime(try MemoryShare(byteCount: 100)) {}
    }
  }

  @Test("Evaluations, gradients and bounds ask before they allocate, and give back")
  func users() throws {
    let architecture = try Architecture(
      family: .dense, input: InputShape(channels: 4, size: 6),
      stages: [Stage(widths: [8, 8], kernel: 3, stride: 1)])
    let weights = NetworkWeights.heInitialization(of: architecture, seed: 1, draw: 0)
    // The representations of one image have (4 + 8 + 8) · 36 numbers at least.
    let (small, large) = (MemoryBudget(limit: 20 * 36 * 4), MemoryBudget(limit: 1 << 30))
    for budget in [small, large] {
      MemoryBudget.$current.withValue(budget) {
        func attempt(_ body: () throws -> Void) {
          do {
            try body()
            #expect(budget === large)
          } catch {
            #expect(budget === small && error is MemoryRefused, "\(error)")
          }
          #expect(budget.takenByteCount == 0)
        }
        attempt {
          let graph = BuiltNetwork(architecture)
          _ = try Evaluator<Float>(
            graph.graph, parameters: graph.parameters(weights),
            representations: graph.values, images: 3, vectors: 2)
        }
        attempt { _ = try GraphClassifier<Float>(architecture, images: 3, classes: 2) }
        attempt {
          var cache = StructureCache()
          _ = try FrameStatistics(
            architecture, weights: weights, bounds: true, cache: &cache, shouldStop: {})
        }
      }
    }
  }

  @Test("Without a budget everything is allowed") func unlimited() throws {
    _ = try MemoryShare(byteCount: .max)
  }
}
