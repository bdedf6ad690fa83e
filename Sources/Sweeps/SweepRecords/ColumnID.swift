/// The name of a column, which is that of its dataset in the results file.
public struct ColumnID: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  /// The dataset's name.
  public let rawValue: String

  /// Takes a dataset's name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Takes a dataset's name.
  public init(stringLiteral name: String) { rawValue = name }

  /// The dataset's name.
  public var description: String { rawValue }

  /// What the names of columns of trained networks begin with.
  static let trainedPrefix = "trained_"

  /// The column of the same values after training.
  public var afterTraining: ColumnID { ColumnID(rawValue: Self.trainedPrefix + rawValue) }
}

/// Columns of the plan that no key of an architecture has, and what became of its points.
extension ColumnID {
  /// The number of layers.
  public static let layerCount: ColumnID = "layer_count"
  /// The seed of a point.
  public static let seed: ColumnID = "seed"
  /// The sweeps of inference.
  public static let inferenceSweeps: ColumnID = "inference_sweeps"
  /// The width of each layer, the input included.
  public static let layerWidth: ColumnID = "layer_width"
  /// The side of each layer's kernel.
  public static let layerKernel: ColumnID = "layer_kernel"
  /// The stride of each layer.
  public static let layerStride: ColumnID = "layer_stride"
  /// The stage of each layer.
  public static let layerStage: ColumnID = "layer_stage"
  /// The input channels of each layer.
  public static let layerInputWidth: ColumnID = "layer_input_width"
  /// The kind of operation that ends each representation.
  public static let layerKind: ColumnID = "layer_kind"
  /// What became of a point.
  public static let status: ColumnID = "status"
}
