public import Architectures
public import NetworkGraphs

/// What is known of a representation of a network without its values: a row of the dimension `layer`.
public struct RepresentationFacts: Hashable, Sendable {
  /// The linear operator with a weight whose output first reaches a representation.
  public struct Operator: Hashable, Sendable {
    /// Its output channels.
    public let width: Int
    /// Its input channels.
    public let inputWidth: Int
    /// The side of its kernel; 1 of a product.
    public let kernel: Int
    /// Its stride.
    public let stride: Int
    /// Describes an operator.
    public init(width: Int, inputWidth: Int, kernel: Int = 1, stride: Int = 1) {
      self.width = width
      self.inputWidth = inputWidth
      self.kernel = kernel
      self.stride = stride
    }
  }

  /// The name, such as `layer_3`; unique in its network.
  public let name: String
  /// The kind of operation that ends it.
  public let kind: RepresentationKind
  /// The operator that it has its channels from; nil if there is none.
  public let weighted: Operator?
  /// The stage that it belongs to, counted from 1; 0 for none.
  public let stage: Int

  /// Describes a representation.
  public init(
    name: String, kind: RepresentationKind, weighted: Operator? = nil, stage: Int = 0
  ) {
    self.name = name
    self.kind = kind
    self.weighted = weighted
    self.stage = stage
  }

  /// The network's input.
  public static let input = RepresentationFacts(name: "input", kind: .input)

  /// What a layer of a chain, a residual or a dense network writes, its activation at the end.
  public init(_ layer: Layer, kind: RepresentationKind = .activation) {
    self.init(
      name: BuiltNetwork.name(of: layer), kind: kind,
      weighted: Operator(
        width: layer.width, inputWidth: layer.inputWidth, kernel: layer.kernel,
        stride: layer.stride), stage: layer.stage + 1)
  }
}

/// The kinds of operations that end representations.
///
/// Raw values are the codes of the results file's `layer_kind` column and never change.
public enum RepresentationKind: Int8, CaseIterable, Sendable {
  case none = 0
  case input = 1
  case activation = 2
  case sum = 3
  case concatenation = 4
  case maxPool = 5
  case averagePool = 6
  case batchNormalization = 7
  case layerNormalization = 8
  case groupNormalization = 9
  case rmsNormalization = 10
  case convolution = 11
  case linear = 12
  case other = 13

  /// The kind's name in results files.
  public var name: String {
    switch self {
    case .none: "none"
    case .input: "input"
    case .activation: "activation"
    case .sum: Sum.name
    case .concatenation: Concatenation.name
    case .maxPool: MaxPool.name
    case .averagePool: AveragePool.name
    case .batchNormalization: BatchNormalization.name
    case .layerNormalization: LayerNormalization.name
    case .groupNormalization: GroupNormalization.name
    case .rmsNormalization: RMSNormalization.name
    case .convolution: Convolution.name
    case .linear: Linear.name
    case .other: "other"
    }
  }

  /// The kind of the operation that computes a value.
  public init(of value: ValueID, in graph: Graph) {
    guard let node = graph[value].node else {
      self = .input
      return
    }
    let operation = graph.nodes[node].operation
    let name = type(of: operation).name
    self =
      Self.allCases.first { $0.name == name }
      ?? (operation.role == .activation
        ? .activation : operation.role == .pooling ? .averagePool : .other)
  }
}
