internal import NetworkGraphs

/// The mean cross-entropy of some images as a function of all that is trained of a network and its
/// classifier, with gradients and exact products of its Hessian with vectors, in double precision.
///
/// Statistics of normalisations stay as they are given, and are used instead of those of batches. At a
/// kink of an activation the second derivative is 0. Images go through the network in batches,
/// and it belongs to one thread.
///
/// **Source**: Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 1994.
public final class LossSurface {
  private let network: BuiltNetwork
  private let statistics: [Double]
  private let scores: ValueID
  private let images: [[Double]]
  private let labels: [Int]
  private let classes: Int
  private let forward: Evaluator<Double>
  private let second: Evaluator<Double>

  /// The number of parameters, those of the network's range `trained` in its order.
  public let parameterCount: Int

  /// The places of the weights of each output channel of every linear operator.
  public var filters: [Range<Int>] {
    network.parameters.filter { $0.role == .weight }.flatMap { parameter in
      let rows = network.graph[parameter.id].shape[0]
      let length = parameter.range.count / rows
      return (0..<rows).map { row in
        let start = parameter.range.lowerBound + row * length
        return start..<start + length
      }
    }
  }

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - network: the network, built with the classes.
  ///   - statistics: the numbers that are not trained, in the order of the network's vector.
  ///   - images: at least one, each of the shape of the network's input.
  ///   - labels: their classes.
  ///   - classes: the number of classes, at least 2.
  ///
  /// **Throws**: `OneDNNError`, and `MemoryRefused`.
  public init(
    _ network: BuiltNetwork, statistics: [Double] = [], images: [[Double]], labels: [Int],
    classes: Int
  ) throws {
    precondition(!images.isEmpty && images.count == labels.count, "a class for each image")
    parameterCount = network.trained.count
    precondition(
      parameterCount + statistics.count == network.parameterCount, "statistics of another network")
    var network = network
    scores = network.addScores()
    (self.network, self.statistics) = (network, statistics)
    (self.images, self.labels, self.classes) = (images, labels, classes)
    let zeros = network.parameters([Double](repeating: 0, count: network.parameterCount))
    let batch = Self.batch(network.graph, scores, images: images.count)
    forward = try Evaluator(
      network.graph, parameters: zeros, representations: [scores], images: batch, vectors: 1)
    second = try Evaluator(
      network.graph, parameters: zeros, representations: [scores], images: batch, vectors: 2,
      order: .gradientTangents)
  }

  /// The images of a batch; it depends on nothing but the network and the number of images.
  private static func batch(_ graph: Graph, _ scores: ValueID, images: Int) -> Int {
    EvaluationCost.imagesPerBatch(
      graph, representations: [scores], vectors: 2, imageCount: images, scalarBytes: 8)
  }

  /// The bytes that evaluating takes, those of all values with their gradients and tangents above all.
  ///
  /// - Parameters:
  ///   - network: the network, built with classes.
  ///   - images: the number of images.
  public static func byteCount(_ network: BuiltNetwork, images: Int) -> Double {
    var network = network
    let scores = network.addScores()
    let batch = Double(batch(network.graph, scores, images: images))
    let values = network.graph.values.reduce(0.0) { $0 + Double($1.shape.count) }
    return 8 * (5 * batch * values + 12 * Double(network.parameterCount))
  }

  /// The loss at parameters.
  ///
  /// **Throws**: `OneDNNError`, and what `shouldStop` throws, which is called before each batch.
  public func loss(at parameters: [Double], shouldStop: () throws -> Void = {}) throws -> Double {
    try forward.setParameters(network.parameters(parameters + statistics))
    var loss = 0.0
    try forEachBatch(of: forward, shouldStop) { places in
      try forward.run { found in
        for place in places {
          let scores = found.vector(0, ofImage: place - places.lowerBound)
          loss += CrossEntropy(scores, label: labels[place]).loss
        }
      }
    }
    return loss / Double(images.count)
  }

  /// The loss and its gradient at parameters.
  ///
  /// **Throws**: as `loss`.
  public func gradient(
    at parameters: [Double], shouldStop: () throws -> Void = {}
  ) throws -> (loss: Double, gradient: [Double]) {
    let found = try derivatives(
      at: parameters, along: [Double](repeating: 0, count: parameterCount), shouldStop)
    return (found.loss, found.gradient)
  }

  /// The product of the Hessian at parameters with a vector.
  ///
  /// **Throws**: as `loss`.
  public func product(
    at parameters: [Double], with vector: [Double], shouldStop: () throws -> Void = {}
  ) throws -> [Double] {
    try derivatives(at: parameters, along: vector, shouldStop).tangent
  }

  private func derivatives(
    at parameters: [Double], along direction: [Double], _ shouldStop: () throws -> Void
  ) throws -> (loss: Double, gradient: [Double], tangent: [Double]) {
    try second.setParameters(network.parameters(parameters + statistics))
    let still = [Double](repeating: 0, count: statistics.count)
    try second.setParameterDirection(network.parameters(direction + still), vector: 1)
    var gradient = [Double](repeating: 0, count: parameterCount)
    var (tangent, loss) = (gradient, 0.0)
    let none = [Double](repeating: 0, count: 2 * classes)
    try forEachBatch(of: second, shouldStop) { places in
      var seeds = [[Double]](repeating: none, count: second.images)
      try second.run { found in
        for place in places {
          let image = place - places.lowerBound
          let scores = found.vector(0, ofImage: image)
          let entropy = CrossEntropy(scores, label: labels[place])
          loss += entropy.loss
          seeds[image] = seed(
            entropy, scores, found.vector(1, ofImage: image), label: labels[place])
        }
      }
      try second.differentiate([(scores, seeds)])
      for parameter in network.parameters where parameter.role != .statistic {
        let first = second.parameterGradient(parameter.id)
        let change = second.parameterGradient(parameter.id, vector: 1)
        for (offset, place) in parameter.range.enumerated() {
          gradient[place] += first[offset]
          tangent[place] += change[offset]
        }
      }
    }
    return (loss / Double(images.count), gradient, tangent)
  }

  /// The gradient of an image's part of the loss with respect to its scores, and the tangent of that.
  private func seed(
    _ entropy: CrossEntropy, _ scores: [Double], _ tangents: [Double], label: Int
  ) -> [Double] {
    let share = 1 / Double(images.count)
    let slopes = scores.indices.map { entropy.excess * entropy.slope($0, score: scores[$0]) }
    let probabilities = slopes.enumerated().map { $0 == label ? 1 + $1 : $1 }
    let mean = zip(probabilities, tangents).reduce(0) { $0 + $1.0 * $1.1 }
    return slopes.map { share * $0 } + zip(probabilities, tangents).map { share * $0 * ($1 - mean) }
  }

  private func forEachBatch(
    of evaluator: Evaluator<Double>, _ shouldStop: () throws -> Void,
    _ body: (Range<Int>) throws -> Void
  ) throws {
    for start in stride(from: 0, to: images.count, by: evaluator.images) {
      try shouldStop()
      let places = start..<min(start + evaluator.images, images.count)
      for image in 0..<evaluator.images {
        guard start + image < places.upperBound else {
          evaluator.clear(vectorsFrom: 0, ofImage: image)
          continue
        }
        let values = images[start + image]
        evaluator.store(values.span, vectorsFrom: 0, ofImage: image)
        evaluator.clear(vectorsFrom: 1, ofImage: image)
      }
      try body(places)
    }
  }
}
