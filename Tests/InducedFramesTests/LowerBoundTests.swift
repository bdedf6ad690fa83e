import Architectures
import TestSupport
import Testing

@testable import InducedFrames

@Suite("Lower bound of the minimum")
struct LowerBoundTests {
  private static func bound(_ architecture: Architecture) -> Double {
    var cache = StructureCache()
    return LowerBound(architecture, cache: &cache).framePotential
  }

  @Test("No weights go below the bound, not even those of a short search", arguments: 0..<90)
  func holds(seed: Int) throws {
    let architecture = try randomArchitecture(seed: seed)
    let bound = Self.bound(architecture)
    var cache = StructureCache()
    let weights = randomWeights(of: architecture, seed: seed)
    let statistics = FrameStatistics(architecture, weights: weights, cache: &cache)
    // Taps that wrap and cancel leave a column without a direction.
    if !statistics.framePotential.isNaN {
      #expect(bound <= statistics.framePotential * (1 + 1e-12))
    }
    let found = FrameMinimum(
      architecture,
      effort: FrameMinimum.Effort(starts: 2, iterationLimit: 60, spreadFLOPs: 0),
      usesClosedForm: false, cache: &cache, shouldStop: {})
    #expect(found.bound == bound)
    #expect(bound <= found.framePotential * (1 + 1e-12), "\(architecture.canonicalText)")
    if let exact = ExactMinimum(architecture) {
      #expect(bound <= exact.framePotential * (1 + 1e-12))
    }
  }

  /// Chains in the analysis form, as input channels, widths, size, kernel and the stages' stride.
  static let chains = [
    (7, [[5, 9, 4]], 1, 1, 1), (6, [[6, 2, 8, 3]], 1, 1, 1), (5, [[4, 3, 5]], 4, 3, 1),
    (3, [[3, 4], [5, 2]], 6, 3, 2), (4, [[4, 6], [3, 3]], 8, 3, 2), (1, [[1, 1, 1]], 1, 1, 1),
  ]

  private static func network(
    _ channels: Int, _ stages: [[Int]], _ size: Int, _ kernel: Int, _ stride: Int
  ) throws -> Architecture {
    try Architecture(
      family: .chain, input: InputShape(channels: channels, size: size),
      stages: stages.enumerated().map { index, widths in
        Stage(widths: widths, kernel: kernel, stride: index == 0 ? 1 : stride)
      }, form: .analysis)
  }

  /// The potential of a chain whose units all read one channel at one tap.
  private static func degenerate(_ architecture: Architecture) -> Double {
    let layers = architecture.layers
    func count(_ index: Int) -> Double {
      guard index < layers.count else { return 0 }
      return Double(layers[index].width * layers[index].outputSize * layers[index].outputSize)
    }
    func width(_ index: Int) -> Double { index < layers.count ? Double(layers[index].width) : 0 }
    var sum = layers.indices.reduce(0) { $0 + count($1) }
    for index in layers.indices.dropFirst() {
      sum += 2 * (count(index) - count(index + 1) / (1 + width(index + 1))) / (1 + width(index))
    }
    return sum
  }

  @Test(
    "Chains in the analysis form reach the degenerate value, near their bound", arguments: chains)
  func chain(channels: Int, stages: [[Int]], size: Int, kernel: Int, stride: Int) throws {
    let architecture = try Self.network(channels, stages, size, kernel, stride)
    var cache = StructureCache()
    let minimum = FrameMinimum(
      architecture, effort: FrameMinimum.Effort(starts: 3, spreadFLOPs: 1e8), cache: &cache,
      shouldStop: {})
    let expected = Self.degenerate(architecture)
    #expect(minimum.framePotential <= expected * (1 + 1e-6), "\(minimum)")
    #expect(minimum.bound > 0.98 * expected, "\(minimum)")
    #expect(
      (minimum.status == .certified)
        == (minimum.framePotential - minimum.bound < 1e-3 * minimum.framePotential))
  }

  @Test("Chains of three layers of like width are certified")
  func certified() throws {
    for (channels, widths) in [(7, [5, 9, 4]), (8, [8, 8, 8])] {
      let architecture = try Self.network(channels, [widths], 1, 1, 1)
      var cache = StructureCache()
      let minimum = FrameMinimum(architecture, cache: &cache, shouldStop: {})
      #expect(minimum.status == .certified, "\(minimum)")
    }
  }

  @Test("Wide layers behind a narrow one go below the degenerate value")
  func belowDegenerate() throws {
    // The unit of the third layer that all of the fourth read costs little wherever it reads, so it
    // reads the channel of the narrow layer that the others leave.
    let architecture = try Self.network(5, [[3, 2, 12, 12]], 1, 1, 1)
    var cache = StructureCache()
    let minimum = FrameMinimum(architecture, cache: &cache, shouldStop: {})
    #expect(minimum.framePotential < Self.degenerate(architecture) - 0.1, "\(minimum)")
    #expect(minimum.bound < minimum.framePotential)
  }

  @Test("Where no kernel wraps, the layers of a chain in the synthesis form add up to its minimum")
  func synthesis() throws {
    for (size, kernel) in [(1, 1), (4, 3), (6, 5)] {
      let architecture = try Architecture(
        family: .chain, input: InputShape(channels: 3, size: size),
        stages: [Stage(widths: [5, 9, 4], kernel: kernel, stride: 1)], form: .synthesis)
      let exact = try #require(ExactMinimum(architecture)).framePotential
      #expect(abs(Self.bound(architecture) - exact) < 1e-12 * exact)
    }
  }

  @Test(
    "Kernels that wrap cost the bound of a chain in the synthesis form little", arguments: [2, 3])
  func wrappingSynthesis(size: Int) throws {
    // Widths as in the last stages of VGG, narrower: two of four layers wrap and are read.
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 2 * size),
      stages: [
        Stage(widths: [12, 12], kernel: 3, stride: 1),
        Stage(widths: [6, 6, 6], kernel: 3, stride: 2),
      ], form: .synthesis)
    var cache = StructureCache()
    let minimum = FrameMinimum(
      architecture, effort: FrameMinimum.Effort(starts: 3, iterationLimit: 200),
      usesClosedForm: false,
      cache: &cache, shouldStop: {})
    #expect(minimum.bound <= minimum.framePotential * (1 + 1e-12))
    #expect(minimum.bound > (size == 2 ? 0.8 : 1 - 1e-6) * minimum.framePotential, "\(minimum)")
    let structure = FrameStructure(architecture, cache: &cache)
    #expect(minimum.bound > Double(structure.atomCount) * (1 + 1e-3))
  }

  @Test("Skips force what their constants contribute, and no more if every layer has one unit")
  func skips() throws {
    for widths in [[1, 1, 1], [2, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3, 3]] {
      let architecture = try Architecture(
        family: .residual, input: InputShape(channels: 5, size: 1),
        stages: [Stage(widths: widths, kernel: 1, stride: 1)])
      let layers = architecture.layers
      func squaredNorm(_ index: Int) -> Double {
        let leaving = layers.count { $0.skip?.layer == index }
        let read = index + 1 < layers.count ? Double(widths[index + 1]) : 0
        return 1 + Double(leaving) + read / Double(widths[index])
      }
      var expected = Double(widths.reduce(0, +))
      for layer in layers {
        guard let skip = layer.skip else { continue }
        expected += 2 * Double(layer.width) / (squaredNorm(skip.layer) * squaredNorm(layer.index))
      }
      #expect(abs(Self.bound(architecture) - expected) < 1e-12 * expected)
    }
  }
}
