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

  /// The rate of a product of square matrices, in GFLOP/s: the peak that is within reach.
  static func measuredRate() -> Double {
    let order = 1024
    let matrix = [Double](repeating: 1, count: order * order)
    var product = matrix
    let fastest = (0..<5).map { _ in
      ContinuousClock().measure {
        gemm(
          .columnMajor, .none, .none, rows: order, columns: order, inner: order, matrix, matrix,
          into: &product)
      } / .seconds(1)
    }.min()
    return 2e-9 * Double(order * order * order) / (fastest ?? .nan)
  }

  /// The largest resident memory so far, in MiB.
  static func peakMebibytes() -> Int {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss / 1_024
  }

  @Test("Statistics", arguments: [(20, 1), (110, 1), (28, 10)])
  func statistics(depth: Int, widen: Int) throws {
    BLASLibrary.setThreadCount(1)
    let architecture = try Self.resNet(depth: depth, widen: widen)
    let weights = randomWeights(of: architecture, seed: 1)
    var cache = StructureCache()
    let rate = Self.measuredRate()
    let seconds =
      ContinuousClock().measure {
        let statistics = FrameStatistics(architecture, weights: weights, cache: &cache)
        #expect(statistics.deepFramePotential.isFinite)
      } / .seconds(1)
    let work = 1e-9 * StatisticsCost(architecture, cache: &cache).productFLOPs
    print(
      "ResNet-\(depth)-\(widen): statistics \(seconds) s, \(work) GFLOP in products, BLAS",
      "\(rate) GFLOP/s, \(work / rate / seconds) of its peak,",
      "\(seconds / (work / rate)) times its products, peak memory \(Self.peakMebibytes()) MiB")
  }

  @Test("The 32,768 networks of NATS-Bench's size space: exact minimum and counts")
  func sizeSpace() throws {
    var cache = StructureCache()
    var sum = 0.0
    let time = try ContinuousClock().measure {
      for index in 0..<Preset.sizeSpaceCount {
        let architecture = try Preset.natsBenchSize.architecture(
          [.presetIndex: .integer(index)], form: .synthesis)
        let structure = FrameStructure(architecture, cache: &cache)
        guard let minimum = ExactMinimum(architecture) else { continue }
        sum += structure.deepFramePotential(framePotential: minimum.framePotential)
      }
    }
    #expect(sum > 0)
    print("NATS-Bench size space: \(time) on one core")
  }

  @Test("Counts")
  func counts() throws {
    var cache = StructureCache()
    let clock = ContinuousClock()
    let architectures = try (0..<20_000).map { index in
      try Architecture(
        family: Family.layered[index % 3], input: InputShape(channels: 3, size: 32),
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

  @Test("Minima")
  func minima() throws {
    BLASLibrary.setThreadCount(1)
    var cache = StructureCache()
    let clock = ContinuousClock()
    for (family, channels, widths) in [
      (Family.residual, 7, [5, 5, 5, 5, 5]), (.residual, 4, [6, 6, 6, 6, 6]),
      (.chain, 7, [5, 9, 4]),
    ] {
      let architecture = try Architecture(
        family: family, input: InputShape(channels: channels, size: 1),
        stages: [Stage(widths: widths, kernel: 1, stride: 1)], form: .analysis)
      var minimum: FrameMinimum?
      let time = clock.measure {
        minimum = FrameMinimum(
          architecture, effort: FrameMinimum.Effort(starts: 24), cache: &cache, shouldStop: {})
      }
      if let minimum { print(architecture.canonicalText, minimum, time) }
    }
    let architecture = try Self.resNet(depth: 20)
    var minimum: FrameMinimum?
    let time = clock.measure {
      minimum = FrameMinimum(architecture, cache: &cache, shouldStop: {})
    }
    if let minimum { print("ResNet-20: minimum of three starts", time, minimum) }
  }
}
