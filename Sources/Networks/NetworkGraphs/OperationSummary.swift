/// An operation of a graph, in words and numbers.
public struct OperationSummary: Sendable {
  /// The name of the value that it computes.
  public let name: String
  /// What is computed, such as `convolution` or `gelu`.
  public let operation: String
  /// The shape of the value, the batch of one included.
  public let shape: Shape
  /// The number of its weights: numbers that it multiplies by or adds, but for means and variances of batch
  /// normalisation and for single numbers.
  public let parameterCount: Int
  /// Operations for one image, a multiply-add counted as two.
  public let flops: Double
  /// The bytes of the value of one image in single precision.
  public let byteCount: Int
  /// Whether the value is a representation.
  public let isRepresentation: Bool
}

extension Graph {
  /// The operations that some values need, in the order in which they are computed.
  ///
  /// - Parameters:
  ///   - values: the values.
  ///   - representations: those that are marked.
  public func summary(of values: [ValueID], representations: Set<ValueID>) -> [OperationSummary] {
    let needed = nodesNeeded(for: values)
    return nodes.indices.filter { needed[$0] }.map { index in
      let node = nodes[index]
      let value = self[node.output]
      let cost = node.operation.cost(node.operands.map(shape(of:)), output: value.shape)
      return OperationSummary(
        name: value.name, operation: node.operation.title, shape: value.shape,
        parameterCount: node.weightCount(in: self), flops: cost.flops,
        byteCount: value.shape.count * MemoryLayout<Float>.size,
        isRepresentation: representations.contains(node.output))
    }
  }
}

extension Graph.Node {
  /// The number of weights among its operands.
  fileprivate func weightCount(in graph: Graph) -> Int {
    let isLayer = operation.role == .weighted || operation.role == .normalization
    return operands.enumerated().reduce(0) { sum, found in
      guard case .parameter(let parameter) = found.element,
        operation.parameterRole(ofOperand: found.offset) != .statistic
      else { return sum }
      let count = graph[parameter].shape.count
      return sum + (isLayer || count > 1 ? count : 0)
    }
  }
}
