import Foundation
import NetworkGraphs
import Testing

@testable import Networks
@testable import Training

/// What PyTorch's networks score while they are trained; made by
/// `analysis/benchmarks/training_cases.py`, whose formulas are repeated here.
struct ReferenceTraining: Decodable, Sendable {
  /// The mean cross-entropy of each batch before its step, in double precision.
  let losses: [Double]
  /// The sums of all parameters after the last step, in the order in which the network reads them.
  let sums: [Double]
  /// The scores of the first two images of the first batch after the last step, in evaluation mode.
  let scores: [[Double]]
  /// The losses in single precision, the images of each batch in order and backward.
  let single: [Double]?
  let singleBackward: [Double]?

  /// Numbers in [-1, 1): splitmix64 of 2³² key + place.
  static func uniform(key: Int, count: Int) -> [Double] {
    (0..<UInt64(count)).map { place in
      var z = (UInt64(key) << 32) &+ place
      z = (z &+ 1) &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z = z ^ (z >> 31)
      return 2 * Double(z >> 11) / 0x1p53 - 1
    }
  }

  /// The parameters of a network in the order in which its operations read them, with the numbers that
  /// they start from.
  static func start(_ network: BuiltNetwork) -> [(range: Range<Int>, numbers: [Double])] {
    var network = network
    _ = network.addScores()
    let graph = network.graph
    var seen: Set<ParameterID> = []
    var result: [(range: Range<Int>, numbers: [Double])] = []
    for node in graph.nodes {
      var place = 0
      for case .parameter(let id) in node.operands {
        defer { place += 1 }
        guard seen.insert(id).inserted, let parameter = network[id] else { continue }
        let shape = graph[id].shape
        let fanIn = Double(shape.count / shape[0])
        let (centre, reach): (Double, Double) =
          switch type(of: node.operation).name {
          case Convolution.name: (0, place == 0 ? (6 / fanIn).squareRoot() : 0)
          case Linear.name: (0, place == 0 ? (3 / fanIn).squareRoot() : 0)
          case BatchNormalization.name where place > 1: (place == 2 ? 0 : 1, 0)
          case BatchNormalization.name, LayerNormalization.name: (place == 0 ? 1 : 0, 0.125)
          default: (0, 0.125)
          }
        let numbers = uniform(key: seen.count, count: shape.count)
        result.append((parameter.range, numbers.map { centre + reach * $0 }))
      }
    }
    return result
  }

  /// What a training of this program scores.
  struct Run {
    var losses: [Double] = []
    var sums: [Double] = []
    var scores: [[Double]] = []
  }

  /// Trains a network on batches, a step for each.
  static func run<Scalar: GraphScalar>(
    _ network: BuiltNetwork, classes: Int, _ settings: TrainingSettings,
    batches: [(images: [[Double]], labels: [Int])], as: Scalar.Type
  ) throws -> Run {
    let start = start(network)
    let classifier = try GraphClassifier<Scalar>(
      network, images: batches[0].images.count, classes: classes)
    var parameters = [Scalar](repeating: 0, count: network.parameterCount)
    for (range, numbers) in start {
      parameters.replaceSubrange(range, with: numbers.map { Scalar($0) })
    }
    var state = DescentState(parameters: parameters, settings.optimizer)
    let descent = Descent(classifier, settings)
    func store(_ images: [[Double]]) {
      for (place, image) in images.enumerated() { classifier.store(image.span, at: place) }
    }
    var run = Run()
    for (step, batch) in batches.enumerated() {
      store(batch.images)
      let parameters = state.parameters
      try classifier.setParameters(parameters.span)
      let loss = try descent.step(
        &state, labels: batch.labels, number: step + 1, rate: settings.learningRate,
        load: { try classifier.setParameters($0.span) })
      run.losses.append(try #require(loss) / Double(batch.labels.count))
    }
    run.sums = start.map { range, _ in
      state.parameters[range].reduce(0) { $0 + Double($1) }
    }
    store(batches[0].images)
    let last = state.parameters
    try classifier.setParameters(last.span)
    try classifier.classify()
    run.scores = (0..<2).map { Array(classifier.scores[$0 * classes..<($0 + 1) * classes]) }
    return run
  }

  static var residualSettings: TrainingSettings {
    var settings = TrainingSettings()
    (settings.optimizer, settings.learningRate) = (.sgd(momentum: 0.9), 0.1)
    (settings.weightDecay, settings.gradientClip) = (5e-4, 0)
    return settings
  }

  static var transformerSettings: TrainingSettings {
    var settings = TrainingSettings()
    (settings.optimizer, settings.learningRate) = (.adamW(), 1e-3)
    (settings.weightDecay, settings.gradientClip, settings.labelSmoothing) = (0.05, 0, 0.1)
    return settings
  }

  /// Ten batches of eight images of 3 × 8 × 8.
  static let smallBatches: [(images: [[Double]], labels: [Int])] = (0..<10).map { step in
    let numbers = uniform(key: 1_000 + step, count: 8 * 192).map { $0 / 2 + 0.5 }
    return (
      (0..<8).map { Array(numbers[$0 * 192..<($0 + 1) * 192]) }, (0..<8).map { (3 * step + $0) % 4 }
    )
  }
}
