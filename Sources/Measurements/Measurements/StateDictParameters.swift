public import Architectures
public import ImageData
public import NetworkGraphs
public import Networks

/// State dicts of networks that are more than layers of chains, residual and dense networks.
extension SafetensorsWeights {
  /// Where a state dict has the parameters of a network.
  private enum Match {
    /// By the names of a library.
    case names(NamedTensors, [NamedParameter])
    /// By the order of the layers.
    case order([BuiltNetwork.PlacedOperator])
  }

  /// Checks that the file holds the parameters of a network but for its classifier.
  ///
  /// **Throws**: `InputFileError` naming what does not fit.
  public func check(_ network: BuiltNetwork) throws(InputFileError) { _ = try match(network) }

  /// Reads the parameters of a network but for its classifier.
  ///
  /// **Throws**: `InputFileError` as `check` does, or if numbers are not finite or a variance is negative.
  public func read(_ network: BuiltNetwork) throws(InputFileError) -> GraphParameters {
    var numbers = GraphParameters()
    switch try match(network) {
    case .names(let tensors, let parameters):
      let own = network.parameters.filter { !$0.isClassifier }
      for (parameter, values) in zip(own, try read(tensors, of: parameters)) {
        numbers[parameter.id] = .double(values)
      }
    case .order(let operators):
      for (own, parts) in zip(operators, try read(operators.map(\.place))) {
        for (parameter, values) in zip(own.parameters, parts) {
          numbers[parameter] = .double(values)
        }
      }
    }
    return numbers
  }

  /// The linear classifier behind a network.
  ///
  /// **Throws**: `InputFileError` if there is none, or more than one.
  public func classifier(
    of network: BuiltNetwork, _ architecture: Architecture
  ) throws(InputFileError) -> (weight: WeightTensor, bias: [Double]) {
    if let tensors = named(network.namedParameters) {
      return try classifier(tensors, features: network.featureCount)
    }
    return try classifier(behind: architecture, features: network.featureCount)
  }

  /// Finds the parameters: by the names of a library, or by the order if those are met by chance.
  private func match(_ network: BuiltNetwork) throws(InputFileError) -> Match {
    let parameters = network.namedParameters
    let operators = network.placedOperators
    guard let tensors = named(parameters) else {
      guard let operators else {
        let names = Self.expectedNames(parameters)
        let problem =
          names.isEmpty
          ? "state dicts fill networks of convolutions, linear layers and batch normalisation behind them, "
            + "and those that torchvision and timm have too"
          : "it has none of the names that torchvision and timm give the parameters of such a network"
        throw unfit(
          problem,
          (names + ["an HDF5 file of weights", "or the network as an ONNX file"])
            .joined(separator: ", "))
      }
      try check(operators.map(\.place))
      return .order(operators)
    }
    do throws(InputFileError) {
      try check(tensors, of: parameters)
      return .names(tensors, parameters)
    } catch {
      guard let operators else { throw error }
      do throws(InputFileError) {
        try check(operators.map(\.place))
      } catch let other {
        throw tensors.areLikely ? error : other
      }
      return .order(operators)
    }
  }
}

extension BuiltNetwork {
  /// The parameters but for the classifier's, with all that their names in state dicts follow from.
  fileprivate var namedParameters: [NamedParameter] {
    var readers: [ParameterID: Int] = [:]
    for (place, node) in graph.nodes.enumerated() {
      for case .parameter(let id) in node.operands { readers[id] = place }
    }
    let own = parameters.filter { !$0.isClassifier }
    /// Blocks are counted in the order of the graph, in which weights come before what else there is.
    var blocks: [Substring: Int] = [:]
    var counts: [Int] = []
    for node in graph.nodes {
      let parts = node.name.split(separator: ".")
      if parts.count > 1, parts[1].hasPrefix("block_") {
        let block = node.name[..<parts[1].endIndex]
        if blocks[block] == nil { blocks[block] = blocks.count + 1 }
      }
      counts.append(blocks.count)
    }
    return own.map { parameter in
      let node = readers[parameter.id] ?? 0
      return NamedParameter(
        name: graph[parameter.id].name, shape: graph[parameter.id].shape.sides,
        block: counts[node], node: node)
    }
  }

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
