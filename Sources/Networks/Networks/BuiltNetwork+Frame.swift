internal import NetworkGraphs

extension BuiltNetwork {
  /// Why the network has no induced frame: the first operation that is more than a convolution, a sum, a
  /// concatenation or a rectifier of a chain, a residual or a dense network; nil for one that has a frame.
  public var frameObstacle: String? {
    guard !isPlain else { return nil }
    let plain: Set<String> = [Convolution.name, Sum.name, Concatenation.name]
    let node = graph.nodes.first { node in
      let kind = type(of: node.operation)
      if let activation = node.operation as? Activation { return activation.function != .relu }
      // Views of other shapes are to blame for nothing.
      guard node.operation.role != .other || node.operation.isProduct else { return false }
      return !plain.contains(kind.name)
    }
    guard let node else { return "its blocks are not those of chains, residual or dense networks" }
    return "\(node.operation.title) (\(node.name)) is not a part of induced frames"
  }
}
