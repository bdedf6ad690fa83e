import Architectures
import FrameTheory
import InducedFrames
import TestSupport
import Testing

@Suite("Explicit matrix")
struct ExplicitMatrixTests {
  @Test("Statistics of random architectures are those of the explicit matrix", arguments: 0..<300)
  func statistics(seed: Int) throws {
    try compare(randomArchitecture(seed: seed), seed: seed)
  }

  @Test(
    "So they are if the first layer has a kernel of its own", arguments: 300..<360, [1, 3, 5])
  func firstKernel(seed: Int, kernel: Int) throws {
    let architecture = try randomArchitecture(seed: seed, firstKernel: kernel)
    #expect(architecture.layers[0].kernel == kernel)
    try compare(architecture, seed: seed)
  }

  private func compare(_ architecture: Architecture, seed: Int) throws {
    let weights = randomWeights(of: architecture, seed: seed)
    var cache = StructureCache()
    let structure = FrameStructure(architecture, cache: &cache)
    let statistics = try FrameStatistics(
      architecture, weights: weights, bounds: true, cache: &cache, shouldStop: {})

    let frame = ExplicitMatrix.frame(of: architecture, weights: weights)
    let gram = GramMatrix(frame)
    // Random products of weights are not zero, and products without a common row are exactly zero. But
    // atoms of one entry are +1 or −1, so that a single draw may make a skip and a weight cancel.
    var isNonzero = gram.products.map { abs($0) > 1e-13 }
    if architecture.layers.contains(where: { $0.inputWidth * $0.kernel == 1 }) {
      for draw in 1..<12 {
        let others = randomWeights(of: architecture, seed: seed + 1000 * draw)
        let products = GramMatrix(ExplicitMatrix.frame(of: architecture, weights: others)).products
        for index in products.indices where abs(products[index]) > 1e-13 { isNonzero[index] = true }
      }
    }
    let nonzeros = isNonzero.count { $0 } - frame.count
    #expect(structure.atomCount == frame.count)
    #expect(structure.frameDimension == frame.dimension)
    #expect(structure.gramNonzeros == nonzeros, "\(architecture.canonicalText)")
    // Both paths sum at most a few thousand terms of size 1 at most.
    #expect(
      isClose(statistics.framePotential, gram.framePotential, relative: 1e-11, absolute: 1e-12))
    #expect(
      isClose(statistics.mutualCoherence, gram.mutualCoherence, relative: 1e-11, absolute: 1e-12))
    if nonzeros == 0 {
      #expect(statistics.meanCoherence.isNaN)
    } else {
      let mean = gram.offDiagonalSum / Double(nonzeros)
      #expect(isClose(statistics.meanCoherence, mean, relative: 1e-11, absolute: 1e-12))
    }
    // Eigenvalues are exact to rounding relative to the largest.
    let bounds = try FrameBounds(frame)
    #expect(abs(statistics.bounds.upper - bounds.upper) <= 1e-12 * bounds.upper)
    #expect(abs(statistics.bounds.lower - bounds.lower) <= 1e-12 * bounds.upper)
    let deep = structure.deepFramePotential(framePotential: gram.framePotential)
    #expect(nonzeros == 0 || abs(statistics.deepFramePotential - deep) < 1e-12)
    #expect(
      statistics.framePotential >= (1 - 1e-12)
        * WelchBound.framePotential(
          dimension: frame.dimension, count: frame.count))
  }
}
