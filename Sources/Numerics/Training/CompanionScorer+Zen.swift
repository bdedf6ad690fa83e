internal import Foundation
internal import NetworkGraphs
internal import Networks
internal import RandomNumbers
internal import RecurrentInference

extension CompanionScorer {
  /// The mean over draws of standard normal weights of `zenScore(at:images:_:)`, each draw with
  /// standard normal images and changes of its own.
  func zenScore(
    draws: Int, pairs: Int, from stream: inout RandomStream, shouldStop: () throws -> Void = {}
  ) throws -> Double {
    let graph = zenGraph
    let dimension = graph.network.graph[graph.network.graph.input].shape.count
    var sum = 0.0
    for _ in 0..<draws {
      try shouldStop()
      var weights = [Double](repeating: 0, count: network.parameterCount)
      let count = network.weightCount
      weights.replaceSubrange(0..<count, with: stream.nextNormals(count))
      sum += try logarithmicChange(
        of: graph, at: weights, pairs: pairs,
        next: {
          let image = stream.nextNormals(dimension)
          return (image, stream.nextNormals(dimension))
        }, shouldStop)
    }
    return sum / Double(draws)
  }

  /// ln of the mean over pairs (x, ε) of the sum of |h(x + 0.01 ε) − h(x)|, h the representations that
  /// a classifier reads, in a network with given weights and without biases.
  func zenScore(at weights: [Double], pairs: [(image: [Double], change: [Double])]) throws -> Double
  {
    var weights = weights
    for place in network.decayed.upperBound..<network.parameterCount { weights[place] = 0 }
    var rest = pairs[...]
    return try logarithmicChange(
      of: zenGraph, at: weights, pairs: pairs.count, next: { rest.removeFirst() }, {})
  }

  private var zenGraph: InferenceGraph { InferenceGraph(network, sweeps: sweeps) }

  private func logarithmicChange(
    of graph: InferenceGraph, at weights: [Double], pairs: Int,
    next: () -> (image: [Double], change: [Double]), _ shouldStop: () throws -> Void
  ) throws -> Double {
    let network = graph.network
    var numbers = network.parameters(weights)
    if sweeps > 1 {
      graph.setSteps(try Self.rates(of: network, at: weights, shouldStop), in: &numbers)
    }
    // A pair is a batch of two images.
    let evaluator = try Evaluator<Double>(
      network.graph, parameters: numbers, representations: network.graph.activations, images: 2,
      vectors: 1)
    guard case .means(let places) = network.features else { return .nan }
    let read = Set(places.map { network.values[$0] })
    var changes = ScaledSum()
    for _ in 0..<pairs {
      try shouldStop()
      let (image, change) = next()
      let moved = zip(image, change).map { $0 + 0.01 * $1 }
      evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
      evaluator.store(moved.span, vectorsFrom: 0, ofImage: 1)
      try evaluator.runScaled { found, exponent in
        guard read.contains(found.value) else { return }
        let values = zip(found.vector(0, ofImage: 0), found.vector(0, ofImage: 1))
        changes.add(values.reduce(0) { $0 + abs($1.0 - $1.1) }, exponent: exponent)
      }
    }
    return changes.logarithm - log(Double(pairs))
  }
}
