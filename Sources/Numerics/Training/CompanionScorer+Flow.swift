internal import Foundation
internal import NetworkGraphs
internal import Networks

extension CompanionScorer {
  /// ln Σ θ ∂R/∂θ over the weights of the network with weights |θ| and without biases, where R is the sum
  /// of the class scores, or of what a classifier would read, of an image of ones.
  ///
  /// The sum is the derivative of R along |θ|, a tangent that is carried forward with the values. They
  /// grow or fall from layer to layer and leave the range of numbers in a few hundred layers, so both have
  /// a power of 2 in front of them.
  func synflowLog() throws -> Double {
    var positive = parameters.map { abs($0) }
    for place in network.decayed.upperBound..<network.parameterCount { positive[place] = 0 }
    // Weights alone move: a scale of 1 that moved as well would count as a further one.
    let direction = network.parameters(positive)
    leaveOutNormalization(in: &positive)
    var features = [Double](repeating: 1, count: network.featureCount)
    let classifier = network.classifierWeight
    if let classifier {
      // A feature counts with the sum of its weights.
      for feature in features.indices {
        features[feature] = (0..<classifier.range.count / features.count).reduce(0) {
          $0 + positive[classifier.range.lowerBound + $1 * features.count + feature]
        }
      }
    }
    let numbers = network.parameters(positive)
    let evaluator = try Evaluator<Double>(
      network.graph, parameters: numbers, representations: network.graph.activations, images: 1,
      vectors: 2, order: .gradientTangents)
    try evaluator.setParameterDirection(direction, vector: 1)
    let ones = [Double](repeating: 1, count: network.graph[network.graph.input].shape.count)
    evaluator.store(ones.span, vectorsFrom: 0, ofImage: 0)
    evaluator.clear(vectorsFrom: 1, ofImage: 0)

    let starts = featureStarts
    var sum = ScaledSum()
    try evaluator.runScaled { found, exponent in
      guard let start = starts[found.value] else { return }
      let channels = found.shape[1]
      let pixels = found.dimension / channels
      // Σ θ ∂R/∂θ over the classifier's weights is R itself.
      for vector in classifier == nil ? 1..<2 : 0..<2 {
        let values = found.vector(vector, ofImage: 0)
        let flow = (0..<channels).reduce(0.0) { sum, channel in
          let mean = values[channel * pixels..<(channel + 1) * pixels].reduce(0, +) / Double(pixels)
          return sum + features[start + channel] * mean
        }
        sum.add(flow, exponent: exponent)
      }
    }
    return sum.logarithm
  }

  /// Makes batch normalisation the identity, as the authors' code does.
  private func leaveOutNormalization(in parameters: inout [Double]) {
    for node in network.graph.nodes {
      guard let operation = node.operation as? BatchNormalization else { continue }
      for (place, operand) in node.operands.enumerated() {
        guard case .parameter(let id) = operand, let parameter = network[id] else { continue }
        // Scale, shift, mean and variance stand behind the value.
        let number = place == 1 || place == 4 ? 1.0 : 0
        for index in parameter.range {
          parameters[index] = place == 4 ? number - operation.epsilon : number
        }
      }
    }
  }

  /// The place of the first feature of each representation that a classifier reads.
  private var featureStarts: [ValueID: Int] {
    guard case .means(let places) = network.features else { return [:] }
    var (starts, start) = ([ValueID: Int](), 0)
    for place in places {
      let value = network.values[place]
      starts[value] = start
      start += network.graph[value].shape[1]
    }
    return starts
  }
}

extension BuiltNetwork {
  /// Whether all that it computes grows in proportion to its input, if biases are zero and batch
  /// normalisation is left out.
  var isProportional: Bool {
    guard case .means = features else { return false }
    return graph.nodes.allSatisfy { node in
      switch node.operation.frameRole(node.operands.map { graph.shape(of: $0) }) {
      case .none: false
      case .rectifier: (node.operation as? Activation)?.function == .relu
      case .channelScale: node.operation is BatchNormalization
      default: true
      }
    }
  }
}

extension Graph {
  /// What the activations compute, in order.
  var activations: [ValueID] { nodes.filter { $0.operation is Activation }.map(\.output) }
}
