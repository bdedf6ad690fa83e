import Architectures
import Foundation
import NetworkGraphs
import Networks
import NeuralFrames
import OpenBLAS
import TestSupport
import Testing

/// Prints times; run in release with FRAMESWEEP_BENCHMARK set.
@Suite(
  "Benchmark of neural frames", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil))
struct NeuralFramesBenchmarkTests {
  @Test("What statistics of 34 directions in four families take besides the push-forward")
  func share() throws {
    BLASLibrary.setThreadCount(1)
    for size in [8, 16, 32] {
      for channels in [16, 32, 64, 128] where size * channels <= 2_048 {
        let architecture = try Architecture(
          family: .chain, input: InputShape(channels: channels, size: size),
          stages: [Stage(widths: Array(repeating: channels, count: 4), kernel: 3, stride: 1)])
        let weights = NetworkWeights.heInitialization(of: architecture, seed: 1, draw: 0)
        let sample = try FramePropertyTests.sample(
          channels: channels, size: size, counts: [10, 8, 8, 8], seed: 1)
        let graph = BuiltNetwork(architecture)
        let cost = PushForwardCost(
          graph, vectors: 35, imageCount: 16, scalarBytes: 4)
        let count = cost.images
        let evaluator = try Evaluator<Float>(
          graph.graph, parameters: graph.parameters(weights),
          representations: Array(graph.values.dropFirst()), images: count, vectors: 35)
        for place in 0..<count {
          let image = sample.image
          evaluator.store(image.span, vectorsFrom: 0, ofImage: place)
          var next = 1
          for directions in sample.directions {
            let vectors = directions.vectors
            evaluator.store(vectors.span, vectorsFrom: next, ofImage: place)
            next += directions.count
          }
        }
        let analysis = FrameAnalysis<Float>(sample.reference)
        let workspace = FrameWorkspace()
        let clock = ContinuousClock()
        var (forward, statistics) = (Double.infinity, Double.infinity)
        for _ in 0..<40 {
          var spent = Duration.zero
          let all = try clock.measure {
            try evaluator.run { representation in
              spent += try clock.measure {
                for place in 0..<count {
                  _ = try representation.withVectors(ofImage: place) { vectors in
                    try analysis.analyze(vectors, isRectified: true, in: workspace)
                  }
                }
              }
            }
          }
          forward = min(forward, (all - spent) / .seconds(1))
          statistics = min(statistics, spent / .seconds(1))
        }
        print(
          "size \(size), \(channels) channels, \(count) images:",
          "\(Int(cost.flops / forward * 1e-9)) GFLOP/s forward,",
          "\(Int(1e6 * statistics / Double(4 * count))) µs of statistics an image and layer,",
          "\(Int(100 * statistics / forward)) % of the push-forward")
      }
    }
  }
}
