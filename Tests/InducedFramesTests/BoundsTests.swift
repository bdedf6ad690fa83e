import Architectures
import Testing

@testable import InducedFrames

@Suite("Frame bounds")
struct BoundsTests {
  @Test("Lanczos finds both ends of a known spectrum", arguments: [2, 50, 3000])
  func knownSpectrum(order: Int) throws {
    // The values 1/2 and 3 stand apart from the interval [1, 2].
    var values = (0..<order).map { 1 + Double($0) / Double(order) }
    values[0] = 0.5
    values[order - 1] = 3
    let lanczos = try Lanczos(order: order, tolerance: 1e-10, limit: 200) { vector, image in
      for index in vector.indices { image[index] = values[index] * vector[index] }
    }
    // The error of an isolated eigenvalue is of the order of the squared residual.
    #expect(lanczos.largest.residual <= 3e-10)
    #expect(lanczos.smallest.residual <= 3e-10)
    #expect(abs(lanczos.largest.value - 3) < 1e-13)
    #expect(abs(lanczos.smallest.value - 0.5) < 1e-13)
  }

  @Test("A residual is never smaller than the error, converged or not", arguments: [3, 5, 10])
  func residuals(limit: Int) throws {
    let lanczos = try Lanczos(order: 1000, tolerance: 0, limit: limit) { vector, image in
      for index in vector.indices { image[index] = Double(index % 100) * vector[index] }
    }
    #expect(lanczos.iterations == limit)
    for estimate in [lanczos.smallest, lanczos.largest] {
      let nearest = min(max(estimate.value.rounded(), 0), 99)
      #expect(abs(estimate.value - nearest) <= estimate.residual * (1 + 1e-12))
    }
  }

  @Test("An invariant subspace ends the iteration with exact values")
  func invariantSubspace() throws {
    let lanczos = try Lanczos(order: 500, tolerance: 0, limit: 400) { vector, image in
      for index in vector.indices { image[index] = Double(index % 3 + 1) * vector[index] }
    }
    #expect(lanczos.iterations == 3)
    #expect(abs(lanczos.smallest.value - 1) < 1e-12 && abs(lanczos.largest.value - 3) < 1e-12)
  }

  @Test("A large frame's bounds contain those of a small image with the same weights")
  func nested() throws {
    // At stride 1 the Gram matrix splits over spatial frequencies, and those of a 4 × 4 image are
    // among those of a 16 × 16 one.
    func architecture(_ size: Int) throws -> Architecture {
      try Architecture(
        family: .chain, input: InputShape(channels: 2, size: size),
        stages: [Stage(widths: [4, 5], kernel: 3, stride: 1)])
    }
    var cache = StructureCache()
    let weights = try randomWeights(of: architecture(4), seed: 3)
    let small = try FrameStatistics(
      architecture(4), weights: weights, bounds: true, cache: &cache, shouldStop: {})
    let large = try FrameStatistics(
      architecture(16), weights: weights, bounds: true, cache: &cache, shouldStop: {})
    #expect(small.bounds.status == .exact && small.bounds.residual == 0)
    #expect(large.bounds.upper >= small.bounds.upper * (1 - 1e-8))
    switch large.bounds.status {
    case .converged:
      #expect(large.bounds.residual <= 1e-8)
      #expect(large.bounds.lower <= small.bounds.lower + 1e-8 * large.bounds.upper)
    default:
      #expect(large.bounds.status == .iterationLimit)
      #expect(large.bounds.lower.isNaN && large.bounds.residual > 1e-8)
    }
  }
}
