internal import NetworkGraphs
public import Networks

/// What evaluating a network by sweeps of inference takes for one image.
public struct InferenceCost: Sendable {
  /// Operations in products with weights, a multiply-add counted as two.
  public let flops: Double
  /// The products with weights: convolutions and their adjoints.
  public let products: Double
  /// The values that products write.
  public let responses: Double
  /// All values behind the input.
  public let values: Double

  /// Predicts what a number of sweeps of inference take, at least 1.
  ///
  /// **Complexity**: O(layers), for dense networks O(layers × stage depth), whatever the sweeps.
  public init(_ network: BuiltNetwork, sweeps: Int) {
    let first = Self(InferenceGraph(network, sweeps: min(sweeps, 3)))
    guard sweeps > 3 else {
      self = first
      return
    }
    // All sweeps from the third one on are alike.
    let before = Self(InferenceGraph(network, sweeps: 2))
    let further = Double(sweeps - 3)
    flops = first.flops + further * (first.flops - before.flops)
    products = first.products + further * (first.products - before.products)
    responses = first.responses + further * (first.responses - before.responses)
    values = first.values + further * (first.values - before.values)
  }

  private init(_ inference: InferenceGraph) {
    let graph = inference.network.graph
    var (flops, products, responses) = (0.0, 0.0, 0.0)
    for node in graph.nodes where node.operation.role == .weighted {
      let shape = graph[node.output].shape
      flops +=
        node.operation.cost(node.operands.map { graph.shape(of: $0) }, output: shape).flops
      products += 1
      responses += Double(shape.count)
    }
    (self.flops, self.products, self.responses) = (flops, products, responses)
    values = graph.values.dropFirst().reduce(0) { $0 + Double($1.shape.count) }
  }
}
