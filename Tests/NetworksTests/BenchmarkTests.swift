import Architectures
import Foundation
import NetworkGraphs
import Networks
import OpenBLAS
import Testing

/// Prints rates; run in release with FRAMESWEEP_BENCHMARK set, beside
/// `analysis/benchmarks/push_forward.py`, which measures the same in PyTorch.
@Suite(
  "Benchmark of networks", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil))
struct NetworksBenchmarkTests {
  static func chain(channels: Int, size: Int) throws -> Architecture {
    try Architecture(
      family: .chain, input: InputShape(channels: channels, size: size),
      stages: [Stage(widths: Array(repeating: channels, count: 4), kernel: 3, stride: 1)])
  }

  /// The best of several passes, in FLOP/s.
  static func rate<Scalar: GraphScalar>(
    _ architecture: Architecture, images: Int, vectors: Int, as: Scalar.Type
  ) throws -> Double {
    let weights = NetworkWeights.heInitialization(of: architecture, seed: 1, draw: 0)
    let graph = BuiltNetwork(architecture)
    let evaluator = try Evaluator<Scalar>(
      graph.graph, parameters: graph.parameters(weights), representations: graph.values,
      images: images, vectors: vectors)
    let count = graph.graph[graph.graph.input].shape.count * vectors
    let values = (0..<count).map { Double($0 * 7919 % 1001) / 500 - 1 }
    for image in 0..<images { evaluator.store(values.span, vectorsFrom: 0, ofImage: image) }
    var best = Duration.seconds(3_600)
    for _ in 0..<12 {
      best = min(best, try ContinuousClock().measure { try evaluator.run { _ in } })
    }
    let flops = Double(architecture.forwardFLOPs * images * vectors)
    return flops / (best / .seconds(1))
  }

  @Test("Four layers of equal width, 35 vectors an image")
  func rates() throws {
    BLASLibrary.setThreadCount(1)
    for size in [8, 16, 32] {
      for channels in [16, 32, 64] {
        let architecture = try Self.chain(channels: channels, size: size)
        var line = "size \(size), \(channels) channels, GFLOP/s:"
        for images in [1, 2, 4, 8, 16] where images * size <= 128 {
          let rate = try Self.rate(architecture, images: images, vectors: 35, as: Float.self)
          line += " \(images)×35: \((rate * 1e-9).rounded())"
        }
        let rate = try Self.rate(architecture, images: 1, vectors: 35, as: Double.self)
        print(line, "float64: \((rate * 1e-9).rounded())")
      }
    }
  }
}
