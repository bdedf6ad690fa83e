public import Architectures
internal import NetworkGraphs

extension BuiltNetwork {
  /// The same network for images that it normalises itself first; representation 0 stays the image.
  ///
  /// - Parameter normalization: what the network was trained with; nil to change nothing. Its numbers fit
  ///   the images.
  public func normalizingInput(_ normalization: ImageNormalization?) -> BuiltNetwork {
    guard let normalization else { return self }
    let shape = graph[graph.input].shape
    guard
      let operation = InputNormalization(
        mean: normalization.mean, deviation: normalization.deviation, repeatedTo: shape[1])
    else { preconditionFailure("a normalisation of other images") }
    do throws(GraphError) {
      var features = features
      if case .value(let value) = features { features = .value(value.behindNormalization) }
      let graph = try graph.normalizingInput(operation)
      return BuiltNetwork(
        identity: identity, graph: graph, image: graph.nodes[0].output,
        representations: representations, values: values.map(\.behindNormalization),
        parameters: parameters, features: features, layers: layers?.withoutJoins)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

extension BuiltNetwork.Layers {
  /// The same layers in a graph in which values have other places.
  fileprivate var withoutJoins: Self {
    Self(
      architecture: architecture, weights: weights, projections: projections, biases: biases,
      joins: ChannelJoins())
  }
}
