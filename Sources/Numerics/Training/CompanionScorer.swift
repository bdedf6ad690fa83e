internal import Foundation
internal import MemoryBudgets
internal import NetworkGraphs
internal import Networks
internal import OpenBLAS
internal import RandomNumbers
internal import RecurrentInference

/// Computes the scores of one network with given parameters.
struct CompanionScorer {
  /// The network, built with the classes of its classifier.
  let network: BuiltNetwork
  let parameters: [Double]
  let sweeps: Int
  /// Whether batch normalisation uses the statistics of the batch whose scores are computed.
  let usesBatchStatistics: Bool
  /// The step sizes of all layers; none for one sweep.
  private let rates: [Double]?

  init(
    _ network: BuiltNetwork, _ parameters: [Double], sweeps: Int = 1,
    usesBatchStatistics: Bool = false, shouldStop: () throws -> Void = {}
  ) throws {
    precondition(parameters.count == network.parameterCount, "a vector of another network")
    self.network = network
    self.parameters = parameters
    self.sweeps = sweeps
    self.usesBatchStatistics = usesBatchStatistics
    guard sweeps > 1 else {
      rates = nil
      return
    }
    rates = try Self.rates(of: network, at: parameters, shouldStop)
  }

  /// The step sizes of sweeps at any parameters.
  static func rates(
    of network: BuiltNetwork, at parameters: [Double], _ shouldStop: () throws -> Void
  ) throws -> [Double] {
    guard let layers = network.layers else {
      preconditionFailure("step sizes are those of layers")
    }
    return try StepSizes<Double>(layers.architecture).exact(
      at: network.parameters(parameters), shouldStop: shouldStop)
  }

  /// A network with a classifier that has the parameters and the step sizes.
  private func classifier(
    images: Int, classes: Int, showsRepresentations: Bool = false
  ) throws -> GraphClassifier<Double> {
    let graph = InferenceGraph(network, sweeps: sweeps)
    let classifier = try GraphClassifier<Double>(
      graph.network, images: images, classes: classes, showsRepresentations: showsRepresentations)
    var numbers = graph.network.parameters(parameters)
    if let rates { graph.setSteps(rates, in: &numbers) }
    try classifier.setParameters(numbers)
    return classifier
  }

  private func parameterGradient(_ classifier: GraphClassifier<Double>) -> [Double] {
    var gradient = [Double](repeating: 0, count: network.parameterCount)
    var span = gradient.mutableSpan
    classifier.copyParameterGradients(to: &span)
    return gradient
  }

  /// The weights of linear operators: projections behind those of all layers, the classifier's last.
  var weights: [NetworkParameter] {
    let projections = Set(network.layers?.projections.values.map { $0 } ?? [])
    let weights = network.parameters.filter { $0.role == .weight }
    let own = weights.filter { !$0.isClassifier }
    return own.filter { !projections.contains($0.id) } + own.filter { projections.contains($0.id) }
      + weights.filter(\.isClassifier)
  }

  func batchScores(
    _ images: [[Double]], _ labels: [Int], classes: Int, shouldStop: () throws -> Void = {}
  ) throws -> (gradientNorm: Double, snip: Double, naswot: Double) {
    let classifier = try classifier(
      images: images.count, classes: classes, showsRepresentations: true)
    classifier.usesBatchStatistics = usesBatchStatistics
    for (place, image) in images.enumerated() { classifier.store(image.span, at: place) }
    try shouldStop()
    var codes = images.map { _ in [Bool]() }
    try classifier.classify { layer, representation in
      guard layer > 0 else { return }
      for image in images.indices {
        codes[image] += representation.vector(0, ofImage: image).map { $0 > 0 }
      }
    }
    try shouldStop()
    try classifier.backward(labels: labels)
    try shouldStop()
    let gradient = parameterGradient(classifier)
    let snip = network.decayed.reduce(0) { $0 + abs(parameters[$1] * gradient[$1]) }
    let norm = weights.reduce(0) { $0 + euclideanNorm(Array(gradient[$1.range])) }
    return (norm, snip, try Self.logDeterminant(ofCodes: codes))
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
    let classifier = try classifier(images: 1, classes: classes)
    let count = network.decayed.count
    let share = try MemoryShare(
      byteCount: images.count * count * MemoryLayout<Double>.stride)
    defer { withExtendedLifetime(share) {} }
    var gradients: [Double] = []
    gradients.reserveCapacity(images.count * count)
    for image in images {
      try shouldStop()
      classifier.store(image.span, at: 0)
      try classifier.classify()
      let ones = [Double](repeating: 1, count: classes)
      try classifier.backward(scores: ones.span)
      gradients += parameterGradient(classifier)[network.decayed]
    }
    var kernel = [Double](repeating: 0, count: images.count * images.count)
    gemm(
      .rowMajor, .none, .transpose, rows: images.count, columns: images.count, inner: count,
      gradients, gradients, into: &kernel)
    let values = try eigenvalues(of: kernel, order: images.count)
    guard let least = values.first, let largest = values.last else { return .nan }
    // Rounding leaves a singular kernel a tiny eigenvalue of either sign.
    let rounding = Double(images.count) * .ulpOfOne * largest
    return least > rounding ? largest / least : .infinity
  }
}

/// The eigenvalues of a symmetric matrix, ascending.
func eigenvalues(of matrix: [Double], order: Int) throws -> [Double] {
  guard matrix.allSatisfy(\.isFinite) else { return Array(repeating: .nan, count: order) }
  return try symmetricEigenvalues(matrix, order: order)
}
