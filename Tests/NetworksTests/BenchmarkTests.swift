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
    let seconds = try seconds(architecture, images: images, vectors: vectors, as: Scalar.self)
    return Double(architecture.forwardFLOPs * images * vectors) / seconds
  }

  /// The seconds of the best of several passes.
  static func seconds<Scalar: GraphScalar>(
    _ architecture: Architecture, images: Int, vectors: Int, passes: Int = 12, as: Scalar.Type
  ) throws -> Double {
    let network = BuiltNetwork(architecture)
    let evaluator = try Evaluator<Scalar>(
      network.graph, parameters: network.initialParameters(seed: 1, draw: 0),
      representations: network.values, images: images, vectors: vectors)
    let count = network.graph[network.graph.input].shape.count * vectors
    let values = (0..<count).map { Double($0 * 7919 % 1001) / 500 - 1 }
    for image in 0..<images { evaluator.store(values.span, vectorsFrom: 0, ofImage: image) }
    var best = Duration.seconds(3_600)
    for _ in 0..<passes {
      best = min(best, try ContinuousClock().measure { try evaluator.run { _ in } })
    }
    return best / .seconds(1)
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

  /// The networks of `analysis/benchmarks/push_forward.py blocks`.
  static func blocks() throws -> [(name: String, architecture: Architecture)] {
    let normalized = try [16, 32, 64, 128, 256].map { channels in
      (
        "batch norm, \(channels) channels",
        try Architecture(
          family: .chain, input: InputShape(channels: channels, size: 16),
          stages: [Stage(widths: Array(repeating: channels, count: 4), kernel: 3, stride: 1)],
          options: [.normalization: KeyValue(Normalization.batch)])
      )
    }
    let image = InputShape(channels: 3, size: 224)
    func tokens(_ family: Family, width: Int, _ options: KeyValues) throws -> Architecture {
      var options = options
      options[.patch] = .integer(16)
      return try Architecture(
        family: family, input: image, stages: [Stage(widths: [width], kernel: 1, stride: 1)],
        options: options)
    }
    return normalized + [
      ("ViT-S block", try tokens(.transformer, width: 384, [.heads: .integer(6)])),
      (
        "Mixer-S block",
        try tokens(
          .mixer, width: 512, [.tokenWidth: .integer(256), .channelWidth: .integer(2_048)])
      ),
      (
        "depthwise block",
        try Architecture(
          family: .residual, input: InputShape(channels: 96, size: 16),
          stages: [Stage(widths: [96, 96], kernel: 3, stride: 1)],
          options: [
            .block: KeyValue(Block.inverted), .normalization: KeyValue(Normalization.batch),
            .stem: KeyValue(Stem.none),
          ])
      ),
    ]
  }

  @Test("Blocks of networks that people use, 35 vectors of an image")
  func blockTimes() throws {
    BLASLibrary.setThreadCount(1)
    for (name, architecture) in try Self.blocks() {
      let seconds = try Self.seconds(
        architecture, images: 1, vectors: 35, passes: 5, as: Float.self)
      print("\(name), ms: \((seconds * 1e4).rounded() / 10)")
    }
  }
}
