import Architectures
import Foundation
import GoldenValues
import NetworkGraphs
import OpenBLAS
import Testing

@testable import Kernels

/// A kernel of an independent implementation.
struct GoldenKernel: Decodable, Sendable, CustomTestStringConvertible {
  struct Images: Decodable, Sendable {
    let shape: [Int]
    let values: [Double]
  }

  let name: String
  let family: String
  let stages: [[Int]]
  let kernel: Int
  let strideOfLaterStages: Int
  let images: Images
  let readout: String
  let nngp: [[Double]]
  let ntk: [[Double]]
  let ntkStandard: [[Double]]

  enum CodingKeys: String, CodingKey {
    case name, family, stages, kernel, images, readout, nngp, ntk
    case strideOfLaterStages = "stride_of_later_stages"
    case ntkStandard = "ntk_standard"
  }

  var testDescription: String { "\(name), \(readout)" }

  static let all: [GoldenKernel] = readGolden("infinite_kernels")

  var architecture: Architecture {
    get throws {
      try Architecture(
        family: family == "dense" ? .dense : .chain,
        input: InputShape(channels: images.shape[1], size: images.shape[2]),
        stages: stages.enumerated().map {
          Stage(widths: $1, kernel: kernel, stride: $0 == 0 ? 1 : strideOfLaterStages)
        })
    }
  }

  var batch: [[Double]] {
    let length = images.values.count / images.shape[0]
    return (0..<images.shape[0]).map { Array(images.values[$0 * length..<($0 + 1) * length]) }
  }
}

@Suite("Kernels of infinite width") struct InfiniteKernelsTests {
  init() { BLASLibrary.setThreadCount(1) }

  @Test("All golden kernels are there") func count() { #expect(GoldenKernel.all.count == 9) }

  @Test("Both kernels are the golden ones, in both parameterisations", arguments: GoldenKernel.all)
  func golden(_ golden: GoldenKernel) throws {
    let readout: InfiniteKernels.Readout = golden.readout == "gap" ? .pooled : .flatten
    for (parameterization, ntk) in [
      (KernelNetwork.Parameterization.tangent, golden.ntk), (.standard, golden.ntkStandard),
    ] {
      let network = try #require(
        KernelNetwork(
          try golden.architecture, activation: .relu, random: .he,
          parameterization: parameterization))
      let found = try InfiniteKernels(network, images: golden.batch, readout: readout)
      #expect(zip(found.nngp, golden.nngp.joined()).allSatisfy { agree($0, $1) })
      #expect(zip(found.ntk, ntk.joined()).allSatisfy { agree($0, $1) })
    }
  }

  @Test("Kernels of a permuted batch are permuted, bit for bit") func permuted() throws {
    let golden = GoldenKernel.all[8]
    let network = try #require(
      KernelNetwork(try golden.architecture, activation: .erf, random: .he))
    let order = [2, 0, 1]
    for readout in InfiniteKernels.Readout.allCases {
      let found = try InfiniteKernels(network, images: golden.batch, readout: readout)
      let permuted = try InfiniteKernels(
        network, images: order.map { golden.batch[$0] }, readout: readout)
      for row in 0..<3 {
        for column in 0..<3 {
          // The images of a pair change places, so sums have another order.
          #expect(
            agree(
              permuted.ntk[row * 3 + column], found.ntk[order[row] * 3 + order[column]]))
          #expect(
            agree(
              permuted.nngp[row * 3 + column], found.nngp[order[row] * 3 + order[column]]))
        }
      }
    }
  }

  @Test("leaky_relu ends at relu and at the identity, whose kernels are those of the inputs")
  func leaky() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 3, size: 1),
      stages: [Stage(widths: [5, 4], kernel: 1, stride: 1)])
    let images = [[0.3, -1, 2], [1, 0.5, 0.1]]
    func kernels(_ activation: ScalarFunction, _ variance: Double) throws -> InfiniteKernels {
      let network = try #require(
        KernelNetwork(
          architecture, activation: activation,
          random: RandomWeights(.normal, weightVariance: variance)))
      return try InfiniteKernels(network, images: images, readout: .flatten)
    }
    let relu = try kernels(.relu, 2)
    #expect(try kernels(.leakyReLU(slope: 0), 2).ntk == relu.ntk)
    let linear = try kernels(.identity, 1)
    for row in 0..<2 {
      for column in 0..<2 {
        let product = zip(images[row], images[column]).reduce(0) { $0 + $1.0 * $1.1 } / 3
        #expect(agree(linear.nngp[row * 2 + column], product))
        // Each layer's weights add fan-in times the product.
        #expect(agree(linear.ntk[row * 2 + column], (3 + 5 + 4) * product))
      }
    }
    #expect(try kernels(.leakyReLU(slope: 1), 1).ntk == linear.ntk)
  }

  @Test("Means of activations over normal planes are those of quadrature") func quadrature() throws
  {
    let nodes = (-240...240).map { Double($0) / 24 }
    let weights = nodes.map { exp(-$0 * $0 / 2) / 24 / (2 * Double.pi).squareRoot() }
    let (v, w, covariance) = (0.7, 1.9, -0.6)
    for activation in [ScalarFunction.erf, .leakyReLU(slope: 0.2)] {
      var (value, slope) = (0.0, 0.0)
      let first = activation.evaluate(nodes.map { v.squareRoot() * $0 })
      for (place, z) in nodes.enumerated() {
        let mean = covariance / v.squareRoot() * z
        let rest = (w - covariance * covariance / v).squareRoot()
        let second = activation.evaluate(nodes.map { mean + rest * $0 })
        for (other, weight) in weights.enumerated() {
          value += weights[place] * weight * first.values[place] * second.values[other]
          slope += weights[place] * weight * first.derivatives[place] * second.derivatives[other]
        }
      }
      let dual = try #require(DualActivation(activation))
      var kernel = [Double](repeating: covariance, count: 8)
      var tangent = [Double](repeating: 1, count: 8)
      let numbers = dual.number(ofVariance: v) * dual.number(ofVariance: w)
      var products = [Double](repeating: numbers, count: 8)
      unsafe dual.apply(
        count: 8, kernel: &kernel, tangent: &tangent, products: &products, .none)
      // At a kink the rule errs by a tenth of the square of its step.
      let tolerance = activation == .erf ? 1e-12 : 2e-3
      #expect(kernel.allSatisfy { abs($0 - value) < tolerance })
      #expect(tangent.allSatisfy { abs($0 - slope) < 20 * tolerance })
    }
  }

  @Test("Angles are those of the library") func angles() {
    for step in 0..<400 {
      let exact = Double(step) / 399 * .pi
      let length = exp(Double(step % 7) - 3)
      let (y, x) = (length * max(0, sin(exact)), length * cos(exact))
      let found = angle(Lanes(repeating: y), Lanes(repeating: x))[3]
      // Two units in the last place of π.
      #expect(abs(found - atan2(y, x)) <= 1e-15)
    }
    #expect(angle(.zero, .zero) == .zero)
  }

  @Test("What adds an activated value, or has no closed form, is not defined") func undefined()
    throws
  {
    let residual = try Architecture(
      family: .residual, input: InputShape(channels: 1, size: 4),
      stages: [Stage(widths: [2, 2, 2], kernel: 3, stride: 1)])
    #expect(KernelNetwork(residual, activation: .relu, random: .he) == nil)
    let chain = try Architecture(
      family: .chain, input: InputShape(channels: 1, size: 4),
      stages: [Stage(widths: [2], kernel: 3, stride: 1)])
    #expect(KernelNetwork(chain, activation: .gelu, random: .he) == nil)
  }

  @Test("Computing ends when it is told to") func stopping() throws {
    struct Stop: Error {}
    let golden = GoldenKernel.all[0]
    let network = try #require(
      KernelNetwork(try golden.architecture, activation: .relu, random: .he))
    #expect(throws: Stop.self) {
      try InfiniteKernels(network, images: golden.batch, readout: .pooled) { throw Stop() }
    }
  }
}
