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
    let network = context.point.network
    guard let dictionaries = LayerDictionaries(network, network: { network.build() })
    else { return }
    var flops = 0.0
    var largest = 0.0
    for own in dictionaries.all {
      flops += context.draws * Double(own.groups) * LayerCoherence.flops(of: own.shape)
      let shape = own.shape
      let entries = Double(shape.rows * shape.columns * shape.kernel * shape.kernel)
      largest = max(largest, entries + Double(shape.rows * shape.rows))
    }
    cost.flops += flops
    cost.seconds += context.rates.perProductFLOP * flops
    cost.bytes = max(cost.bytes, 8 * largest)
  }

  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {
    for (layer, own) in (dictionaries(&context)?.ofRepresentations ?? []).enumerated() {
      guard let bound = own.map({ LayerCoherence.bound(of: $0.shape) }).max() else { continue }
      values.set(Self.bound.id, bound, at: [layer])
    }
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    guard let dictionaries = dictionaries(&context) else { return }
    let tensors = dictionaries.frame.tensors(of: context.presentParameters, in: context.network)
    var known: [Int: Double] = [:]
    for own in dictionaries.all {
      known[own.tensor] = try own.coherence(tensors[own.tensor], shouldStop: context.shouldStop)
    }
    for (layer, own) in dictionaries.ofRepresentations.enumerated() where !own.isEmpty {
      let found = own.map { known[$0.tensor] ?? .nan }
      let largest = found.contains { $0.isNaN } ? .nan : found.max() ?? .nan
      values.set(Self.coherence.id, largest, at: [context.draw, layer])
    }
  }

  private func dictionaries(_ context: inout PointContext) -> LayerDictionaries? {
    let network = context.network
    return LayerDictionaries(context.point.network) { network }
  }
}
