import Architectures
import TestSupport
import Testing

@testable import InducedFrames

@Suite("Numerical minimum")
struct MinimumTests {
  @Test("The gradient is that of differences", arguments: 0..<30)
  func gradient(seed: Int) throws {
    let architecture = try randomArchitecture(seed: seed)
    var cache = StructureCache()
    let weights = randomWeights(of: architecture, seed: seed)
    let blocks = GramBlocks(InducedFrame(architecture), weights: weights, cache: &cache)
    let count = FrameStructure(architecture, cache: &cache).atomCount
    var potential = PotentialGradient(blocks, atomCount: count)
    let point = blocks.panels.values
    var gradient = point
    let value = potential.evaluate(at: point, gradient: &gradient, shouldStop: {})
    let statistics = FrameStatistics(architecture, weights: weights, cache: &cache)
    #expect(isClose(value, statistics.framePotential, relative: 1e-12, absolute: 1e-12))
    // A tangent direction that is not the gradient's.
    var direction = randomPoint(point.count, seed: seed)
    potential.project(&direction, at: point)
    var slope = 0.0
    for index in point.indices { slope += gradient[index] * direction[index] }
    var unused = point
    func shifted(_ step: Double) -> Double {
      var moved = point
      for index in moved.indices { moved[index] += step * direction[index] }
      potential.normalize(&moved)
      return potential.evaluate(at: moved, gradient: &unused, shouldStop: {})
    }
    // Richardson's combination of central differences has an error of the fourth order.
    func central(_ step: Double) -> Double { (shifted(step) - shifted(-step)) / (2 * step) }
    let difference = (4 * central(5e-5) - central(1e-4)) / 3
    #expect(abs(difference - slope) <= 1e-6 * max(value, abs(slope)))
  }

  private func randomPoint(_ count: Int, seed: Int) -> [Double] {
    (0..<count).map { Double(($0 * 7919 + seed * 104_729) % 2003) / 1001.5 - 1 }
  }

  @Test(
    "Descent finds the known minima of frames without a closed form",
    arguments: [
      (Family.residual, 7, [5, 5, 5, 5, 5], 34.734647), (.dense, 7, [6, 3, 3, 3], 16.384339),
      (.residual, 4, [6, 6, 6, 6, 6], 41.562207), (.dense, 3, [6, 3, 3], 16.105339),
      (.chain, 7, [5, 9, 4], 21.24),
    ])
  func knownMinima(family: Family, channels: Int, widths: [Int], expected: Double) throws {
    let architecture = try Architecture(
      family: family, input: InputShape(channels: channels, size: 1),
      stages: [Stage(widths: widths, kernel: 1, stride: 1)], form: .analysis)
    var cache = StructureCache()
    let minimum = FrameMinimum(
      architecture, effort: FrameMinimum.Effort(starts: 8, tolerance: 1e-7), cache: &cache,
      shouldStop: {})
    #expect(minimum.status == (family == .chain ? .certified : .converged))
    #expect(minimum.starts == 8)
    // Expected values have six decimals; squared gradients of 1e-7 are far below them.
    #expect(abs(minimum.framePotential - expected) < 2e-6, "\(minimum)")
    #expect(
      minimum.gradientNorm <= MinimumSearch.stalledGradient * 1e-7 * minimum.framePotential)
  }

  @Test(
    "Descent agrees with the closed form where there is one",
    arguments: [
      ([4, 5, 2], 1, 1, 1), ([3, 7, 4], 1, 1, 1), ([4, 3], 4, 3, 1), ([5, 6], 4, 3, 2),
    ])
  func closedForms(widths: [Int], size: Int, kernel: Int, stride: Int) throws {
    for family in [Family.chain, .dense] {
      let architecture = try Architecture(
        family: family, input: InputShape(channels: 2, size: size),
        stages: [Stage(widths: widths, kernel: kernel, stride: stride)], form: .synthesis)
      var cache = StructureCache()
      let exact = FrameMinimum(architecture, cache: &cache, shouldStop: {})
      #expect(exact.status == .closedForm && exact.iterations == 0 && exact.starts == 0)
      #expect(exact.gradientNorm.isNaN && exact.spread.isNaN)
      let found = FrameMinimum(
        architecture, effort: FrameMinimum.Effort(starts: 3), usesClosedForm: false,
        cache: &cache, shouldStop: {})
      let difference = found.framePotential - exact.framePotential
      #expect(abs(difference) <= 1e-6 * exact.framePotential, "\(found), \(exact)")
    }
  }

  @Test("Where the formula does not hold, the numerical minimum is another")
  func outsideFormula() throws {
    let wrapping = try ExactMinimumTests.chain(1, [2, 3], size: 4, kernel: 5)
    let uneven = try ExactMinimumTests.chain(1, [5], size: 5, kernel: 3, stride: 2)
    var cache = StructureCache()
    for (architecture, expected) in [(wrapping, 143.68), (uneven, 90.28)] {
      let minimum = FrameMinimum(architecture, cache: &cache, shouldStop: {})
      #expect(minimum.status == .converged)
      #expect(abs(minimum.framePotential - expected) < 5e-3, "\(minimum)")
    }
  }

  @Test("Minima are the same on every run, and never below the Welch bound", arguments: 0..<12)
  func repeatable(seed: Int) throws {
    let architecture = try randomArchitecture(seed: 3 * seed + 1)
    // Two short descents: what repeats is every iteration, converged or not.
    let effort = FrameMinimum.Effort(starts: 2, iterationLimit: 20)
    var first = StructureCache()
    var second = StructureCache()
    _ = FrameStructure(try randomArchitecture(seed: 5), cache: &second)
    let minimum = FrameMinimum(architecture, effort: effort, cache: &first, shouldStop: {})
    #expect(minimum == FrameMinimum(architecture, effort: effort, cache: &second, shouldStop: {}))
    let structure = FrameStructure(architecture, cache: &first)
    let (k, d) = (Double(structure.atomCount), Double(structure.frameDimension))
    #expect(minimum.framePotential >= max(k, k * k / d) * (1 - 1e-12))
  }

  @Test("Without starts there is no value and the status says so")
  func withoutStarts() throws {
    let architecture = try StatisticsTests.convolutional(.residual, size: 6)
    var cache = StructureCache()
    let minimum = FrameMinimum(
      architecture, effort: FrameMinimum.Effort(starts: 0), cache: &cache, shouldStop: {})
    #expect(minimum.status == .unavailable && minimum.framePotential.isNaN)
  }
}
