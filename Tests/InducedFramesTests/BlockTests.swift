import Foundation
import Testing

@testable import Architectures
@testable import InducedFrames

/// Blocks that no family has yet, as layers that are written down one by one.
@Suite("Frames of bottleneck and DenseNet-BC blocks")
struct BlockTests {
  /// A fully connected layer that reads others side by side; without any, the four inputs.
  private func layer(
    _ index: Int, _ width: Int, reads: [Int], adds: Int? = nil, widths: [Int]
  ) -> Layer {
    var offset = 0
    var sources = reads.map { read in
      defer { offset += widths[read] }
      return Layer.Source(layer: read, channelOffset: offset, channels: widths[read])
    }
    if sources.isEmpty {
      sources = [Layer.Source(layer: nil, channelOffset: 0, channels: 4)]
      offset = 4
    }
    return Layer(
      index: index, stage: 0, width: width, inputWidth: offset, kernel: 1, stride: 1, inputSize: 1,
      outputSize: 1, sources: sources,
      skip: adds.map { Layer.Skip(layer: $0, projectionStride: nil) })
  }

  private func layers(_ widths: [Int], reads: [[Int]], adds: [Int: Int] = [:]) -> [Layer] {
    widths.indices.map { index in
      layer(index, widths[index], reads: reads[index], adds: adds[index], widths: widths)
    }
  }

  /// Counts and statistics at weights sin(1 + 0.7 i), i counted row by row over all layers.
  private func statistics(
    _ layers: [Layer], _ form: Form
  ) -> (structure: FrameStructure, statistics: FrameStatistics) {
    var place = 0
    let weights = layers.map { layer in
      WeightTensor(
        rows: layer.width, columns: layer.inputWidth, kernel: 1,
        values: (0..<layer.width * layer.inputWidth).map { _ in
          defer { place += 1 }
          return sin(1 + 0.7 * Double(place))
        })
    }
    var cache = StructureCache()
    let frame = InducedFrame(layers: layers, form: form)
    let blocks = GramBlocks(frame, weights: NetworkWeights(layers: weights), cache: &cache)
    let structure = FrameStructure(frame, plan: blocks.plan, cache: cache)
    return (structure, FrameStatistics(blocks, structure, shouldStop: {}))
  }

  @Test("Two bottlenecks behind a layer have the values of an independent implementation")
  func bottleneck() {
    // Each block is narrow, narrow, wide, and adds what it reads.
    let found = statistics(
      layers(
        [8, 2, 2, 8, 2, 2, 8], reads: [[], [0], [1], [2], [3], [4], [5]], adds: [3: 0, 6: 3]),
      .analysis)
    #expect(found.structure.atomCount == 32 && found.structure.frameDimension == 28)
    // Values with nine decimals.
    #expect(abs(found.statistics.framePotential - 58.398911329) < 1e-9)
    #expect(abs(found.statistics.mutualCoherence - 0.697102703) < 1e-9)
  }

  @Test(
    "Three pairs of DenseNet-BC have the values of an independent implementation",
    arguments: [
      (Form.analysis, 34, 68.003548158, 0.672576523), (.synthesis, 52, 67.140049572, 0.778493248),
    ])
  func denseNet(form: Form, dimension: Int, potential: Double, coherence: Double) {
    // The wide layer of a pair reads the first layer and the narrow ones before it.
    let found = statistics(
      layers(
        [6, 8, 2, 8, 2, 8, 2], reads: [[], [0], [1], [0, 2], [3], [0, 2, 4], [5]]), form)
    #expect(found.structure.atomCount == 36 && found.structure.frameDimension == dimension)
    #expect(abs(found.statistics.framePotential - potential) < 1e-9)
    #expect(abs(found.statistics.mutualCoherence - coherence) < 1e-9)
  }
}
