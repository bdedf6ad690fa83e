/// What carrying one batch through a graph takes.
public struct EvaluationCost: Sendable {
  /// Operations, a multiply-add counted as two.
  public let flops: Double
  /// Bytes of the values that are held at the same time, the input among them.
  public let bytes: Double
  /// Bytes of the parameters as an evaluation holds them.
  public let parameterBytes: Double
  /// Numbers that the representations have, over all vectors.
  public let values: Double

  /// Predicts what an `Evaluator` takes.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - representations: the values that are asked for.
  ///   - images: the number of images of a batch.
  ///   - vectors: the number of vectors of an image.
  ///   - scalarBytes: the bytes of a number, 4 or 8.
  public init(
    _ graph: Graph, representations: [ValueID], images: Int, vectors: Int, scalarBytes: Int
  ) {
    let plan = EvaluationPlan(graph, requested: Set(representations))
    let count = Double(images) * Double(vectors)
    let cost = graph.cost(of: representations)
    flops = count * cost.flops
    bytes = count * Double(scalarBytes) * Double(plan.totalSize)
    parameterBytes = Double(scalarBytes) * cost.parameters
    values = count * graph.entryCount(of: representations)
  }

  /// The number of images to carry at a time, at least 1 and at most `imageCount`.
  ///
  /// The largest value of a batch takes about half a megabyte if one image's takes less, so that it
  /// stays in a core's cache; batches are as equal as they can be. It depends on nothing but what is
  /// computed, because the last bits depend on it.
  public static func imagesPerBatch(
    _ graph: Graph, representations: [ValueID], vectors: Int, imageCount: Int, scalarBytes: Int
  ) -> Int {
    let largest = EvaluationPlan(graph, requested: Set(representations)).largestSize
    let most = max(1, min(imageCount, (1 << 19) / max(1, largest * vectors * scalarBytes)))
    let batches = (max(imageCount, 1) + most - 1) / most
    return (max(imageCount, 1) + batches - 1) / batches
  }
}

extension Graph {
  /// The entries of some values of one image.
  public func entryCount(of values: some Sequence<ValueID>) -> Double {
    values.reduce(0) { $0 + Double(self[$1].shape.count) }
  }
}
