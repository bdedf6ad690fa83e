import Architectures
import Foundation
import NetworkGraphs
import Networks
import OpenBLAS
import Testing

@testable import Kernels

/// Both kernels of a pair of images at all pairs of pixels, and those of each image with itself, by the
/// formulas as they stand in papers.
private struct PairKernels {
  /// Of both first images, of both images, and of both second images: pixels × pixels.
  var value: [[[Double]]]
  var tangent: [[[Double]]]
  var size: Int

  init(_ first: [Double], _ second: [Double], channels: Int, size: Int) {
    self.size = size
    let pixels = size * size
    value = [(first, first), (first, second), (second, second)].map { x, y in
      (0..<pixels).map { p in
        (0..<pixels).map { q in
          (0..<channels).reduce(0) { $0 + x[$1 * pixels + p] * y[$1 * pixels + q] }
            / Double(channels)
        }
      }
    }
    tangent = value.map { $0.map { $0.map { _ in 0 } } }
  }

  /// The means over windows with zeros around the image; the same offset at both pixels.
  private static func windows(
    _ entries: [[Double]], size: Int, kernel: Int, stride: Int
  ) -> [[Double]] {
    let out = (size - 1) / stride + 1
    let taps = -(kernel / 2)...(kernel / 2)
    func place(_ pixel: Int, _ dy: Int, _ dx: Int) -> Int? {
      let (y, x) = (pixel / out * stride + dy, pixel % out * stride + dx)
      return (0..<size).contains(y) && (0..<size).contains(x) ? y * size + x : nil
    }
    return (0..<out * out).map { p in
      (0..<out * out).map { q in
        var sum = 0.0
        for dy in taps {
          for dx in taps {
            if let first = place(p, dy, dx), let second = place(q, dy, dx) {
              sum += entries[first][second]
            }
          }
        }
        return sum / Double(kernel * kernel)
      }
    }
  }

  /// Behind a convolution in the standard parameterisation, or in that of Jacot et al.
  func convolved(
    inputs: Int, kernel: Int, stride: Int, variance: Double, bias: Double, isStandard: Bool
  ) -> PairKernels {
    var result = self
    result.size = (size - 1) / stride + 1
    for pair in 0..<3 {
      let read = Self.windows(value[pair], size: size, kernel: kernel, stride: stride)
      let before = Self.windows(tangent[pair], size: size, kernel: kernel, stride: stride)
      let own = isStandard ? Double(inputs * kernel * kernel) : variance
      result.value[pair] = read.map { $0.map { variance * $0 + bias } }
      result.tangent[pair] = zip(read, before).map { zip($0, $1).map { own * $0 + variance * $1 } }
    }
    return result
  }

  func plus(_ other: PairKernels) -> PairKernels {
    var sum = self
    for pair in 0..<3 {
      sum.value[pair] = zip(value[pair], other.value[pair]).map { zip($0, $1).map { $0 + $1 } }
      sum.tangent[pair] = zip(tangent[pair], other.tangent[pair]).map {
        zip($0, $1).map { $0 + $1 }
      }
    }
    return sum
  }

  /// Behind a rectifier (Cho & Saul 2009).
  func rectified() -> PairKernels {
    var result = self
    for (pair, (one, other)) in [(0, 0), (0, 2), (2, 2)].enumerated() {
      for p in value[pair].indices {
        for q in value[pair].indices {
          let product = (value[one][p][p] * value[other][q][q]).squareRoot()
          let covariance = value[pair][p][q]
          let angle = product > 0 ? acos(max(-1, min(1, covariance / product))) : 0
          let isEqual = pair != 1 && p == q
          let theta = isEqual ? 0 : angle
          result.value[pair][p][q] =
            (product * sin(theta) + (Double.pi - theta) * covariance) / (2 * Double.pi)
          result.tangent[pair][p][q] = tangent[pair][p][q] * (Double.pi - theta) / (2 * Double.pi)
        }
      }
    }
    return result
  }
}

@Suite("Kernels of residual networks whose activations come first")
struct PreactivatedKernelsTests {
  init() { BLASLibrary.setThreadCount(1) }

  private static func architecture(
    _ widths: [[Int]], input: InputShape, stem: Int? = nil, shortcut: Shortcut = .projection,
    branchScale: Double = 1, stride: Int = 2,
    activation: ActivationFunction = .relu
  ) throws -> Architecture {
    var options: KeyValues = [
      .block: KeyValue(Block.preactivation), .shortcut: KeyValue(shortcut),
      .branchScale: .real(branchScale), .activation: KeyValue(activation),
    ]
    if let stem {
      options[.stem] = KeyValue(Stem.cifar)
      options[.stemWidth] = .integer(stem)
    }
    return try Architecture(
      family: .residual, input: input,
      stages: widths.enumerated().map {
        Stage(widths: $1, kernel: 3, stride: $0 == 0 ? 1 : stride)
      }, form: nil, options: options)
  }

  private static func images(_ count: Int, _ input: InputShape, negative: Bool = true) -> [[Double]]
  {
    let length = input.channels * input.size * input.size
    return (0..<count).map { image in
      (0..<length).map { sin(1 + 0.37 * Double(image * length + $0)) + (negative ? 0 : 1) }
    }
  }

  /// A stem of 5 channels, a block of as many, one of 7 that halves the image, and another of 7.
  @Test(
    "Kernels are those of the formulas, pixel by pixel, in both parameterisations",
    arguments: [(1.0, 0.0), (0.6, 0.3)])
  func formulas(branchScale: Double, bias: Double) throws {
    let input = InputShape(channels: 2, size: 5)
    let architecture = try Self.architecture(
      [[5], [7, 7]], input: input, stem: 5, branchScale: branchScale)
    let random =
      bias == 0 ? RandomWeights.he : RandomWeights(.normal, weightVariance: 1.7, biasVariance: bias)
    let variance = bias == 0 ? 2 : 1.7
    // Only He's start knows the scale of branches.
    let last = bias == 0 ? variance * branchScale * branchScale : variance
    let images = Self.images(3, input)
    for isStandard in [true, false] {
      let network = try #require(
        KernelNetwork(
          architecture, activation: .relu, random: random,
          parameterization: isStandard ? .standard : .tangent))
      let pooled = try InfiniteKernels(network, images: images, readout: .pooled)
      let flat = try InfiniteKernels(network, images: images, readout: .flatten)
      for (first, second) in [(0, 0), (0, 1), (1, 2)] {
        func convolved(
          _ kernels: PairKernels, _ inputs: Int, kernel: Int = 3, stride: Int = 1,
          variance: Double, bias: Double
        ) -> PairKernels {
          kernels.convolved(
            inputs: inputs, kernel: kernel, stride: stride, variance: variance, bias: bias,
            isStandard: isStandard)
        }
        var stream = convolved(
          PairKernels(images[first], images[second], channels: 2, size: 5), 2, variance: variance,
          bias: bias)
        for (inputs, width, stride) in [(5, 5, 1), (5, 7, 2), (7, 7, 1)] {
          let read = stream.rectified()
          let inner = convolved(read, inputs, stride: stride, variance: variance, bias: bias)
            .rectified()
          let branch = convolved(inner, width, variance: last, bias: bias)
          stream = branch.plus(
            inputs == width
              ? stream
              : convolved(
                read, inputs, kernel: 1, stride: stride, variance: variance, bias: 0))
        }
        let features = stream.rectified()
        let (value, tangent) = (features.value[1], features.tangent[1])
        let pixels = Double(value.count)
        let place = first * 3 + second
        func check(_ found: InfiniteKernels, _ k: Double, _ t: Double, features: Double) {
          #expect(abs(found.nngp[place] - k) < 1e-12 * abs(k), "\(found.nngp[place]) \(k)")
          let whole = t + (isStandard ? features : 1) * k
          #expect(
            abs(found.ntk[place] - whole) < 1e-12 * abs(whole), "\(found.ntk[place]) \(whole)")
        }
        check(
          pooled, value.joined().reduce(0, +) / (pixels * pixels),
          tangent.joined().reduce(0, +) / (pixels * pixels), features: 7)
        check(
          flat, value.indices.reduce(0) { $0 + value[$1][$1] } / pixels,
          tangent.indices.reduce(0) { $0 + tangent[$1][$1] } / pixels, features: 7 * pixels)
      }
    }
  }

  /// The kernels of a network with the weights of a draw: of features, and of gradients of a score.
  private static func empirical(
    _ network: BuiltNetwork, images: [[Double]], draw: Int
  ) throws -> (nngp: [Double], ntk: [Double]) {
    var network = network
    let scores = network.addScores()
    let features = network.addFeatures()
    let vector = network.initialVector(.he, seed: 3, draw: draw).map { Double($0) }
    let evaluator = try Evaluator<Double>(
      network.graph, parameters: network.parameters(vector), representations: [scores, features],
      images: 1, vectors: 1, order: .gradients)
    var (values, gradients) = ([Double](), [Double]())
    for image in images {
      evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
      try evaluator.run { found in
        if found.value == features { values += found.vector(0, ofImage: 0) }
      }
      try evaluator.differentiate([(scores, [[1]])])
      for parameter in network.parameters where parameter.role == .weight {
        gradients += evaluator.parameterGradient(parameter.id)
      }
    }
    func gram(_ rows: [Double], _ scale: Double) -> [Double] {
      let count = images.count
      var kernel = [Double](repeating: 0, count: count * count)
      gemm(
        .rowMajor, .none, .transpose, rows: count, columns: count, inner: rows.count / count,
        alpha: scale, rows, rows, into: &kernel)
      return kernel
    }
    return (gram(values, Double(images.count) / Double(values.count)), gram(gradients, 1))
  }

  @Test("Kernels of random networks approach those of infinite width like 1/width") func widths()
    throws
  {
    let input = InputShape(channels: 2, size: 3)
    let images = Self.images(2, input)
    let activation = ActivationFunction.leakyReLU
    let function = try #require(activation.function)
    let draws = 40
    var squares: [[Double]] = []
    for width in [8, 32] {
      let architecture = try Self.architecture(
        [[width, width]], input: input, stem: width, branchScale: 0.5, activation: activation)
      let network = try #require(KernelNetwork(architecture, activation: function, random: .he))
      let closed = try InfiniteKernels(network, images: images, readout: .pooled)
      let built = BuiltNetwork(architecture, classes: 1)
      var distances = [0.0, 0.0]
      for draw in 0..<draws {
        let found = try Self.empirical(built, images: images, draw: draw)
        func square(_ kernel: [Double], _ exact: [Double]) -> Double {
          zip(kernel, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            / exact.reduce(0) { $0 + $1 * $1 }
        }
        distances[0] += square(found.nngp, closed.nngp) / Double(draws)
        distances[1] += square(found.ntk, closed.ntk) / Double(draws)
      }
      squares.append(distances)
    }
    // A quarter. A mean of 40 squares is known to about a third (one standard error).
    for (narrow, wide) in zip(squares[0], squares[1]) {
      #expect(wide < narrow / 2 && wide > narrow / 10, "\(narrow) \(wide)")
    }
  }

  @Test("What adds the image, zeros or a pooled sum, or is normalised, is not defined")
  func undefined()
    throws
  {
    let input = InputShape(channels: 2, size: 4)
    func network(_ architecture: Architecture) -> KernelNetwork? {
      KernelNetwork(architecture, activation: .relu, random: .he)
    }
    #expect(network(try Self.architecture([[2, 2]], input: input)) == nil)
    #expect(network(try Self.architecture([[3, 3]], input: input)) != nil)
    #expect(
      network(try Self.architecture([[3], [5]], input: input, stem: 3, shortcut: .pad)) == nil)
    #expect(
      network(try Self.architecture([[3], [5]], input: input, stem: 3, shortcut: .plain)) != nil)
    for (key, value) in [
      (ArchitectureKey.normalization, KeyValue(Normalization.batch)),
      (.pooling, KeyValue(Pooling.average)),
    ] {
      let stages = [[3], [5]].map { Stage(widths: $0, kernel: 3, stride: $0[0] == 3 ? 1 : 2) }
      #expect(
        network(
          try Architecture(
            family: .residual, input: input, stages: stages, form: nil,
            options: [
              .block: KeyValue(Block.preactivation), .stem: KeyValue(Stem.cifar), key: value,
              .shortcut: KeyValue(Shortcut.projection),
            ])) == nil)
    }
  }
}
