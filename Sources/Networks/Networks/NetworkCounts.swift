public import Architectures
internal import NetworkGraphs

/// How large a network is.
public struct NetworkCounts: Hashable, Sendable {
  /// The weights of convolutions and linear layers, projections included; neither norms nor biases nor a
  /// classifier.
  public let weights: Int
  /// All that is trained: weights, biases, scales and shifts of norms, tokens and positions, and the
  /// classifier.
  public let trainable: Int
  /// Operations of one image's forward pass in products, a multiply-add counted as two.
  public let flops: Int

  /// Takes counts of others.
  public init(weights: Int, trainable: Int, flops: Int) {
    (self.weights, self.trainable, self.flops) = (weights, trainable, flops)
  }

  /// Counts what a network has.
  public init(_ network: BuiltNetwork) {
    weights = network.weightCount
    trainable = network.parameters.reduce(0) {
      $0 + ($1.role == .statistic ? 0 : $1.range.count)
    }
    let graph = network.graph
    flops = graph.nodes.reduce(0) { sum, node in
      guard node.operation.isProduct else { return sum }
      let operands = node.operands.map { graph.shape(of: $0) }
      return sum + Int(node.operation.cost(operands, output: graph[node.output].shape).flops)
    }
  }

  /// Counts what a plain network has, without its graph.
  ///
  /// Each layer has a bias.
  public init(_ architecture: Architecture, classes: Int = 0) {
    weights = architecture.parameterCount
    let biases = architecture.stages.reduce(0) { $0 + $1.widths.reduce(0, +) }
    trainable =
      weights + biases + (classes > 0 ? classes * (architecture.featureCount + 1) : 0)
    flops = architecture.forwardFLOPs
  }
}

extension BuiltNetwork {
  /// The numbers that the representations and what is copied for concatenations have for one image.
  public var heldValues: Double {
    let joins = graph.nodes.filter { $0.operation.role == .concatenation }.map(\.output)
    return graph.entryCount(of: values.dropFirst() + joins)
  }

  /// Operations of one image's products, as kernels compute them that work on some channels at a time,
  /// whether there are so many or not; a multiply-add is counted as two.
  public func paddedFLOPs(lanes: Int) -> Double {
    func padding(_ channels: Int) -> Double {
      Double((channels + lanes - 1) / lanes * lanes) / Double(channels)
    }
    return graph.nodes.reduce(0) { sum, node in
      guard node.operation.isProduct else { return sum }
      let operands = node.operands.map { graph.shape(of: $0) }
      let flops = node.operation.cost(operands, output: graph[node.output].shape).flops
      guard node.operation.role == .weighted, operands[1].shape.rank >= 2 else {
        return sum + flops
      }
      let weight = operands[1].shape
      return sum + flops * padding(weight[0]) * padding(weight[1])
    }
  }
}
