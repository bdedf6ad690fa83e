extension Graph {
  /// The same network behind a normalisation of its input, which is its first operation.
  ///
  /// The input stays what images are; all that read it read what is normalised. Parameters keep their
  /// places, and every other value moves by one: see `ValueID.behindNormalization`.
  ///
  /// - Parameter normalization: means and deviations for the channels of the input, axis 1.
  ///
  /// **Throws**: `GraphError` if they do not fit the input.
  public func normalizingInput(
    _ normalization: InputNormalization
  ) throws(GraphError) -> Graph {
    var graph = Graph(input: self[input].name, shape: self[input].shape)
    for parameter in parameters {
      _ = graph.addParameter(parameter.name, shape: parameter.shape)
    }
    let normalized = try graph.add(
      normalization, of: graph.input, name: "\(self[input].name) (normalized)")
    for node in nodes {
      let operands = node.operands.map { operand -> Operand in
        guard case .value(let value) = operand else { return operand }
        return .value(value == input ? normalized : value.behindNormalization)
      }
      try graph.add(node.operation, operands, name: node.name, output: self[node.output].name)
    }
    return graph
  }
}

extension ValueID {
  /// The place of the same value in the graph that `Graph.normalizingInput` makes.
  public var behindNormalization: ValueID { index == 0 ? self : ValueID(index: index + 1) }
}
