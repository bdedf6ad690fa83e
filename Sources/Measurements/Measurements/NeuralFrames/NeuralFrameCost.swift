internal import NetworkGraphs
internal import Networks
internal import NeuralFrames
internal import RecurrentInference
internal import SweepSpec

/// What measuring neural frames at one draw of a point takes.
struct NeuralFrameCost {
  /// Operations in convolutions and in products of vectors.
  let flops: Double
  /// Bytes in use at the same time, whatever the number of images.
  let bytes: Double
  /// Predicted time on one core, in seconds.
  let seconds: Double

  // Seconds for each of what is counted, on the core that the other constants of the cost model are
  // for; see `NeuralFramesBenchmarkTests`.
  private static let perSingleFLOP = 5e-12
  private static let perDoubleFLOP = 2.8e-11
  private static let perValue = 3e-10
  private static let perMovedNumber = 7e-10
  private static let perSingleProductFLOP = 1.5e-11
  private static let perDoubleProductFLOP = 3.5e-11
  private static let perSingleFrame = 3e-6
  private static let perDoubleFrame = 8e-6
  private static let perCall = 6e-6
  private static let perWeight = 1e-8
  private static let perConvolution = 5e-5

  /// The batches of images.
  static func batch(
    of network: BuiltNetwork, _ point: Point, _ measure: NeuralFramesMeasurement, vectorCount: Int
  ) -> PushForwardCost {
    PushForwardCost(
      network, vectors: vectorCount, imageCount: measure.imageCount,
      scalarBytes: measure.precision == .float32 ? 4 : 8, sweeps: point.inferenceSweeps)
  }

  /// Predicts the cost.
  ///
  /// - Parameters:
  ///   - network: the point's network.
  ///   - point: the point.
  ///   - measure: what is measured.
  ///   - vectorCount: the most vectors of an image, its value and all directions.
  ///   - recordBytes: the bytes of the point's values.
  init(
    _ network: BuiltNetwork, _ point: Point, _ measure: NeuralFramesMeasurement, vectorCount: Int,
    recordBytes: Int
  ) {
    let one = Self.batch(of: network, point, measure, vectorCount: vectorCount)
    let images = one.images
    let batches = Double((measure.imageCount + images - 1) / images)
    let vectors = Double(vectorCount)
    let graph = network.graph
    let inputDimension = Double(network.inputShape.count)
    let dimensions = network.values.dropFirst().map { Double(graph[$0].shape.count) }
    // Behind a layer about half of the entries are closed, and left out of the products.
    let entries = dimensions.reduce(0, +) / 2
    let products = Double(measure.imageCount) * vectors * (vectors + 1) * entries
    let frames = Double(measure.imageCount * measure.families.count * dimensions.count)
    flops = batches * one.flops + products
    // oneDNN's kernels work on 16 channels at a time, whether there are so many or not.
    let isSingle = measure.precision == .float32
    var padded = network.paddedFLOPs(lanes: isSingle ? 16 : 1)
    // Further sweeps are products of the same weights.
    let share = one.flops / (InferenceCost(network, sweeps: 1).flops * Double(images) * vectors)
    if point.inferenceSweeps > 1 { padded *= share }
    let perFLOP = isSingle ? Self.perSingleFLOP : Self.perDoubleFLOP
    seconds =
      batches
      * (perFLOP * padded * Double(images) * vectors + Self.perValue * one.values
        + Self.perMovedNumber * graph.movedNumbers * Double(images) * vectors)
      + (isSingle ? Self.perSingleProductFLOP : Self.perDoubleProductFLOP) * products
      + (isSingle ? Self.perSingleFrame : Self.perDoubleFrame) * frames
      + Self.perCall * batches * Double(dimensions.count) * (point.inferenceSweeps > 1 ? share : 1)
      + Self.perWeight * Double(network.weightCount)
      + Self.perConvolution * Double(dimensions.count)
    // Singular vectors of one family at the largest representation, and an image's samples.
    let largest = dimensions.reduce(inputDimension, max)
    bytes =
      one.bytes + one.weightBytes + 8 * 4 * vectors * largest
      + 8 * Double(images) * vectors * inputDimension
      + Double(recordBytes)
  }
}

extension Graph {
  /// The numbers that operations read and write for one vector that are neither products nor done along
  /// with one, as batch normalisation, sums, most activations and concatenations are: those of layer normalisation,
  /// attention, and all that moves entries.
  fileprivate var movedNumbers: Double {
    nodes.reduce(0) { sum, node in
      let operation = node.operation
      switch operation.role {
      case .weighted, .activation, .addition, .concatenation: return sum
      case .normalization where operation is BatchNormalization: return sum
      case .normalization, .pooling, .other: break
      }
      let operands = node.operands.map { shape(of: $0) }
      return sum + operation.cost(operands, output: self[node.output].shape).numbers
    }
  }
}
