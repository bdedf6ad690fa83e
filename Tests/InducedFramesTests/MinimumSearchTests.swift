import Architectures
import TestSupport
import Testing

@testable import InducedFrames

@Suite("Search of the minimum")
struct MinimumSearchTests {
  @Test("Among all weights, concentrated ones have the gradient that they have among themselves")
  func concentratedGradient() throws {
    var compared = 0
    for seed in 0..<200 {
      let architecture = try randomArchitecture(seed: seed)
      guard MinimumSearch.tiles(architecture),
        let smaller = MinimumSearch.concentratedFrame(architecture)
      else { continue }
      compared += 1
      var cache = StructureCache()
      let frame = InducedFrame(architecture)
      let count = FrameStructure(architecture, cache: &cache).atomCount
      let blocks = GramBlocks(
        smaller, weights: randomWeights(layers: smaller.layers, seed: seed), cache: &cache)
      var among = PotentialGradient(blocks, atomCount: count)
      var gradient = [Double](repeating: 0, count: among.count)
      let value = among.evaluate(at: blocks.panels.values, gradient: &gradient, shouldStop: {})

      let all = GramBlocks(
        frame, weights: randomWeights(of: architecture, seed: seed), cache: &cache)
      var point = all.panels.values
      var start = DescentStart(key: 1)
      start.fill(
        &point, all.panels, with: blocks.panels.values, blocks.panels, disturbance: 0)
      var potential = PotentialGradient(all, atomCount: count)
      var whole = [Double](repeating: 0, count: potential.count)
      let same = potential.evaluate(at: point, gradient: &whole, shouldStop: {})

      // Both sum the same terms, so they differ by rounding only.
      #expect(
        isClose(same, value, relative: 1e-12, absolute: 1e-12), "\(architecture.canonicalText)")
      var expected = whole
      start.fill(&expected, all.panels, with: gradient, blocks.panels, disturbance: 0)
      for (one, other) in zip(whole, expected) {
        #expect(abs(one - other) <= 1e-12 * value, "\(architecture.canonicalText)")
      }
    }
    #expect(compared > 10)
  }

  @Test("One memory serves all iterations of all starts")
  func memory() throws {
    let architecture = try StatisticsTests.convolutional(.residual, size: 6)
    var cache = StructureCache()
    var descent = MinimumSearch.descent(InducedFrame(architecture), cache: &cache)
    let addresses = descent.addresses
    // As many pairs of vectors as are kept, and five more.
    #expect(
      addresses.count == 2 * SphereDescent.memory(count: descent.end.count) + 5)
    for key in 0..<2 {
      let outcome = descent.run(
        limit: 30, tolerance: 0, stalled: 0,
        from: { point in
          var start = DescentStart(key: UInt64(key))
          start.fillRandom(&point)
        }, shouldStop: {})
      #expect(outcome.iterations == 30)
      #expect(descent.addresses == addresses)
    }
  }

  /// Networks in the analysis form whose deepest valleys use several taps, with the lowest value that
  /// 200 starts among all weights led to.
  static let deepValleys: [(Family, channels: Int, size: Int, widths: [Int], lowest: Double)] = [
    (.residual, 1, 4, [2, 3, 2], 165.243241), (.dense, 3, 3, [1, 3, 2], 66.277063),
  ]

  @Test("Searches find valleys that use several taps", arguments: deepValleys)
  func severalTaps(family: Family, channels: Int, size: Int, widths: [Int], lowest: Double) throws {
    let architecture = try Architecture(
      family: family, input: InputShape(channels: channels, size: size),
      stages: [Stage(widths: widths, kernel: 3, stride: 1)], form: .analysis)
    var cache = StructureCache()
    let minimum = FrameMinimum(
      architecture, effort: FrameMinimum.Effort(starts: 6), cache: &cache, shouldStop: {})
    #expect(minimum.status == .converged)
    #expect(minimum.framePotential <= lowest + 1e-6, "\(minimum)")
  }

  @Test("A strided layer reads all positions of its patches, not one")
  func stridedPatches() throws {
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 2, size: 4),
      stages: [
        Stage(widths: [2, 2, 2], kernel: 3, stride: 1), Stage(widths: [3], kernel: 3, stride: 2),
      ])
    let frame = try #require(MinimumSearch.concentratedFrame(architecture))
    #expect(frame.layers.map(\.kernel) == [1, 1, 1, 2])
  }

  @Test("A descent that hardly goes down has converged if its gradient is small, and only then")
  func stalled() throws {
    let architecture = try Architecture(
      family: .dense, input: InputShape(channels: 3, size: 1),
      stages: [Stage(widths: [8, 4, 4, 4], kernel: 1, stride: 1)], form: .analysis)
    func descend(_ stalled: Double) -> SphereDescent.Outcome {
      var cache = StructureCache()
      var descent = MinimumSearch.descent(InducedFrame(architecture), cache: &cache)
      return descent.run(
        limit: 4_000, tolerance: 0, stalled: stalled,
        from: { point in
          var start = DescentStart(key: 1)
          start.fillRandom(&point)
        }, shouldStop: {})
    }
    let (some, none) = (descend(1e-5), descend(0))
    #expect(some.hasConverged && !none.hasConverged)
    #expect(some.iterations < none.iterations && some.iterations.isMultiple(of: 100))
    #expect(some.gradientNorm <= 1e-5 * some.value)
    #expect(some.value - none.value < 1e-6 * some.value)
  }

  @Test("Large networks follow the best of their starts, and small ones all")
  func followed() throws {
    func effort(_ width: Int, _ form: Form) throws -> FrameMinimum.Effort {
      let architecture = try Architecture(
        family: .chain, input: InputShape(channels: 3, size: 4),
        stages: [Stage(widths: [width, width, width], kernel: 3, stride: 1)], form: form)
      return FrameMinimum.Effort(for: architecture)
    }
    #expect(try effort(4, .analysis).followsAll && effort(4, .synthesis).starts > 3)
    let large = try effort(32, .analysis)
    #expect(!large.followsAll && large.starts == 3)
    // Layers that are not tied to one another are tight frames by themselves, from any start.
    #expect(try effort(32, .synthesis).starts == 1)
  }

  @Test("Many descents to one value end a search")
  func enoughHits() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 4, size: 1),
      stages: [Stage(widths: [3, 2], kernel: 1, stride: 1)], form: .analysis)
    var cache = StructureCache()
    let minimum = FrameMinimum(
      architecture, effort: FrameMinimum.Effort(starts: 100), cache: &cache, shouldStop: {})
    #expect(minimum.starts == MinimumSearch.enoughHits)
  }
}
