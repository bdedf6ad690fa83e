import Architectures
import Foundation
import OpenBLAS
import TestSupport
import Testing

@testable import InducedFrames

/// A small network in the analysis form, fully connected or of kernel 3.
private func smallNetwork(seed: Int) throws -> Architecture {
  var random = SeededGenerator(seed: UInt64(seed))
  let family = Family.allCases[seed % 3]
  let isConnected = seed % 4 == 0
  let width = Int.random(in: 1...4, using: &random)
  let stages = (0..<Int.random(in: 1...2, using: &random)).map { index in
    Stage(
      widths: (0..<Int.random(in: 2...4, using: &random)).map { layer in
        // Skips join every second layer.
        family == .residual && layer.isMultiple(of: 2)
          ? width : Int.random(in: 1...4, using: &random)
      }, kernel: isConnected ? 1 : 3,
      stride: isConnected || index == 0 ? 1 : Int.random(in: 1...2, using: &random))
  }
  return try Architecture(
    family: family,
    input: InputShape(
      channels: Int.random(in: 1...4, using: &random),
      size: isConnected ? 1 : 2 * Int.random(in: 2...3, using: &random)),
    stages: stages, form: .analysis)
}

/// The lowest value that starts among all weights lead to, none of which knows of the others.
private func lowest(_ architecture: Architecture, starts: Int) -> Double {
  var cache = StructureCache()
  var descent = MinimumSearch.descent(InducedFrame(architecture), cache: &cache)
  var lowest = Double.infinity
  for number in 0..<starts {
    let outcome = descent.run(
      limit: 2000, tolerance: 1e-8, stalled: 0,
      from: { point in
        var start = DescentStart(key: UInt64(1_000_000 + number))
        start.fillRandom(&point)
      }, shouldStop: {})
    if outcome.value < lowest { lowest = outcome.value }
  }
  return lowest
}

@Suite("Independent starts")
struct IndependentStartsTests {
  @Test(
    "Minima of fully connected networks are no higher than the best of many independent starts",
    arguments: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36])
  func connected(seed: Int) throws {
    let architecture = try smallNetwork(seed: seed)
    var cache = StructureCache()
    let minimum = FrameMinimum(
      architecture, effort: FrameMinimum.Effort(starts: 24), cache: &cache, shouldStop: {})
    let best = lowest(architecture, starts: 60)
    #expect(minimum.framePotential <= best + 1e-6, "\(architecture.canonicalText), \(minimum)")
  }

  /// Takes about an hour in release with FRAMESWEEP_BENCHMARK set; prints what it finds.
  @Test(
    "Minima of 200 small networks beside the best of 200 independent starts",
    .enabled(if: ProcessInfo.processInfo.environment["FRAMESWEEP_BENCHMARK"] != nil))
  func small() throws {
    BLASLibrary.setThreadCount(1)
    var higher = 0
    for seed in 0..<200 {
      let architecture = try smallNetwork(seed: seed)
      var cache = StructureCache()
      let minimum = FrameMinimum(architecture, cache: &cache, shouldStop: {})
      let difference = minimum.framePotential - lowest(architecture, starts: 200)
      guard difference > 1e-6 else { continue }
      higher += 1
      print(architecture.canonicalText, minimum, "higher by", difference)
    }
    print("\(higher) of 200 are higher")
  }
}
