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
    try evaluator.setParameterDirection(numbers, vector: 1)
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

extension Graph {
  /// What the activations compute, in order.
  var activations: [ValueID] { nodes.filter { $0.operation is Activation }.map(\.output) }
}
