import Architectures
import FrameTheory
import TestSupport
import Testing

@testable import InducedFrames

@Suite("Coherence of a layer's dictionary")
struct LayerCoherenceTests {
  /// The dictionary on an image so large that one position in the middle meets no border.
  private func explicit(_ weight: WeightTensor, stride: Int) -> GramMatrix {
    let kernel = weight.kernel
    let places = 2 * kernel + 1
    let side = (places - 1) * stride + kernel
    let dimension = weight.columns * side * side
    var atoms: [Double] = []
    for row in 0..<weight.rows {
      for place in 0..<places * places {
        var atom = [Double](repeating: 0, count: dimension)
        for channel in 0..<weight.columns {
          for tap in 0..<kernel * kernel {
            let y = stride * (place / places) + tap / kernel
            let x = stride * (place % places) + tap % kernel
            atom[(channel * side + y) * side + x] =
              weight.values[(row * weight.columns + channel) * kernel * kernel + tap]
          }
        }
        atoms += atom
      }
    }
    return GramMatrix(
      Frame(
        dimension: dimension, count: weight.rows * places * places, normalizing: atoms))
  }

  private func layer(_ width: Int, _ channels: Int, kernel: Int, stride: Int) throws -> Layer {
    try Architecture(
      family: .chain, input: InputShape(channels: channels, size: 8),
      stages: [Stage(widths: [width], kernel: kernel, stride: stride)]
    ).layers[0]
  }

  @Test(
    "It is that of the explicit dictionary, and not below its bound",
    arguments: [
      (3, 2, 1, 1), (3, 1, 1, 2), (2, 1, 3, 1), (3, 1, 3, 2), (1, 1, 3, 1), (4, 1, 3, 3),
      (2, 1, 3, 4), (1, 1, 1, 1),
    ])
  func bruteForce(width: Int, channels: Int, kernel: Int, stride: Int) throws {
    let layer = try layer(width, channels, kernel: kernel, stride: stride)
    let bound = LayerCoherence.bound(of: LayerCoherence.Shape(layer))
    for seed in 0..<4 {
      let weight = randomWeights(layers: [layer], seed: seed).layers[0]
      let found = LayerCoherence(of: weight, stride: stride, shouldStop: {}).coherence
      // Sums of at most eighteen products of size 1.
      #expect(abs(found - explicit(weight, stride: stride).mutualCoherence) < 1e-13)
      #expect(found >= bound * (1 - 1e-13))
    }
  }

  @Test("Without overlap the bound is Welch's")
  func welch() throws {
    let layer = try layer(7, 3, kernel: 1, stride: 1)
    let expected = WelchBound.mutualCoherence(dimension: 3, count: 7)
    #expect(abs(LayerCoherence.bound(of: LayerCoherence.Shape(layer)) - expected) < 1e-15)
    let orthonormal = try self.layer(3, 3, kernel: 3, stride: 1)
    #expect(LayerCoherence.bound(of: LayerCoherence.Shape(orthonormal)) == 0)
  }

  @Test("A row of zeros has no coherence, and scales do not matter")
  func scales() throws {
    let zero = WeightTensor(rows: 2, columns: 1, kernel: 1, values: [1, 0])
    #expect(LayerCoherence(of: zero, stride: 1, shouldStop: {}).coherence.isNaN)
    let tiny = WeightTensor(rows: 2, columns: 2, kernel: 1, values: [1e-300, 0, 1e200, 1e200])
    let found = LayerCoherence(of: tiny, stride: 1, shouldStop: {}).coherence
    #expect(abs(found - 0.5.squareRoot()) < 1e-15)
  }
}
