import Architectures
import Foundation
import Networks
import Testing
import Training

/// Prints rates; run in release with FRAMESWEEP_BENCHMARK set, beside
/// `analysis/benchmarks/training.py`, which measures the same in PyTorch.
@Suite(
  "Benchmark of training", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil))
struct TrainingBenchmarkTests {
  /// The images per second of the best of several epochs.
  static func rate(width: Int) throws -> Double {
    let shape = InputShape(channels: 1, size: 8)
    let rule = Shorthand(
      stageDepth: 3, width: width, stageCount: 2, widen: 2, kernel: 3, stride: 2, growth: nil)
    let architecture = try Architecture(
      family: .chain, input: shape, stages: rule.stages(for: .chain))
    let count = 39 * 32
    let images = LabelledImages(
      shape: shape,
      values: .numbers((0..<(count + 2) * 64).map { Double($0 * 7_919 % 1_001) / 1_000 }),
      labels: (0..<count + 2).map { $0 % 10 })
    let split = DataSplit(count: count + 2, validation: 0, test: 0, seed: 0)
    var settings = TrainingSettings()
    settings.learningRate = 0.01
    let trainer = try Trainer(
      BuiltNetwork(architecture, classes: images.classes), images: images, split: split,
      settings: settings, seed: 0, draw: 0)
    var best = Duration.seconds(3_600)
    for _ in 0..<7 { best = min(best, try ContinuousClock().measure { try trainer.runEpoch() }) }
    return Double(count) / (best / .seconds(1))
  }

  @Test("Two stages of three layers, batches of 32")
  func rates() throws {
    for width in [8, 16, 32, 64] {
      print("width \(width), images/s: \(Int(try Self.rate(width: width)))")
    }
  }
}
