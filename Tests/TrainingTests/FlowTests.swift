import Architectures
import Foundation
import NetworkGraphs
import Networks
import TestSupport
import Testing

@testable import Training

/// Synflow of networks in which flow leaves the range of double precision.
@Suite("Flow in logarithms") struct FlowTests {
  private static func architecture(
    _ family: Family, _ depth: Int, width: Int, size: Int = 1
  ) throws -> Architecture {
    try Architecture(
      family: family, input: InputShape(channels: width, size: size),
      stages: [
        Stage(
          widths: [Int](repeating: width, count: depth), kernel: size == 1 ? 1 : 3, stride: 1)
      ])
  }

  /// Positive weights of the order of `scale`, biases of zero.
  private static func parameters(_ network: BuiltNetwork, scale: Double) -> [Double] {
    var numbers = SeededGenerator(seed: 3)
    var parameters = numbers.numbers(network.parameterCount).map { (value: Double) in
      scale * abs(value)
    }
    for place in network.decayed.upperBound..<network.parameterCount { parameters[place] = 0 }
    return parameters
  }

  private static func synflow(_ architecture: Architecture, scale: Double) throws -> Double {
    let network = BuiltNetwork(architecture)
    return try CompanionScorer(network, parameters(network, scale: scale)).synflowLog()
  }

  /// ln Σ θ ∂R/∂θ as the derivative of R(t θ) at t = 1, carried forward with the values, in a network of
  /// single pixels whose layers may add what stands `skip` layers before.
  private static func oracle(_ architecture: Architecture, scale: Double) -> Double {
    let network = BuiltNetwork(architecture)
    let parameters = parameters(network, scale: scale)
    let ranges = network.parameters.filter { $0.role == .weight }.map(\.range)
    let width = architecture.input.channels
    // Values and slopes of all layers have one factor e^logarithm in front of them.
    var values = [[Double](repeating: 1, count: width)]
    var slopes = [[Double](repeating: 0, count: width)]
    var logarithm = 0.0
    for layer in architecture.layers {
      let weights = Array(parameters[ranges[layer.index]])
      func product(_ vector: [Double]) -> [Double] {
        (0..<layer.width).map { row in
          (0..<layer.inputWidth).reduce(0) {
            $0 + weights[row * layer.inputWidth + $1] * vector[$1]
          }
        }
      }
      let sources = layer.sources.map { ($0.layer ?? -1) + 1 }
      let input = sources.flatMap { values[$0] }
      let inputSlope = sources.flatMap { slopes[$0] }
      var value = product(input)
      var slope = zip(value, product(inputSlope)).map { $0 + $1 }
      if let skip = layer.skip {
        value = zip(value, values[skip.layer + 1]).map { $0 + $1 }
        slope = zip(slope, slopes[skip.layer + 1]).map { $0 + $1 }
      }
      let largest = slope.max() ?? 1
      logarithm += log(largest)
      values = (values + [value]).map { $0.map { $0 / largest } }
      slopes = (slopes + [slope]).map { $0.map { $0 / largest } }
    }
    let flow = architecture.finalLayers.reduce(0.0) { $0 + slopes[$1 + 1].reduce(0, +) }
    return log(flow) + logarithm
  }

  @Test("Deep networks have a finite score", arguments: Family.layered, [0.1, 1.0, 1e-7])
  func deep(_ family: Family, scale: Double) throws {
    // About e^1000 for scale 1 in chains, e^-4000 for the smallest.
    let architecture = try Self.architecture(family, family == .dense ? 60 : 330, width: 8)
    let score = try Self.synflow(architecture, scale: scale)
    let expected = Self.oracle(architecture, scale: scale)
    #expect(expected.isFinite && isClose(score, expected, relative: 1e-12), "\(score) \(expected)")
  }

  @Test("The score of 330 layers of 64 units is that of a product") func chain() throws {
    let architecture = try Self.architecture(.chain, 330, width: 64)
    let score = try Self.synflow(architecture, scale: 0.3)
    #expect(score > 710 && isClose(score, Self.oracle(architecture, scale: 0.3), relative: 1e-12))
  }

  @Test("Kernels and images change nothing: a factor of all weights counts once a layer")
  func images() throws {
    let architecture = try Self.architecture(.chain, 12, width: 4, size: 4)
    let one = try Self.synflow(architecture, scale: 1)
    let large = try Self.synflow(architecture, scale: 0x1p200)
    #expect(isClose(large - one, 12 * 200 * log(2), relative: 1e-12))
  }
}
