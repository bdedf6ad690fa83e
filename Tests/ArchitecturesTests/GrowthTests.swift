import Architectures
import Foundation
import TestSupport
import Testing

@Suite("Growth of second moments") struct GrowthTests {
  private static func growth(
    _ family: Family, _ depths: [Int], skipLength: Int = 2, _ shortcut: Shortcut = .plain
  ) throws -> Double {
    try Architecture(
      family: family, input: InputShape(channels: 1, size: 8),
      stages: depths.map { Stage(widths: Array(repeating: 4, count: $0), kernel: 3, stride: 1) },
      skipLength: skipLength, shortcut: shortcut
    ).heGrowth
  }

  @Test("Only sums grow: by 2.4, or by 2 where the skip is a projection") func sums() throws {
    #expect(try Self.growth(.chain, [9]) == 0 && Self.growth(.dense, [9]) == 0)
    #expect(try Self.growth(.residual, [2]) == 0)
    for (depth, count) in [(3, 1), (4, 1), (9, 4), (101, 50)] {
      let growth = try Self.growth(.residual, [depth])
      #expect(isClose(growth, Double(count) * log10(2.4), relative: 1e-12))
    }
    #expect(
      isClose(try Self.growth(.residual, [9], skipLength: 4), 2 * log10(2.4), relative: 1e-12))
    // The second stage begins with a projection, and has two more blocks.
    let joined = try Self.growth(.residual, [5, 6], .projection)
    #expect(isClose(joined, log10(2) + 4 * log10(2.4), relative: 1e-12))
  }

  /// What eight blocks make of a second moment of 1 in an infinitely wide network: a sample of channels
  /// that branches, which are normal, are added to.
  private static func sampled(scale: Double) -> Double {
    var random = SeededGenerator(seed: 8)
    let count = 20_000
    // Box and Muller's normal numbers.
    func normals() -> [Double] {
      (0..<count).map { _ in
        let (length, turn) = (
          Double.random(in: 0x1p-53..<1, using: &random), Double.random(in: 0..<1, using: &random)
        )
        return (-2 * log(length)).squareRoot() * cos(2 * Double.pi * turn)
      }
    }
    var channels = normals().map { max(0, 2.0.squareRoot() * $0) }
    var moment = 1.0
    for _ in 0..<8 {
      let deviation = scale * (2 * moment).squareRoot()
      channels = zip(channels, normals()).map { max(0, $0 + deviation * $1) }
      moment = channels.reduce(0) { $0 + $1 * $1 } / Double(count)
    }
    return log10(moment)
  }

  @Test("Wide networks grow as much, and less than the bound with a branch scale below 1")
  func sample() throws {
    for (scale, slack) in [(1.0, 0.05), (0.5, 0.3), (0.1, 0.02)] {
      let growth = try Architecture(
        family: .residual, input: InputShape(channels: 1, size: 8),
        stages: [Stage(widths: Array(repeating: 4, count: 17), kernel: 3, stride: 1)],
        options: [.branchScale: .real(scale)]
      ).heGrowth
      let sampled = Self.sampled(scale: scale)
      // The standard error of a sample is about 1 % a block, and the first block has 2.32.
      #expect(sampled < growth + 0.01 && sampled > growth - slack, "\(scale): \(sampled) \(growth)")
    }
  }
}
