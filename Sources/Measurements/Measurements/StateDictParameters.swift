public import ImageData
public import NetworkGraphs
public import Networks

/// State dicts of networks that are more than layers of chains, residual and dense networks.
extension SafetensorsWeights {
  /// Checks that the file holds the parameters of a network but for its classifier.
  ///
  /// **Throws**: `InputFileError` naming what does not fit.
  public func check(_ network: BuiltNetwork) throws(InputFileError) {
    try check(try operators(of: network).map(\.place))
  }

  /// Reads the parameters of a network but for its classifier.
  ///
  /// **Throws**: `InputFileError` as `check` does, or where numbers are not finite.
  public func read(_ network: BuiltNetwork) throws(InputFileError) -> GraphParameters {
    let operators = try operators(of: network)
    var numbers = GraphParameters()
    for (own, parts) in zip(operators, try read(operators.map(\.place))) {
      for (parameter, values) in zip(own.parameters, parts) {
        numbers[parameter] = .double(values)
      }
    }
    return numbers
  }

  private func operators(
    of network: BuiltNetwork
  ) throws(InputFileError) -> [BuiltNetwork.PlacedOperator] {
    if let operators = network.placedOperators { return operators }
    throw unfit(
      "state dicts fill networks of convolutions, linear layers and batch normalisation behind them",
      "an HDF5 file of weights, or the network as an ONNX file")
  }
}

extension BuiltNetwork {
  /// An operator and its parameters: weight, bias, scale, shift, mean and variance, if it has them.
  fileprivate typealias PlacedOperator = (place: StoredOperator, parameters: [ParameterID])

  /// The linear operators in order; nil if anything else has parameters.
  fileprivate var placedOperators: [PlacedOperator]? {
    var result: [PlacedOperator] = []
    var covered: Set<ParameterID> = []
    func parameters(_ node: Graph.Node) -> [ParameterID] {
      node.operands.compactMap { if case .parameter(let id) = $0 { id } else { nil } }
    }
    for node in graph.nodes where node.operation.role == .weighted {
      let own = parameters(node)
      let readers = graph.nodes.filter { $0.operands.contains(.value(node.output)) }
      let normalization = readers.first { $0.operation is BatchNormalization }
      guard let weight = own.first, normalization == nil || readers.count == 1 else { return nil }
      let all = own + (normalization.map(parameters) ?? [])
      covered.formUnion(all)
      let name = graph[node.output].name
      result.append(
        (
          StoredOperator(
            name: name, shape: graph[weight].shape.sides,
            isProjection: name.split(separator: ".").contains("shortcut"), hasBias: own.count > 1,
            isNormalized: normalization != nil), all
        ))
    }
    let needed = self.parameters.filter { !$0.isClassifier }.map(\.id)
    return needed.allSatisfy(covered.contains) ? result : nil
  }
}
