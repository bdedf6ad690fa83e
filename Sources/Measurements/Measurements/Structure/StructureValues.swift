internal import Architectures
public import InducedFrames
public import Networks
public import SweepRecords
public import SweepSpec

/// What follows from a network without its weights; results files hold it for pending points too.
public struct StructureValues: Sendable {
  /// Weights and operations.
  public let counts: NetworkCounts
  /// Atoms, dimension and nonzeros of the induced frame; nil if there is none.
  public let frame: FrameStructure?

  /// Counts a point's weights, operations, atoms and nonzeros.
  public init(_ point: Point, cache: inout StructureCache) {
    counts = point.network.counts(classes: point.preset?.classes ?? 0)
    frame = point.network.frameStructure(cache: &cache)
  }

  /// Stores the values in a record's columns.
  public func store(in values: inout RecordValues) { Self.quantities.store(self, in: &values) }

  /// The columns with their values, in file order.
  static let quantities: [Quantity<StructureValues>] = [
    counted("parameter_count", "parameters", "weights, projections included, biases not") {
      $0.counts.weights
    },
    counted("atom_count", "atoms K", "columns of the induced frame") {
      $0.frame?.atomCount ?? -1
    },
    counted("frame_dimension", "frame dimension D", "rows of the induced frame") {
      $0.frame?.frameDimension ?? -1
    },
    counted(
      "gram_nonzeros", "nonzeros N of the Gram matrix",
      "off-diagonal entries of the Gram matrix that are not identically zero in the weights"
    ) { $0.frame?.gramNonzeros ?? -1 },
    counted(
      "forward_flops", "forward FLOPs",
      "floating-point operations of one image's forward pass, a multiply-add counted as two"
    ) { $0.counts.flops },
    Quantity(
      Column(
        "layerwise_welch_potential", dimensions: [.point], "layerwise Welch potential",
        "what each layer's own Welch bound forces, spread over the induced Gram matrix; no bound "
          + "for the induced frame", origin: .structure)
    ) { $0.frame?.layerwiseWelchPotential ?? .nan },
    counted(
      "trainable_parameter_count", "trainable parameters",
      "weights, biases, scales and shifts of norms, tokens and positions, and the classifier of a "
        + "preset's classes", presence: .ifNotPlain
    ) { $0.counts.trainable },
    Quantity(
      integer: Column(
        "frame_status", type: .int8, dimensions: [.point], "status of the frame",
        "whether the network has an induced frame; if not, /points/frame_reason says why",
        flags: [.init(value: 0, meaning: "ok"), .init(value: 1, meaning: "not_a_frame")],
        origin: .structure, presence: .ifNotPlain)
    ) { $0.frame == nil ? 1 : 0 },
  ]

  private static func counted(
    _ id: ColumnID, _ longName: String, _ description: String,
    presence: ColumnPresence = .always, _ count: @escaping @Sendable (StructureValues) -> Int
  ) -> Quantity<StructureValues> {
    Quantity(
      integer: Column(
        id, type: .int64, dimensions: [.point], longName, description, origin: .structure,
        presence: presence), count)
  }
}
