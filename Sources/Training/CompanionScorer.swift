internal import Architectures
internal import Foundation
internal import MemoryBudgets
internal import Networks
internal import OpenBLAS
internal import RandomNumbers

/// Computes the scores of one network with given parameters.
struct CompanionScorer {
  let architecture: Architecture
  let layout: ParameterLayout
  let parameters: [Double]
  let sweeps: Int
  /// The step sizes of all layers; none for one sweep.
  private let rates: [Double]?

  init(
    _ architecture: Architecture, _ layout: ParameterLayout, _ parameters: [Double],
    sweeps: Int = 1, shouldStop: () throws -> Void = {}
  ) throws {
    precondition(parameters.count == layout.count, "a vector of another network")
    self.architecture = architecture
    self.layout = layout
    self.parameters = parameters
    self.sweeps = sweeps
    guard sweeps > 1 else {
      rates = nil
      return
    }
    rates = try Inference(architecture, classes: layout.classifier?.rows ?? 0).rates(
      at: parameters, shouldStop: shouldStop)
  }

  /// A network with a classifier that has the parameters and the step sizes.
  private func classifier(images: Int, classes: Int) throws -> ClassifyingNetwork<Double> {
    let network = try ClassifyingNetwork<Double>(
      architecture, images: images, classes: classes, sweeps: sweeps)
    try network.setParameters(parameters)
    if let rates { network.network.rates = rates }
    return network
  }

  /// The weights of layers and projections, without the classifier's.
  private var tensors: [ParameterLayout.Tensor] {
    layout.layers + layout.projections.keys.sorted().compactMap { layout.projections[$0] }
  }

  func synflowLog() throws -> Double {
    var positive = parameters.map { abs($0) }
    for place in layout.biases.joined() { positive[place] = 0 }
    let network = try DifferentiableNetwork<Double>(
      architecture, images: 1, classes: layout.classifier?.rows ?? 0)
    try network.setParameters(positive)
    let input = network.input
    let ones = [Double](repeating: 1, count: input.dimension)
    input.store(ones.span, vectorsFrom: 0, ofImage: 0)
    try network.forward()
    var gradient = [Double](repeating: 0, count: layout.count)
    let features = [Double](repeating: 1, count: architecture.featureCount)
    try unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      try unsafe network.backward(features: features, parameters: gradient.baseAddress)
    }
    return log(
      tensors.reduce(0) { sum, tensor in
        tensor.range.reduce(sum) { $0 + positive[$1] * gradient[$1] }
      })
  }

  func spectralNormLog(shouldStop: () throws -> Void = {}) throws -> Double {
    try tensors.reduce(0) { sum, tensor in
      try shouldStop()
      let inner = tensor.columns * tensor.kernel * tensor.kernel
      // The smaller Gram matrix has the same largest eigenvalue.
      let order = min(tensor.rows, inner)
      var gram = [Double](repeating: 0, count: order * order)
      gemm(
        .rowMajor, tensor.rows <= inner ? .none : .transpose,
        tensor.rows <= inner ? .transpose : .none, rows: order, columns: order,
        inner: max(tensor.rows, inner), Array(parameters[tensor.range]),
        Array(parameters[tensor.range]), into: &gram)
      let largest = try eigenvalues(of: gram, order: order).last ?? 0
      return sum + 0.5 * log(largest)
    }
  }

  func zenScore(
    pairs: Int, from stream: inout RandomStream, shouldStop: () throws -> Void = {}
  ) throws -> Double {
    // Each pair is a batch of two images, x and x + 0.01 ε.
    let network = try DifferentiableNetwork<Double>(
      architecture, images: 2, classes: layout.classifier?.rows ?? 0, sweeps: sweeps)
    try network.setParameters(parameters)
    if let rates { network.rates = rates }
    let input = network.input
    var sum = 0.0
    for _ in 0..<pairs {
      try shouldStop()
      let image = stream.nextNormals(input.dimension)
      let moved = zip(image, stream.nextNormals(input.dimension)).map { $0 + 0.01 * $1 }
      input.store(image.span, vectorsFrom: 0, ofImage: 0)
      input.store(moved.span, vectorsFrom: 0, ofImage: 1)
      try network.forward()
      let squares = architecture.finalLayers.reduce(0.0) { sum, layer in
        let batch = network.representation(layer + 1)
        return zip(batch.vector(0, ofImage: 0), batch.vector(0, ofImage: 1)).reduce(sum) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
      }
      sum += squares.squareRoot()
    }
    return log(sum / Double(pairs))
  }

  func batchScores(
    _ images: [[Double]], _ labels: [Int], classes: Int, shouldStop: () throws -> Void = {}
  ) throws -> (gradientNorm: Double, snip: Double, naswot: Double) {
    let network = try classifier(images: images.count, classes: classes)
    for (place, image) in images.enumerated() {
      network.network.input.store(image.span, vectorsFrom: 0, ofImage: place)
    }
    try shouldStop()
    try network.classify()
    var gradient = [Double](repeating: 0, count: layout.count)
    try shouldStop()
    try unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      try unsafe network.backward(labels: labels, into: gradient.baseAddress)
    }
    try shouldStop()
    let snip = layout.weights.reduce(0) { $0 + abs(parameters[$1] * gradient[$1]) }
    let codes = images.indices.map { image in
      (1...architecture.layerCount).flatMap { layer in
        network.network.representation(layer).vector(0, ofImage: image).map { $0 > 0 }
      }
    }
    return (euclideanNorm(gradient), snip, try Self.logDeterminant(ofCodes: codes))
  }

  /// ln |det K| of the numbers of places where codes agree.
  static func logDeterminant(ofCodes codes: [[Bool]]) throws -> Double {
    let count = codes.count
    let length = codes.first?.count ?? 0
    // Codes as ±1: the product is agreements minus disagreements.
    let signs = codes.flatMap { $0.map { $0 ? 1.0 : -1.0 } }
    var kernel = [Double](repeating: 0, count: count * count)
    gemm(
      .rowMajor, .none, .transpose, rows: count, columns: count, inner: length, alpha: 0.5, signs,
      signs, into: &kernel)
    for place in kernel.indices { kernel[place] += 0.5 * Double(length) }
    return try eigenvalues(of: kernel, order: count).reduce(0) { sum, value in
      // Equal codes make K singular; rounding leaves a tiny eigenvalue of either sign.
      sum + (value > 1e-9 * Double(length) ? log(value) : -.infinity)
    }
  }

  func ntkCondition(
    _ images: [[Double]], classes: Int, shouldStop: () throws -> Void = {}
  ) throws -> Double {
    let network = try classifier(images: 1, classes: classes)
    let count = layout.count
    let share = try MemoryShare(
      byteCount: images.count * count * MemoryLayout<Double>.stride)
    defer { withExtendedLifetime(share) {} }
    var gradients: [Double] = []
    gradients.reserveCapacity(images.count * count)
    for image in images {
      try shouldStop()
      network.network.input.store(image.span, vectorsFrom: 0, ofImage: 0)
      try network.classify()
      var gradient = [Double](repeating: 0, count: count)
      try unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        try unsafe network.backward(
          scores: [Double](repeating: 1, count: classes), into: gradient.baseAddress)
      }
      gradients += gradient
    }
    var kernel = [Double](repeating: 0, count: images.count * images.count)
    gemm(
      .rowMajor, .none, .transpose, rows: images.count, columns: images.count, inner: count,
      gradients, gradients, into: &kernel)
    let values = try eigenvalues(of: kernel, order: images.count)
    guard let least = values.first, let largest = values.last else { return .nan }
    return least > 0 ? largest / least : .infinity
  }
}

/// The eigenvalues of a symmetric matrix, ascending.
private func eigenvalues(of matrix: [Double], order: Int) throws -> [Double] {
  guard matrix.allSatisfy(\.isFinite) else { return Array(repeating: .nan, count: order) }
  return try symmetricEigenvalues(matrix, order: order)
}
