public import NetworkGraphs

/// Where a descent is: the parameters, and what its optimiser keeps of each of them.
public struct DescentState<Scalar: GraphScalar>: Hashable, Sendable {
  /// All parameters of the network; the statistics of batch normalisations are among them, and move with
  /// the batches instead of along gradients.
  public var parameters: [Scalar]
  /// The velocity of SGD; for AdamW the means of gradients, then those of their squares: a vector of all
  /// parameters each.
  public var moments: [Scalar]

  /// Starts from parameters.
  public init(parameters: [Scalar], _ optimizer: Optimizer) {
    self.parameters = parameters
    moments = [Scalar](repeating: 0, count: optimizer.momentCount * parameters.count)
  }
}
