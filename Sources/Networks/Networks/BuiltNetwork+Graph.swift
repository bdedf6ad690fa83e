public import NetworkGraphs

extension BuiltNetwork {
  /// Takes a graph that was made elsewhere, such as that of a file.
  ///
  /// What parameters are follows from the operations that read them. Nothing is random: draws of such a
  /// network would be zeros.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - numbers: those of its parameters.
  ///   - representations: the values behind the input that are representations, with their names, in
  ///     order.
  ///   - identity: the bytes that random numbers would be keyed by.
  /// - Returns: the network, and the numbers of its parameters in the new order.
  public static func taking(
    _ graph: Graph, _ numbers: GraphParameters, representations: [(name: String, value: ValueID)],
    identity: [UInt8]
  ) -> (network: BuiltNetwork, numbers: GraphParameters) {
    let roles = graph.parameterRoles
    let order = graph.parameterIDs.sorted {
      (roles[$0.index].place, $0.index) < (roles[$1.index].place, $1.index)
    }
    let (sorted, moved) = graph.reordered(order)
    var (parameters, own, place) = ([NetworkParameter](), GraphParameters(), 0)
    for old in order {
      let count = graph[old].shape.count
      var parameter = NetworkParameter(
        id: moved(old), role: roles[old.index], isClassifier: false, start: .constant(0),
        purpose: .name(graph[old].name))
      parameter.range = place..<place + count
      parameters.append(parameter)
      own[moved(old)] = numbers[old]
      place += count
    }
    let values = representations.map(\.value)
    let operators = sorted.operators(reaching: values)
    let facts = zip(representations, operators).map { representation, own in
      RepresentationFacts(
        name: representation.name,
        kind: RepresentationKind(of: representation.value, in: sorted),
        weighted: sorted.largest(own))
    }
    let network = BuiltNetwork(
      identity: identity, graph: sorted, representations: [.input] + facts,
      values: [sorted.input] + values, parameters: parameters,
      features: .value(values.last ?? sorted.input))
    return (network, own)
  }
}

extension BuiltNetwork {
  /// For each representation, the input first, the linear operators whose outputs first reach it, as places
  /// among the nodes of the graph.
  public var operatorsOfRepresentations: [[Int]] { graph.operators(reaching: values) }
}

extension ParameterRole {
  /// The order of parameters in the vector of all of them.
  var place: Int {
    switch self {
    case .weight: 0
    case .bias, .scale: 1
    case .statistic: 2
    }
  }
}

extension Graph {
  /// What each parameter is to the first operation that reads it.
  fileprivate var parameterRoles: [ParameterRole] {
    var roles = [ParameterRole](repeating: .bias, count: parameters.count)
    for node in nodes.reversed() {
      for (index, operand) in node.operands.enumerated() {
        guard case .parameter(let parameter) = operand else { continue }
        roles[parameter.index] = node.operation.parameterRole(ofOperand: index)
      }
    }
    return roles
  }

  /// For each of some representations the operators whose outputs first reach it, as places of nodes.
  ///
  /// Operators are looked for up to the representations before it; if none stands there, it has those of
  /// these.
  fileprivate func operators(reaching representations: [ValueID]) -> [[Int]] {
    let chosen = Set(representations)
    // For each value what reaches it without a representation between them, and what else does.
    var direct = [[Int]](repeating: [], count: values.count)
    var through = direct
    func join(_ places: inout [Int], _ others: [Int]) {
      for other in others where !places.contains(other) { places.append(other) }
    }
    for (index, node) in nodes.enumerated() {
      let place = node.output.index
      guard node.operation.role != .weighted else {
        direct[place] = [index]
        continue
      }
      for case .value(let source) in node.operands {
        let own = direct[source.index]
        if chosen.contains(source) {
          join(&through[place], own.isEmpty ? through[source.index] : own)
        } else {
          join(&direct[place], own)
          join(&through[place], through[source.index])
        }
      }
    }
    return representations.map { representation in
      let own = direct[representation.index]
      return own.isEmpty ? through[representation.index] : own
    }
  }

  /// The larger of each number of some operators; nil if there are none.
  fileprivate func largest(_ places: [Int]) -> RepresentationFacts.Operator? {
    var result: RepresentationFacts.Operator?
    for place in places { result.join(weightedOperator(nodes[place])) }
    return result
  }

  /// The numbers of a linear operator with a weight.
  private func weightedOperator(_ node: Node) -> RepresentationFacts.Operator {
    let (input, output) = (shape(of: node.operands[0]).shape, self[node.output].shape)
    guard let convolution = node.operation as? Convolution else {
      let isImage = !(node.operation is Linear)
      return RepresentationFacts.Operator(
        width: isImage ? output[1] : output[output.rank - 1],
        inputWidth: isImage ? input[1] : input[input.rank - 1])
    }
    return RepresentationFacts.Operator(
      width: output[1], inputWidth: input[1], kernel: convolution.window.kernel.max() ?? 1,
      stride: convolution.window.strides.max() ?? 1)
  }
}

extension RepresentationFacts.Operator? {
  /// Takes the larger of each number.
  mutating func join(_ other: RepresentationFacts.Operator) {
    guard let own = self else {
      self = other
      return
    }
    self = RepresentationFacts.Operator(
      width: max(own.width, other.width), inputWidth: max(own.inputWidth, other.inputWidth),
      kernel: max(own.kernel, other.kernel), stride: max(own.stride, other.stride))
  }
}
