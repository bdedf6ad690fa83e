public import Architectures
public import NetworkGraphs

/// A network as all that measures it sees it, wherever it comes from: a graph, the values that are its
/// representations, what a classifier reads, and its parameters with how they start.
///
/// The numbers of all parameters, one parameter behind the other, are the vector that is trained. First
/// come the weights of linear operators, the classifier's last; then what else is trained, the
/// classifier's bias last; then statistics of normalisation, which are measured. So what weight decay
/// applies to is the range `decayed`, and what is trained the range `trained`.
public struct BuiltNetwork: Sendable {
  /// The parameters of the layers of a chain, a residual or a dense network.
  public struct Layers: Sendable {
    /// The architecture.
    public let architecture: Architecture
    /// Each layer's weight, [width, inputWidth, kernel, kernel].
    public let weights: [ParameterID]
    /// The projections, [width, source's width, 1, 1], by the layer that adds them.
    public let projections: [Int: ParameterID]
    /// Each layer's bias, [width, 1, 1], as it is repeated over the pixels; none if normalised layers
    /// have none.
    public let biases: [ParameterID]
    /// Values that stand side by side already.
    public let joins: ChannelJoins
  }

  /// What a classifier reads.
  public enum Features: Sendable {
    /// The means over pixels of some representations' channels, side by side; 0 is the input.
    case means(of: [Int])
    /// A value, [1, features].
    case value(ValueID)
  }

  /// The bytes that random numbers are keyed by: an architecture's canonical text.
  public let identity: [UInt8]
  /// The network, and what was added behind it; its own parameters come first, in the order of
  /// `parameters`.
  public var graph: Graph
  /// What stands for the image in the network: the input, or what a normalisation makes of it.
  public let image: ValueID
  /// The representations: the input, then all others in order.
  public let representations: [RepresentationFacts]
  /// The values of the representations.
  public var values: [ValueID]
  /// The parameters, in the order of the vector.
  public internal(set) var parameters: [NetworkParameter]
  /// What a classifier reads.
  public let features: Features
  /// The layers; nil if it is not made of layers of chains, residual or dense networks.
  public let layers: Layers?

  /// Collects what a builder made.
  init(
    identity: [UInt8], graph: Graph, image: ValueID? = nil, representations: [RepresentationFacts],
    values: [ValueID], parameters: [NetworkParameter], features: Features, layers: Layers? = nil
  ) {
    precondition(representations.count == values.count, "each representation has a value")
    self.identity = identity
    self.graph = graph
    self.image = image ?? graph.input
    self.representations = representations
    self.values = values
    self.parameters = parameters
    self.features = features
    self.layers = layers
  }

  /// Builds the network of an architecture.
  ///
  /// - Parameters:
  ///   - architecture: the architecture.
  ///   - classes: the classes of a classifier that has parameters; 0 for none. `addScores` adds what it
  ///     computes.
  ///
  /// **Complexity**: O(layers), for dense networks O(layers × stage depth).
  public init(_ architecture: Architecture, classes: Int = 0) {
    let architecture = architecture.withInitialStatistics
    self =
      switch (architecture.family, architecture.block) {
      case (.transformer, _), (.mixer, _): TokenBuilder.build(architecture, classes: classes)
      case (.convnext, _): ConvNeXtBuilder.build(architecture, classes: classes)
      case (_, .plain): LayerBuilder.build(architecture, classes: classes)
      case (.residual, .cell): CellBuilder.build(architecture, classes: classes)
      case (.dense, _): DenseBlockBuilder.build(architecture, classes: classes)
      case (.chain, _), (.residual, _): ResidualBlockBuilder.build(architecture, classes: classes)
      }
  }

  /// A layer's name: that of the value it writes, and the first part of its parameters' names.
  ///
  /// Layers are counted from 1, as in results.
  public static func name(of layer: Layer) -> String { "layer_\(layer.index + 1)" }

  /// Whether it is a chain, a residual or a dense network of convolutions and rectifiers only.
  public var isPlain: Bool { layers?.architecture.isPlain == true }

  /// The shape of the input, [1, channels, height, width] of an image.
  public var inputShape: Shape { graph[graph.input].shape }

  // MARK: Parameters

  /// The places of what weight decay applies to: the weights of linear operators, the classifier's
  /// included.
  public var decayed: Range<Int> { range { $0.role == .weight } }
  /// The places of what is trained.
  public var trained: Range<Int> { range { $0.role != .statistic } }
  /// The number of all numbers.
  public var parameterCount: Int { parameters.last?.range.upperBound ?? 0 }

  private func range(_ isIn: (NetworkParameter) -> Bool) -> Range<Int> {
    0..<(parameters.last(where: isIn)?.range.upperBound ?? 0)
  }

  /// The number of weights of linear operators, the classifier's not included.
  public var weightCount: Int {
    parameters.reduce(0) { $0 + ($1.role == .weight && !$1.isClassifier ? $1.range.count : 0) }
  }

  /// The parameter of an id; nil for what was added behind the network.
  public subscript(id: ParameterID) -> NetworkParameter? {
    parameters.indices.contains(id.index) ? parameters[id.index] : nil
  }

  /// The classifier's weight, [classes, features]; nil without a classifier.
  public var classifierWeight: NetworkParameter? {
    parameters.first { $0.isClassifier && $0.role == .weight }
  }

  /// The classifier's bias, [classes]; nil without a classifier.
  public var classifierBias: NetworkParameter? {
    parameters.first { $0.isClassifier && $0.role == .bias }
  }

  // MARK: Behind the representations

  /// The number of features that a classifier reads.
  public var featureCount: Int {
    switch features {
    case .means(let places): places.reduce(0) { $0 + graph[values[$1]].shape[1] }
    case .value(let value): graph[value].shape.count
    }
  }

  /// Adds an operation, which fits wherever the network is one.
  @discardableResult
  public mutating func add(
    _ operation: any GraphOperation, _ operands: [Operand], name: String
  ) -> ValueID {
    graph.addFitting(operation, operands, name: name)
  }

  /// Adds what a classifier reads, [1, features].
  public mutating func addFeatures() -> ValueID {
    switch features {
    case .value(let value): return value
    case .means(let places):
      let means = places.map { place in
        let value = values[place]
        return Operand.value(
          add(
            Reduction(globalAverageOfRank: 4), [.value(value)],
            name: "\(representations[place].name).mean"))
      }
      let all =
        means.count == 1 ? means : [.value(add(Concatenation(axis: 1), means, name: "means"))]
      return add(Reshape([1, featureCount]), all, name: "features")
    }
  }

  /// Adds the class scores V h + c of the features h, [1, classes].
  ///
  /// - Precondition: the network was built with classes.
  public mutating func addScores() -> ValueID {
    guard let weight = classifierWeight, let bias = classifierBias else {
      preconditionFailure("a network without classes has no scores")
    }
    return add(
      Linear(), [.value(addFeatures()), .parameter(weight.id), .parameter(bias.id)],
      name: "scores")
  }
}
