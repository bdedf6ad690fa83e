internal import NetworkGraphs
public import Networks
internal import RecurrentInference

/// What carrying images with their directions through a network takes, batch by batch.
public struct PushForwardCost: Sendable {
  /// The images of a batch, at least 1; see `EvaluationCost`.
  public let images: Int
  /// Operations of one batch in products with weights, a multiply-add counted as two.
  public let flops: Double
  /// Bytes of the values of one batch that are held at the same time, the input among them.
  public let bytes: Double
  /// Bytes of the weights, as given and as packed.
  public let weightBytes: Double
  /// Values that the products of one batch write, over all vectors.
  public let values: Double

  /// Predicts what a `PushForward` takes.
  ///
  /// - Parameters:
  ///   - built: the network.
  ///   - vectors: one more than the most directions of an image.
  ///   - imageCount: the number of all images.
  ///   - scalarBytes: the bytes of a number, 4 or 8.
  ///   - sweeps: the sweeps of inference, at least 1.
  ///
  /// **Complexity**: O(layers), for dense networks O(layers × stage depth), whatever the sweeps.
  public init(
    _ built: BuiltNetwork, vectors: Int, imageCount: Int, scalarBytes: Int, sweeps: Int = 1
  ) {
    // Memory is used again from sweep to sweep.
    let network = InferenceGraph(built, sweeps: min(sweeps, 3)).network
    let representations = Array(network.values.dropFirst())
    images = EvaluationCost.imagesPerBatch(
      network.graph, representations: representations, vectors: vectors, imageCount: imageCount,
      scalarBytes: scalarBytes)
    let evaluation = EvaluationCost(
      network.graph, representations: representations, images: images, vectors: vectors,
      scalarBytes: scalarBytes)
    let inference = InferenceCost(built, sweeps: sweeps)
    let count = Double(images) * Double(vectors)
    flops = count * inference.flops
    values = count * inference.responses
    bytes = evaluation.bytes
    // Numbers as given, then single ones, and those that a convolution and its adjoint pack.
    weightBytes =
      Double(built.weightCount) * Double(8 + (sweeps > 1 ? 4 : 2) * scalarBytes)
  }
}
