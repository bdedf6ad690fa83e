public import Architectures
public import NetworkGraphs

extension BuiltNetwork {
  /// The numbers of all parameters of a vector.
  public func parameters(_ vector: [Double]) -> GraphParameters {
    parameters(vector) { .double(Array($0)) }
  }

  /// The numbers of all parameters of a vector.
  public func parameters(_ vector: [Float]) -> GraphParameters {
    parameters(vector) { .single(Array($0)) }
  }

  private func parameters<Scalar>(
    _ vector: [Scalar], _ numbers: (ArraySlice<Scalar>) -> GraphParameters.Numbers
  ) -> GraphParameters {
    precondition(vector.count == parameterCount, "a vector of another network")
    var result = GraphParameters()
    for parameter in parameters { result[parameter.id] = numbers(vector[parameter.range]) }
    return result
  }

  /// The numbers of all parameters but the classifier's, as those of the same network built without
  /// classes.
  public func parametersWithoutClassifier<Scalar: BinaryFloatingPoint>(
    _ vector: [Scalar]
  ) -> GraphParameters {
    precondition(vector.count == parameterCount, "a vector of another network")
    var result = GraphParameters()
    for (id, own) in zip(graph.parameterIDs, parameters.filter { !$0.isClassifier }) {
      result[id] = .double(vector[own.range].map { Double($0) })
    }
    return result
  }

  /// The vector of numbers; those that are not given, such as a classifier's, are zero.
  public func vector<Scalar: BinaryFloatingPoint>(
    of numbers: GraphParameters, as: Scalar.Type = Scalar.self
  ) -> [Scalar] {
    var vector = [Scalar](repeating: 0, count: parameterCount)
    for parameter in parameters {
      guard let own = numbers[parameter.id]?.doubles else { continue }
      precondition(own.count == parameter.range.count, "numbers of another network's parameter")
      for (place, number) in zip(parameter.range, own) { vector[place] = Scalar(number) }
    }
    return vector
  }

  // MARK: Weights of layers

  /// The numbers of the parameters of layers.
  ///
  /// The weights must have the shapes of the architecture.
  public func parameters(_ network: NetworkWeights) -> GraphParameters {
    guard let layers, layers.biases.count == network.biases.count else {
      preconditionFailure("only layers have a weight and a bias each")
    }
    precondition(
      network.layers.count == layers.weights.count, "a network has a weight for each layer")
    var parameters = GraphParameters()
    func set(_ parameter: ParameterID, _ tensor: WeightTensor) {
      precondition(
        graph[parameter].shape == [tensor.rows, tensor.columns, tensor.kernel, tensor.kernel],
        "\(graph[parameter].name) has another shape")
      parameters[parameter] = .double(tensor.values)
    }
    for (parameter, tensor) in zip(layers.weights, network.layers) { set(parameter, tensor) }
    for (layer, parameter) in layers.projections {
      guard let tensor = network.projections[layer] else {
        preconditionFailure("\(graph[parameter].name) is missing")
      }
      set(parameter, tensor)
    }
    for (parameter, bias) in zip(layers.biases, network.biases) {
      parameters[parameter] = .double(bias)
    }
    return parameters
  }

  /// The weights of the layers; nil if the network is not made of layers.
  ///
  /// Biases of layers that have none are zero.
  public func weights(of numbers: GraphParameters) -> NetworkWeights? {
    guard let layers else { return nil }
    func tensor(_ parameter: ParameterID) -> WeightTensor {
      let shape = graph[parameter].shape
      return WeightTensor(
        rows: shape[0], columns: shape[1], kernel: shape[2],
        values: numbers[parameter]?.doubles ?? [])
    }
    return NetworkWeights(
      layers: layers.weights.map(tensor),
      biases: layers.biases.isEmpty
        ? nil : layers.biases.map { numbers[$0]?.doubles ?? [] },
      projections: layers.projections.mapValues(tensor))
  }
}

extension Architecture {
  /// The representations that a further stage, and so a classifier, would read, in the order of
  /// their channels; layers counted from 0.
  ///
  /// The last layer; in dense networks all layers of the last stage.
  public var finalLayers: Range<Int> {
    let count = layerCount
    return (family == .dense ? count - (stages.last?.widths.count ?? 1) : count - 1)..<count
  }

  /// The number of channels that a classifier reads.
  public var featureCount: Int {
    let layers = layers
    return finalLayers.reduce(0) { $0 + layers[$1].width }
  }
}
