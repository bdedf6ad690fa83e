/// An operation that cannot be applied to what it was given.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the kind of operation, such as "convolution".
  public let operation: String
  /// The node's name; nil until the operation is a node.
  public var node: String?
  /// What is wrong and what was expected, as a clause.
  public let reason: String

  /// Describes an error of an operation.
  public init(operation: String, node: String? = nil, reason: String) {
    self.operation = operation
    self.node = node
    self.reason = reason
  }

  /// One sentence: the node, its operation, then the reason.
  public var description: String {
    guard let node else { return "\(operation): \(reason)" }
    return "node \"\(node)\" (\(operation)): \(reason)"
  }
}
