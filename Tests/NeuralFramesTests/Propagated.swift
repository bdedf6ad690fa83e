import Architectures
import Foundation
import NetworkGraphs
import Networks
import NeuralFrames

/// The neural frames themselves, as matrices: what statistics are compared with.
struct Propagated {
  /// The frame of each family at each representation, a column for each direction.
  private(set) var frames: [[[Double]]] = []

  init(
    _ architecture: Architecture, _ weights: NetworkWeights, _ sample: ImageSample
  ) throws {
    let graph = BuiltNetwork(architecture)
    let evaluator = try Evaluator<Double>(
      graph.graph, parameters: graph.parameters(weights), representations: graph.values,
      images: 1, vectors: sample.reference.vectorCount)
    let image = sample.image
    evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
    var next = 1
    for directions in sample.directions {
      let vectors = directions.vectors
      evaluator.store(vectors.span, vectorsFrom: next, ofImage: 0)
      next += directions.count
    }
    var found: [[[Double]]] = []
    try evaluator.run { representation in
      var first = 1
      found.append(
        sample.directions.map { directions in
          defer { first += directions.count }
          return (first..<first + directions.count).flatMap {
            representation.vector($0, ofImage: 0)
          }
        })
    }
    frames = found
  }
}

extension Double {
  static func logarithm(_ value: Double) -> Double { Foundation.log(value) }
  static func exponential(_ value: Double) -> Double { Foundation.exp(value) }
}
