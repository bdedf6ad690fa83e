import Architectures
import Foundation
import NetworkGraphs
import Networks
import OpenBLAS
import RandomNumbers
import Signals
import Testing

@Suite("Signal propagation") struct SignalPropagationTests {
  init() { BLASLibrary.setThreadCount(1) }

  private static func stream(_ name: String, _ draw: Int = 0) -> RandomStream {
    RandomKey(domain: "framesweep tests", seed: 5).appending(name).appending(draw).stream
  }

  private static func chain(_ widths: [Int], input: InputShape) throws -> Architecture {
    try Architecture(
      family: .chain, input: input,
      stages: [Stage(widths: widths, kernel: input.size > 1 ? 3 : 1, stride: 1)])
  }

  private static func signals(
    _ architecture: Architecture, draw: Int, _ random: RandomWeights = .he, images: [[Double]],
    directions: Int
  ) throws -> [SignalPropagation.Layer] {
    let network = BuiltNetwork(architecture)
    var stream = Self.stream("directions", draw)
    return try SignalPropagation(
      network.graph,
      parameters: network.initialParameters(random, seed: 1, draw: draw),
      representations: network.values, images: images,
      directions: stream.nextNormals(directions * images[0].count)
    ).layers
  }

  @Test("Gains, directions and active units are what multiplying out the layers gives")
  func bruteForce() throws {
    let widths = [15, 12]
    let architecture = try Self.chain(widths, input: InputShape(channels: 6, size: 1))
    var stream = Self.stream("images")
    let images = (0..<3).map { _ in stream.nextNormals(6) }
    let weights = NetworkWeights.heInitialization(of: architecture, seed: 1, draw: 0)
    var directionStream = Self.stream("directions")
    let directions = (0..<7).map { _ in directionStream.nextNormals(6) }
    let found = try Self.signals(architecture, draw: 0, images: images, directions: 7)
    func square(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 } }
    var (forward, tangent, active) = ([0.0, 0], [0.0, 0], [0.0, 0])
    var surviving: [[Double]] = [[], []]
    for image in images {
      var (value, tangents) = (image, directions)
      for (layer, weight) in weights.layers.enumerated() {
        func apply(_ x: [Double]) -> [Double] {
          (0..<weight.rows).map { row in
            zip(weight.values[(row * x.count)...], x).reduce(0) { $0 + $1.0 * $1.1 }
          }
        }
        let response = apply(value)
        tangents = tangents.map { zip(apply($0), response).map { $1 > 0 ? $0 : 0 } }
        value = response.map { max(0, $0) }
        forward[layer] +=
          log(square(value) / Double(widths[layer]) / (square(image) / 6)) / 3
        tangent[layer] +=
          log(tangents.reduce(0) { $0 + square($1) } / directions.reduce(0) { $0 + square($1) }) / 3
        active[layer] += Double(value.count { $0 > 0 }) / Double(3 * value.count)
        var (top, bottom) = (0.0, 0.0)
        for (first, u) in tangents.enumerated() {
          for (second, v) in tangents.enumerated() where first != second {
            top += square(u) * square(v)
            bottom += pow(zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }, 2)
          }
        }
        surviving[layer].append(top == 0 ? 0 : top / bottom)
      }
    }
    for layer in 0..<2 {
      // Single precision, and a few sums.
      #expect(abs(found[layer + 1].forwardGainLog - forward[layer]) < 1e-5)
      #expect(abs(found[layer + 1].tangentGainLog - tangent[layer]) < 1e-5)
      #expect(abs(found[layer + 1].activeFraction - active[layer]) < 1e-12)
      #expect(abs(found[layer + 1].survivingDirections - surviving[layer].sorted()[1]) < 1e-4)
    }
    #expect(found[0].forwardGainLog == 0 && found[0].tangentGainLog == 0)
  }

  @Test(
    "In square relu chains 1 + 2 L of the dimension's directions are lost, with orthogonal weights 1 + L"
  )
  func jacobian() throws {
    let dimension = 100
    var stream = Self.stream("image")
    let image = stream.nextNormals(dimension)
    let architecture = try Self.chain(
      [Int](repeating: dimension, count: 4), input: InputShape(channels: dimension, size: 1))
    let kinds: [(RandomWeights, Double)] = [(.he, 2), (RandomWeights(.orthogonal), 1)]
    for (random, slope) in kinds {
      for layer in [1, 2, 4] {
        let found = try (0..<8).map { draw in
          Double(dimension)
            / (try Self.signals(architecture, draw: draw, random, images: [image], directions: 64))[
              layer
            ].survivingDirections
        }
        let mean = found.reduce(0, +) / 8
        let variance = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
        // Four standard errors, and terms of order L²/dimension.
        let expected = 1 + slope * Double(layer)
        #expect(
          abs(mean - expected)
            < 4 * (variance / 8).squareRoot() + Double(layer * layer) / Double(dimension))
      }
    }
  }

  @Test("An image that closes a layer leaves no direction and a gain of −∞") func closed() throws {
    let architecture = try Self.chain([2], input: InputShape(channels: 2, size: 1))
    let network = BuiltNetwork(architecture)
    let weights = NetworkWeights(
      layers: [WeightTensor(rows: 2, columns: 2, kernel: 1, values: [-1, 0, 0, -1])])
    let found = try SignalPropagation(
      network.graph, parameters: network.parameters(weights),
      representations: network.values, images: [[1, 1], [0, 0]], directions: [1, 2, 3, 5]
    ).layers[1]
    #expect(found.forwardGainLog == -.infinity && found.tangentGainLog == -.infinity)
    #expect(found.survivingDirections == 0 && found.activeFraction == 0)
  }

  @Test("The mean square of wide chains is that of the input on average over draws")
  func forward() throws {
    let architecture = try Self.chain([40, 40], input: InputShape(channels: 30, size: 1))
    var stream = Self.stream("image")
    let image = stream.nextNormals(30)
    // E exp(gain) is 1, and its variance (1 + 5/40)² − 1 (Hanin and Nica 2018).
    let draws = 300
    let gains = try (0..<draws).map { draw in
      exp(
        try Self.signals(architecture, draw: draw, images: [image], directions: 2)[2].forwardGainLog
      )
    }
    let mean = gains.reduce(0, +) / Double(draws)
    // The next layer's variance of 5/n instead of that of its pre-activations' mean square.
    let error = ((pow(1 + 5.0 / 40, 2) - 1) / Double(draws)).squareRoot()
    #expect(abs(mean - 1) < 4 * error)
  }
}
