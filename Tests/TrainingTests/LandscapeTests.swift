import Architectures
import Foundation
import GoldenValues
import ImageData
import Networks
import OpenBLAS
import RandomNumbers
import Testing

@testable import Training

/// The loss of a fully connected network at 20 digits, by an independent implementation.
struct GoldenHessian: Decodable, Sendable, CustomTestStringConvertible {
  struct Layer: Decodable, Sendable {
    let weight: [[Double]]
    let bias: [Double]
  }
  struct Form: Decodable, Sendable { let value: Double }

  let widths: [Int]
  let layers: [Layer]
  let labels: [Int]
  let loss: Double
  let gradientNorm: Double
  let top: Double
  let trace: Double
  let sharpness: Double
  let form: Form

  enum CodingKeys: String, CodingKey {
    case widths, layers, labels, loss, trace
    case gradientNorm = "gradient_norm"
    case top = "eigenvalue_of_largest_magnitude"
    case sharpness = "sam_sharpness_rho_0_05"
    case form = "quadratic_form_of_sin"
  }

  var testDescription: String { "\(widths)" }

  static let all: [GoldenHessian] = readGolden("hessians")

  var architecture: Architecture {
    get throws {
      try Architecture(
        family: .chain, input: InputShape(channels: widths[0], size: 1),
        stages: [Stage(widths: Array(widths.dropFirst().dropLast()), kernel: 1, stride: 1)])
    }
  }

  /// All weights, then all biases.
  var parameters: [Double] {
    layers.flatMap { $0.weight.flatMap { $0 } } + layers.flatMap(\.bias)
  }

  /// sin(1), sin(2), … over W₁ (inputs × outputs), b₁, W₂, …, in the order of `parameters`.
  var wave: [Double] {
    var (weights, biases) = ([Double](), [Double]())
    var place = 0.0
    func next() -> Double {
      place += 1
      return sin(place)
    }
    for layer in layers {
      let (outputs, inputs) = (layer.weight.count, layer.weight[0].count)
      var own = [Double](repeating: 0, count: outputs * inputs)
      for input in 0..<inputs {
        for output in 0..<outputs { own[output * inputs + input] = next() }
      }
      weights += own
      biases += (0..<outputs).map { _ in next() }
    }
    return weights + biases
  }

  var surface: LossSurface {
    get throws {
      try LossSurface(
        BuiltNetwork(architecture, classes: 10),
        images: try (0..<20).map { try Digits.images.values(at: [$0]) }, labels: labels, classes: 10
      )
    }
  }
}

@Suite("Landscape") struct LandscapeTests {
  init() { BLASLibrary.setThreadCount(1) }

  private static let key = RandomKey(domain: "framesweep tests", seed: 1)

  @Test("Loss, gradient, products and eigenvalue are the golden ones", arguments: GoldenHessian.all)
  func golden(_ golden: GoldenHessian) throws {
    let (surface, parameters) = (try golden.surface, golden.parameters)
    #expect(surface.parameterCount == parameters.count)
    let (loss, gradient) = try surface.gradient(at: parameters)
    #expect(abs(loss - golden.loss) < 1e-12)
    #expect(abs(try surface.loss(at: parameters) - golden.loss) < 1e-12)
    #expect(abs(nrm2(gradient) - golden.gradientNorm) < 1e-12)
    let wave = golden.wave
    let product = try surface.product(at: parameters, with: wave)
    #expect(abs(dot(wave, product) - golden.form.value) < 1e-8)
    var settings = Landscape.Settings()
    settings.iterations = 200
    (settings.probes, settings.samples) = (1, 1)
    let found = try Landscape(surface, at: parameters, settings, key: Self.key)
    #expect(abs(found.sharpness - golden.sharpness) < 1e-8)
    // An eigenvalue errs by the square of its vector's residual over the gap, here of the order of 1.
    #expect(found.isConverged && abs(found.top - golden.top) < 1e-8)
  }

  @Test("The trace is the sum of the diagonal, and probes find it on average") func trace() throws {
    let golden = GoldenHessian.all[0]
    let (surface, parameters) = (try golden.surface, golden.parameters)
    var unit = [Double](repeating: 0, count: parameters.count)
    var (sum, columns) = (0.0, [[Double]]())
    for place in parameters.indices {
      unit[place] = 1
      let product = try surface.product(at: parameters, with: unit)
      unit[place] = 0
      sum += product[place]
      columns.append(product)
    }
    #expect(abs(sum - golden.trace) < 1e-8)
    // The Hessian is symmetric.
    for place in stride(from: 0, to: parameters.count, by: 17) {
      for other in 0..<place { #expect(abs(columns[place][other] - columns[other][place]) < 1e-12) }
    }
    var settings = Landscape.Settings()
    (settings.probes, settings.samples, settings.iterations) = (40, 1, 2)
    let found = try Landscape(surface, at: parameters, settings, key: Self.key)
    // The variance of a probe is twice the sum of squares beside the diagonal.
    var squares = 0.0
    for (place, column) in columns.enumerated() {
      for (other, entry) in column.enumerated() where other != place { squares += entry * entry }
    }
    #expect(abs(found.trace - golden.trace) < 4 * (2 * squares / 40).squareRoot())
    #expect(!found.isConverged)
  }

  @Test("Little noise changes the mean loss by no more than the gradient allows, none by nothing")
  func noise() throws {
    let golden = GoldenHessian.all[0]
    let (surface, parameters) = (try golden.surface, golden.parameters)
    var settings = Landscape.Settings()
    (settings.probes, settings.iterations, settings.samples) = (1, 2, 20)
    for noise in [0, 1e-3] {
      settings.noise = noise
      let found = try Landscape(surface, at: parameters, settings, key: Self.key)
      if noise > 0 { #expect(found.averageFlatness != found.loss) }
      // Along the gradient the noise has its own standard deviation; curvature adds a thousandth.
      #expect(
        abs(found.averageFlatness - golden.loss)
          <= 4 * noise * golden.gradientNorm / 20.0.squareRoot() + 1e-14)
    }
  }

  @Test("Weights that a layer hands to the next leave the function, not its plain sharpness")
  func rescaled() throws {
    let golden = GoldenHessian.all[1]
    let surface = try golden.surface
    var scaled = golden.parameters
    let (hidden, input, classes) = (golden.widths[1], golden.widths[0], golden.widths[2])
    let first = 0..<hidden * input
    let second = first.upperBound..<first.upperBound + classes * hidden
    let bias = second.upperBound..<second.upperBound + hidden
    for place in first { scaled[place] *= 3 }
    for place in bias { scaled[place] *= 3 }
    for place in second { scaled[place] /= 3 }
    #expect(abs(try surface.loss(at: scaled) - golden.loss) < 1e-12)
    var settings = Landscape.Settings()
    (settings.probes, settings.samples) = (1, 4)
    let found = try Landscape(surface, at: scaled, settings, key: Self.key)
    let before = try Landscape(surface, at: golden.parameters, settings, key: Self.key)
    #expect(abs(found.top - golden.top) > 0.3 * golden.top)
    for (plain, other) in [
      (found.averageFlatness, before.averageFlatness), (found.sharpness, before.sharpness),
    ] {
      #expect(abs(plain - other) > 1e-4)
    }
    for (scaled, other) in [
      (found.filterFlatness, before.filterFlatness),
      (found.adaptiveSharpness, before.adaptiveSharpness),
    ] {
      #expect(abs(scaled - other) < 1e-12 && abs(other) > 1e-6)
    }
    #expect(before.filterFlatness != before.loss && before.adaptiveSharpness > 0)
  }

  @Test("Filters are the rows of all weights, the classifier's included") func filters() throws {
    let golden = GoldenHessian.all[1]
    let filters = try golden.surface.filters
    let widths = golden.widths
    #expect(filters.count == widths.dropFirst().reduce(0, +))
    #expect(filters[0] == 0..<widths[0] && filters[widths[1]].count == widths[1])
    #expect(zip(filters, filters.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
  }

  @Test("Batches leave convolutional losses and products as they are, as does who stops them")
  func batches() throws {
    let architecture = try Architecture(
      family: .residual, input: InputShape(channels: 1, size: 8),
      stages: [Stage(widths: [6, 6, 6], kernel: 3, stride: 1)])
    let images = try (0..<150).map { try Digits.images.values(at: [$0]) }
    let labels = (0..<150).map { $0 % 10 }
    let network = BuiltNetwork(architecture, classes: 10)
    let surface = try LossSurface(network, images: images, labels: labels, classes: 10)
    let parameters = network.initialVector(seed: 2, draw: 0).map { Double($0) }
    var stream = Self.key.stream
    let direction = stream.nextNormals(parameters.count)
    var (loss, product) = (0.0, [Double](repeating: 0, count: parameters.count))
    for start in stride(from: 0, to: 150, by: 50) {
      let part = try LossSurface(
        network, images: Array(images[start..<start + 50]),
        labels: Array(labels[start..<start + 50]), classes: 10)
      loss += try part.loss(at: parameters) / 3
      let own = try part.product(at: parameters, with: direction)
      for place in product.indices { product[place] += own[place] / 3 }
    }
    #expect(abs(try surface.loss(at: parameters) - loss) < 1e-12)
    let whole = try surface.product(at: parameters, with: direction)
    let scale = nrm2(whole)
    #expect(scale > 0 && zip(whole, product).allSatisfy { abs($0 - $1) < 1e-12 * scale })
    struct Stop: Error {}
    #expect(throws: Stop.self) { try surface.loss(at: parameters) { throw Stop() } }
  }

  @Test("Normalised networks are differentiated by what is trained, at statistics that stay")
  func normalized() throws {
    let architecture = try Architecture(
      family: .chain, input: InputShape(channels: 1, size: 8),
      stages: [Stage(widths: [3, 4], kernel: 3, stride: 2)],
      options: [
        .normalization: KeyValue(Normalization.batch),
        .activation: KeyValue(ActivationFunction.gelu),
      ])
    let network = BuiltNetwork(architecture, classes: 10)
    let vector = network.initialVector(seed: 3, draw: 0).map { Double($0) }
    // 3 + 4 means and as many variances.
    let trained = network.trained
    #expect(vector.count - trained.count == 14)
    func surface(_ statistics: [Double]) throws -> LossSurface {
      try LossSurface(
        network, statistics: statistics,
        images: try (0..<12).map { try Digits.images.values(at: [$0]) },
        labels: (0..<12).map { $0 % 10 }, classes: 10)
    }
    let statistics = vector[trained.upperBound...].map { 0.5 * $0 + 0.2 }
    let own = try surface(statistics)
    #expect(own.parameterCount == trained.count)
    let start = Array(vector[trained])
    #expect(
      try own.loss(at: start)
        != surface(Array(vector[trained.upperBound...])).loss(at: start))
    var stream = Self.key.stream
    let direction = stream.nextNormals(start.count)
    let step = 1e-5
    func moved(_ sign: Double) -> [Double] { zip(start, direction).map { $0 + sign * step * $1 } }
    let slope = (try own.loss(at: moved(1)) - own.loss(at: moved(-1))) / (2 * step)
    let gradient = try own.gradient(at: start).gradient
    // Central differences err by step² and by rounding over step.
    #expect(abs(dot(gradient, direction) - slope) < 1e-7 * (1 + abs(slope)))
    let product = try own.product(at: start, with: direction)
    let (above, below) = (
      try own.gradient(at: moved(1)).gradient, try own.gradient(at: moved(-1)).gradient
    )
    let scale = nrm2(product)
    for place in product.indices {
      let change = (above[place] - below[place]) / (2 * step)
      #expect(abs(product[place] - change) < 1e-6 * scale)
    }
  }
}
