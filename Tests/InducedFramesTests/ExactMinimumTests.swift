import Architectures
import InducedFrames
import Testing

@Suite("Exact minimum")
struct ExactMinimumTests {
  static func chain(
    _ channels: Int, _ widths: [Int], size: Int = 1, kernel: Int = 1, stride: Int = 1
  )
    throws -> Architecture
  {
    try Architecture(
      family: .chain, input: InputShape(channels: channels, size: size),
      stages: [Stage(widths: widths, kernel: kernel, stride: stride)])
  }

  @Test("One layer reaches the Welch bound", arguments: [(3, 7), (7, 3), (5, 5), (1, 9)])
  func oneLayer(channels: Int, width: Int) throws {
    let minimum = try #require(ExactMinimum(Self.chain(channels, [width])))
    let (d, k) = (Double(channels), Double(width))
    #expect(abs(minimum.framePotential - max(k, k * k / d)) < 1e-13)
  }

  @Test("A strided layer has room for kernel or stride squared channels more")
  func strided() throws {
    let minimum = try #require(ExactMinimum(Self.chain(1, [8], size: 6, kernel: 3, stride: 2)))
    // Nine positions; 8 atoms in 1·2² dimensions each.
    #expect(abs(minimum.framePotential - 9 * 64 / 4) < 1e-12)
  }

  @Test("No random weights go below the minimum", arguments: 0..<90)
  func bound(seed: Int) throws {
    let architecture = try randomArchitecture(seed: seed)
    guard let minimum = ExactMinimum(architecture) else { return }
    var cache = StructureCache()
    let structure = FrameStructure(architecture, cache: &cache)
    let (k, d) = (Double(structure.atomCount), Double(structure.frameDimension))
    #expect(minimum.framePotential >= max(k, k * k / d) * (1 - 1e-12))
    for draw in 0..<3 {
      let statistics = FrameStatistics(
        architecture, weights: randomWeights(of: architecture, seed: 7 * seed + draw),
        cache: &cache)
      // Taps that wrap and cancel leave a column without a direction.
      guard !statistics.framePotential.isNaN else { continue }
      #expect(statistics.framePotential >= minimum.framePotential * (1 - 1e-12))
    }
  }

  @Test("There is no closed form where the formula would be wrong")
  func invalid() throws {
    #expect(try ExactMinimum(Self.chain(1, [2, 3], size: 4, kernel: 5)) == nil)
    #expect(try ExactMinimum(Self.chain(1, [5], size: 5, kernel: 3, stride: 2)) == nil)
    let analysis = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 1),
      stages: [Stage(widths: [2, 2], kernel: 1, stride: 1)], form: .analysis)
    #expect(ExactMinimum(analysis) == nil)
    // Nobody reads the last layer, so its kernel may wrap.
    #expect(try ExactMinimum(Self.chain(1, [2], size: 4, kernel: 5)) != nil)
  }
}
