import Architectures
import Foundation
import InducedFrames
import OpenBLAS
import Testing

/// Prints times; run in release with FRAMESWEEP_BENCHMARK set.
@Suite(
  "Benchmark", .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil))
struct BenchmarkTests {
  static func resNet(depth: Int, widen: Int = 1) throws -> Architecture {
    let blocks = (depth - 2) / 6
    let widths = [16, 32, 64].map { $0 * widen }
    return try Architecture(
      family: .residual, input: InputShape(channels: 3, size: 32),
      stages: widths.enumerated().map { index, width in
        Stage(
          widths: Array(repeating: width, count: 2 * blocks + (index == 0 ? 1 : 0)), kernel: 3,
          stride: index == 0 ? 1 : 2)
      }, shortcut: .projection)
  }

  @Test("Statistics", arguments: [(20, 1), (110, 1), (28, 4), (28, 10)])
  func statistics(depth: Int, widen: Int) throws {
    BLASLibrary.setThreadCount(1)
    let architecture = try Self.resNet(depth: depth, widen: widen)
    let weights = randomWeights(of: architecture, seed: 1)
    var cache = StructureCache()
    let time = ContinuousClock().measure {
      let statistics = FrameStatistics(architecture, weights: weights, cache: &cache)
      print(statistics.deepFramePotential)
    }
    print("resnet", depth, widen, time)
  }

  @Test("Counts")
  func counts() throws {
    var cache = StructureCache()
    let clock = ContinuousClock()
    let architectures = try (0..<20_000).map { index in
      try Architecture(
        family: Family.allCases[index % 3], input: InputShape(channels: 3, size: 32),
        stages: [
          Stage(
            widths: Array(repeating: 8 + index % 57, count: 4), kernel: 3, stride: 1),
          Stage(
            widths: Array(repeating: 16 + index % 91, count: 4), kernel: 3, stride: 2),
        ])
    }
    var sum = 0
    let time = clock.measure {
      for architecture in architectures {
        sum &+= FrameStructure(architecture, cache: &cache).gramNonzeros
      }
    }
    print("counts", time / architectures.count, sum)
    let layers = clock.measure { for a in architectures { sum &+= a.layers.count } }
    print("layers", layers / architectures.count, sum)
    let minima = clock.measure {
      for a in architectures { sum &+= ExactMinimum(a) == nil ? 1 : 0 }
    }
    print("minima", minima / architectures.count, sum)
  }
}
