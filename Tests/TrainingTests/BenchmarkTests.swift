import Architectures
import Foundation
import Networks
import OpenBLAS
import Testing
import Training

/// Prints rates; run in release with FRAMESWEEP_BENCHMARK set, beside
/// `analysis/benchmarks/training.py`, which measures the same in PyTorch.
@Suite(
  "Benchmark of training", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil))
struct TrainingBenchmarkTests {
  /// The images per second of the best of several epochs.
  ///
  /// - Parameters:
  ///   - architecture: the network.
  ///   - classes: the classes.
  ///   - batch: the images of a step.
  ///   - steps: the steps of an epoch.
  ///   - epochs: the number of epochs.
  ///   - settings: how it is trained.
  static func rate(
    _ architecture: Architecture, classes: Int = 10, batch: Int = 32, steps: Int = 39,
    epochs: Int = 7, settings: TrainingSettings = TrainingSettings()
  ) throws -> Double {
    let (count, shape) = (steps * batch, architecture.input)
    let dimension = shape.channels * shape.size * shape.size
    let images = LabelledImages(
      shape: shape,
      values: .numbers(
        (0..<(count + 2) * dimension).map { Double($0 * 7_919 % 1_001) / 1_000 }),
      labels: (0..<count + 2).map { $0 % classes })
    let split = DataSplit(count: count + 2, validation: 0, test: 0, seed: 0)
    var settings = settings
    settings.batchSize = batch
    let trainer = try Trainer(
      BuiltNetwork(architecture, classes: images.classes), images: images, split: split,
      settings: settings, seed: 0, draw: 0)
    var best = Duration.seconds(3_600)
    for _ in 0..<epochs {
      best = min(best, try ContinuousClock().measure { try trainer.runEpoch() })
    }
    return Double(count) / (best / .seconds(1))
  }

  @Test("Two stages of three layers, batches of 32")
  func rates() throws {
    let shape = InputShape(channels: 1, size: 8)
    for width in [8, 16, 32, 64] {
      let rule = Shorthand(
        stageDepth: 3, width: width, stageCount: 2, widen: 2, kernel: 3, stride: 2, growth: nil)
      let architecture = try Architecture(
        family: .chain, input: shape, stages: rule.stages(for: .chain))
      var settings = TrainingSettings()
      settings.learningRate = 0.01
      let rate = try Self.rate(architecture, settings: settings)
      print("width \(width), images/s: \(Int(rate))")
    }
  }

  @Test("ResNet-20 with batch normalisation, and ViT-Ti on images of 224 pixels")
  func networks() throws {
    BLASLibrary.setThreadCount(1)
    var settings = TrainingSettings()
    settings.learningRate = 0.01
    let residual = try Self.rate(
      Preset.cifarResNet20.architecture(), steps: 3, epochs: 4, settings: settings)
    print("ResNet-20, images/s: \(residual)")
    settings.optimizer = .adamW()
    settings.learningRate = 1e-3
    let transformer = try Self.rate(
      Preset.viTTiny16.architecture(), classes: 1_000, batch: 8, steps: 1, epochs: 4,
      settings: settings)
    print("ViT-Ti, images/s: \(transformer)")
  }
}
