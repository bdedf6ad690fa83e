import Architectures
import InducedFrames
import TestSupport
import Testing

@Suite("Statistics")
struct StatisticsTests {
  static func convolutional(
    _ family: Family, size: Int, widths: [Int] = [3, 3, 3], form: Form? = nil
  ) throws -> Architecture {
    try Architecture(
      family: family, input: InputShape(channels: 2, size: size),
      stages: [Stage(widths: widths, kernel: 3, stride: 1)], form: form)
  }

  static func statistics(_ architecture: Architecture, _ weights: NetworkWeights) -> FrameStatistics
  {
    var cache = StructureCache()
    return FrameStatistics(architecture, weights: weights, cache: &cache)
  }

  @Test("One layer has the Gram matrix of its atoms")
  func oneLayer() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [3], kernel: 1, stride: 1)])
    let root = 0.75.squareRoot()
    let weight = WeightTensor(
      rows: 3, columns: 2, kernel: 1, values: [0, 1, root, -0.5, -root, -0.5])
    let statistics = Self.statistics(architecture, NetworkWeights(layers: [weight]))
    #expect(abs(statistics.framePotential - 4.5) < 1e-14)
    #expect(abs(statistics.mutualCoherence - 0.5) < 1e-15)
    #expect(abs(statistics.meanCoherence - 0.5) < 1e-15)
    #expect(abs(statistics.deepFramePotential - 0.25) < 1e-15)
  }

  @Test("A single atom has no mean over pairs")
  func singleAtom() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 2, size: 1),
      stages: [Stage(widths: [1], kernel: 1, stride: 1)])
    let statistics = Self.statistics(
      architecture, randomWeights(of: architecture, seed: 1))
    #expect(statistics.framePotential == 1)
    #expect(statistics.mutualCoherence == 0)
    #expect(statistics.deepFramePotential.isNaN)
    #expect(statistics.meanCoherence.isNaN)
  }

  @Test("The scale of an atom does not matter", arguments: 0..<12)
  func scale(seed: Int) throws {
    let architecture = try randomArchitecture(seed: seed)
    let weights = randomWeights(of: architecture, seed: seed)
    var scaled = weights
    let weight = weights.layers[0]
    let length = weight.columns * weight.kernel * weight.kernel
    for index in 0..<length { scaled.layers[0].values[index] *= 1024 }
    // A power of two changes no digit.
    #expect(
      "\(Self.statistics(architecture, weights))" == "\(Self.statistics(architecture, scaled))")
  }

  @Test(
    "Nor does a scale whose square no number can hold", arguments: [1e-300, 1e-200, 1e200, 1e300])
  func extremeScale(factor: Double) throws {
    let architecture = try randomArchitecture(seed: 3)
    let weights = randomWeights(of: architecture, seed: 3)
    var scaled = weights
    for index in scaled.layers[0].values.indices { scaled.layers[0].values[index] *= factor }
    let expected = Self.statistics(architecture, weights).framePotential
    let found = Self.statistics(architecture, scaled).framePotential
    // The factor is not a power of two, so each weight is rounded once.
    #expect(abs(found - expected) < 1e-13 * expected)
  }

  @Test("The order of the last layer's atoms does not matter", arguments: 0..<12)
  func permutation(seed: Int) throws {
    let architecture = try Self.convolutional(Family.layered[seed % 3], size: 6)
    let weights = randomWeights(of: architecture, seed: seed)
    var permuted = weights
    let last = weights.layers[2]
    let length = last.values.count / 3
    permuted.layers[2].values = Array(last.values[length...] + last.values[..<length])
    // A residual skip joins the last layer to the first, whose order must follow.
    if architecture.layers[2].skip != nil {
      let first = weights.layers[0]
      let atom = first.values.count / 3
      permuted.layers[0].values = Array(first.values[atom...] + first.values[..<atom])
      let second = weights.layers[1]
      var values: [Double] = []
      for row in 0..<3 {
        for column in [1, 2, 0] {
          let start = (row * 3 + column) * 9
          values += second.values[start..<start + 9]
        }
      }
      permuted.layers[1].values = values
    }
    let (a, b) = (
      Self.statistics(architecture, weights), Self.statistics(architecture, permuted)
    )
    #expect(isClose(a.framePotential, b.framePotential, relative: 1e-12, absolute: 1e-12))
    #expect(isClose(a.mutualCoherence, b.mutualCoherence, relative: 1e-12, absolute: 1e-12))
    #expect(isClose(a.meanCoherence, b.meanCoherence, relative: 1e-12, absolute: 1e-12))
  }

  @Test("Means do not depend on the image's size while kernels do not wrap", arguments: 0..<12)
  func imageSize(seed: Int) throws {
    let family = Family.layered[seed % 3]
    let small = try Self.convolutional(family, size: 6)
    let large = try Self.convolutional(family, size: 40)
    let weights = randomWeights(of: small, seed: seed)
    let (a, b) = (Self.statistics(small, weights), Self.statistics(large, weights))
    #expect(isClose(a.deepFramePotential, b.deepFramePotential, relative: 1e-12, absolute: 1e-12))
    #expect(isClose(a.meanCoherence, b.meanCoherence, relative: 1e-12, absolute: 1e-12))
    #expect(a.mutualCoherence == b.mutualCoherence)
    #expect(
      isClose(a.framePotential / 36, b.framePotential / 1600, relative: 1e-12, absolute: 1e-12))
  }

  @Test("A cache that other architectures filled changes nothing")
  func cache() throws {
    var shared = StructureCache()
    for seed in 0..<40 {
      let architecture = try randomArchitecture(seed: seed)
      let weights = randomWeights(of: architecture, seed: seed)
      let cached = FrameStatistics(architecture, weights: weights, cache: &shared)
      #expect("\(cached)" == "\(Self.statistics(architecture, weights))")
      var fresh = StructureCache()
      #expect(
        FrameStructure(architecture, cache: &shared).gramNonzeros
          == FrameStructure(architecture, cache: &fresh).gramNonzeros)
    }
  }

  @Test("A dead atom, a NaN and cancelling taps make every statistic NaN")
  func undefined() throws {
    let architecture = try Self.convolutional(.chain, size: 1, widths: [1, 1])
    let weights = randomWeights(of: architecture, seed: 1)
    var dead = weights
    for index in dead.layers[1].values.indices { dead.layers[1].values[index] = 0 }
    var nan = weights
    nan.layers[0].values[3] = .nan
    // On one pixel all taps of a channel add up.
    var cancelling = weights
    for index in cancelling.layers[1].values.indices { cancelling.layers[1].values[index] = 0 }
    cancelling.layers[1].values[0] = 1
    cancelling.layers[1].values[5] = -1
    for value in [dead, nan, cancelling] {
      var cache = StructureCache()
      let statistics = try FrameStatistics(
        architecture, weights: value, bounds: true, cache: &cache, shouldStop: {})
      #expect(statistics.framePotential.isNaN && statistics.deepFramePotential.isNaN)
      #expect(statistics.mutualCoherence.isNaN && statistics.meanCoherence.isNaN)
      #expect(statistics.bounds.upper.isNaN && statistics.bounds.status == .unavailable)
    }
  }

  @Test("A caller can stop the computation")
  func stop() throws {
    struct Stop: Error {}
    let architecture = try Self.convolutional(.residual, size: 6)
    let weights = randomWeights(of: architecture, seed: 1)
    var cache = StructureCache()
    var calls = 0
    #expect(throws: Stop.self) {
      _ = try FrameStatistics(
        architecture, weights: weights, cache: &cache,
        shouldStop: {
          calls += 1
          if calls == 5 { throw Stop() }
        })
    }
    #expect(calls == 5)
  }

  @Test("The predicted work of a chain is that of its products")
  func cost() throws {
    var cache = StructureCache()
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 7, size: 1),
      stages: [Stage(widths: [5, 3], kernel: 1, stride: 1)])
    // 2 · (5 · 5 · 7 + 3 · 3 · 5) operations in two products.
    let cost = StatisticsCost(architecture, cache: &cache)
    #expect(cost.productFLOPs == 440)
    #expect(cost.productCalls == 2)
    #expect(cost.blockEntries == 25 + 15 + 9)
    #expect(cost.peakBytes == 8 * (2 * 50 + 25))
  }
}
