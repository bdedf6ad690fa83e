internal import Architectures
internal import InducedFrames
internal import Networks
internal import SweepRecords
internal import SweepSpec

/// The coherence of each layer's own dictionary, and what no weights of its shape go below.
struct LayerCoherenceMeasurement: Measurement {
  static let section = MinimumMeasurement.section
  static let keys = ["layer_coherence"]
  static let expected = MinimumMeasurement.expected
  private static let coherence = Column(
    "layer_coherence", dimensions: [.point, .draw, .layer], "coherence of the layer",
    "largest absolute product of two atoms of the layer's own convolutional dictionary; NaN at the "
      + "input, if an atom is zero, and in networks without an induced frame")
  private static let bound = Column(
    "layer_coherence_bound", dimensions: [.point, .layer], "bound of the layer's coherence",
    "what the coherence of no weight of the layer's shape goes below; NaN at the input")
  static let allColumns = [coherence, bound]
  static let allRepeatedColumns = [coherence]

  let canonicalText = "layer_coherence: true"
  var columns: [Column] { Self.allColumns }
  var repeated: (any Measurement)? { self }

  init?(_ given: GivenSection, _ reading: inout Reading) {
    guard reading.truth("layer_coherence", in: given) == true else { return nil }
  }

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    var flops = 0.0
    var largest = 0.0
    for layer in context.point.network.framed?.layers ?? [] {
      flops += context.draws * LayerCoherence.flops(of: layer)
      let entries = Double(layer.width * layer.inputWidth * layer.kernel * layer.kernel)
      largest = max(largest, entries + Double(layer.width * layer.width))
    }
    cost.flops += flops
    cost.seconds += context.rates.perProductFLOP * flops
    cost.bytes = max(cost.bytes, 8 * largest)
  }

  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {
    for layer in context.point.network.framed?.layers ?? [] {
      values.set(Self.bound.id, LayerCoherence.bound(of: layer), at: [layer.index + 1])
    }
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    guard let architecture = context.point.network.framed,
      let weights = context.network.weights(of: context.presentParameters)
    else { return }
    for layer in architecture.layers {
      let found = try LayerCoherence(
        of: weights.layers[layer.index], stride: layer.stride, shouldStop: context.shouldStop)
      values.set(Self.coherence.id, found.coherence, at: [context.draw, layer.index + 1])
    }
  }
}
