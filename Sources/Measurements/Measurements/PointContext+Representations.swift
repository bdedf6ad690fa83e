internal import Architectures
internal import NetworkGraphs
internal import Networks
internal import RecurrentInference
internal import SweepSpec

/// A network with weights as an evaluation needs it.
struct WeightedNetwork {
  /// The network, by its sweeps of inference; its first representation is the image.
  let network: BuiltNetwork
  let parameters: GraphParameters
}

extension PointContext {
  /// The network with the weights that the point has now, by its sweeps of inference.
  ///
  /// - Parameters:
  ///   - precision: the precision in which step sizes are computed.
  ///   - normalization: what the network does to images first; nil if it takes them as they are.
  ///
  /// **Throws**: what the limits of the point throw, `OneDNNError`, `MemoryRefused` and `LAPACKError`.
  mutating func network<Scalar: GraphScalar>(
    in precision: Scalar.Type, normalization: ImageNormalization?
  ) throws -> WeightedNetwork {
    let inference = InferenceGraph(
      self.network.normalizingInput(normalization), sweeps: point.inferenceSweeps)
    return WeightedNetwork(
      network: inference.network,
      parameters: try inference.parameters(
        presentParameters, in: precision, shouldStop: shouldStop))
  }

  /// Carries images through the network with the weights that the point has now, in double precision, one
  /// by one.
  ///
  /// - Parameters:
  ///   - images: values of the shape of the network's input.
  ///   - normalization: what the network does to images first; nil if it takes them as they are.
  ///   - visit: gets the representations of each image, 0 being the image, as channels × pixels.
  ///
  /// **Throws**: as `network`.
  mutating func visitRepresentations(
    of images: some Sequence<[Double]>, normalization: ImageNormalization? = nil,
    visit: (_ layer: Int, _ values: [Double]) -> Void
  ) throws {
    let network = try network(in: Double.self, normalization: normalization)
    try network.visit(
      network.network.values, of: images, shouldStop: shouldStop, visit: visit)
  }
}

extension WeightedNetwork {
  /// Carries images through the network in double precision, one by one.
  ///
  /// - Parameters:
  ///   - shown: the values that are shown.
  ///   - images: values of the shape of the network's input.
  ///   - shouldStop: called before each operation; may throw to end.
  ///   - visit: gets the place of each value among those that are shown, and its numbers.
  ///
  /// **Throws**: what `shouldStop` throws, `OneDNNError` and `MemoryRefused`.
  func visit(
    _ shown: [ValueID], of images: some Sequence<[Double]>, shouldStop: () throws -> Void,
    visit: (_ place: Int, _ values: [Double]) -> Void
  ) throws {
    let evaluator = try Evaluator<Double>(
      network.graph, parameters: parameters, representations: shown, images: 1, vectors: 1)
    // Two layers may stand for one value.
    let places = Dictionary(grouping: shown.indices) { shown[$0] }
    for image in images {
      evaluator.store(image.span, vectorsFrom: 0, ofImage: 0)
      try evaluator.run(shouldStop: shouldStop) { representation in
        let values = representation.vector(0, ofImage: 0)
        for place in places[representation.value] ?? [] { visit(place, values) }
      }
    }
  }
}

extension CostContext {
  /// The cost of carrying images through the network of each draw in double precision.
  mutating func representationCost(images: Int) -> PointCost {
    let one = InferenceCost(network, sweeps: point.inferenceSweeps)
    var cost = PointCost()
    cost.flops = draws * Double(images) * one.flops
    let entries = network.graph.entryCount(of: network.values)
    cost.seconds =
      4.5e-11 * cost.flops + draws * Double(images) * (3e-6 * one.products + 5e-9 * entries)
    cost.bytes = 8 * (one.values + 2 * Double(network.weightCount))
    return cost
  }
}
