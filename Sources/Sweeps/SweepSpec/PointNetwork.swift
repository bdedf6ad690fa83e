public import Architectures
public import Networks

/// Where the network of a point comes from.
///
/// Everything that is computed asks `build` for the network. What is asked here without it, such as how
/// many representations there are, is known without a graph for plain networks, of which plans may have
/// a million.
public enum PointNetwork: Hashable, Sendable {
  /// Hyperparameters.
  case architecture(Architecture)
  /// A file.
  case file(FileNetwork)

  /// The architecture; nil for a network that has none.
  public var architecture: Architecture? {
    switch self {
    case .architecture(let architecture): architecture
    case .file: nil
    }
  }

  /// The network in the one spelling that identifies it.
  public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

  /// The bytes of `canonicalText`.
  public var canonicalBytes: [UInt8] {
    switch self {
    case .architecture(let architecture): architecture.canonicalBytes
    case .file(let network): Array(network.canonicalText.utf8)
    }
  }

  /// The shape of the images that enter.
  public var input: InputShape {
    switch self {
    case .architecture(let architecture): architecture.input
    case .file(let network): network.input
    }
  }

  /// The number of representations behind the input.
  public var layerCount: Int {
    switch self {
    case .architecture(let architecture): architecture.layerCount
    case .file(let network): network.representations.count - 1
    }
  }

  /// The architecture of a chain, a residual or a dense network of layers, from which all that is asked for
  /// here follows without a graph; nil for any other network.
  public var framed: Architecture? { architecture.flatMap { $0.isPlain ? $0 : nil } }

  /// The architecture whose layers are the units of the induced frame; nil if these follow from a graph.
  public var layerFramed: Architecture? {
    architecture.flatMap { $0.hasLayerFrame ? $0 : nil }
  }

  /// Why the network has no induced frame; empty if it has one.
  public var frameReason: String {
    switch self {
    case .architecture(let architecture):
      return architecture.hasLayerFrame ? "" : build().frameObstacle ?? ""
    case .file(let network):
      guard case .none(let reason) = network.frame else { return "" }
      return reason
    }
  }

  /// The network.
  ///
  /// - Parameter classes: the classes of a classifier that has parameters; 0 for none.
  public func build(classes: Int = 0) -> BuiltNetwork {
    switch self {
    case .architecture(let architecture): return BuiltNetwork(architecture, classes: classes)
    case .file(let network):
      guard let contents = network.contents, classes == 0 else {
        preconditionFailure("\(network.file.path) is computed, and nobody read it, or is trained")
      }
      return contents.network
    }
  }

  /// What is known of the representations, the input first.
  public var representations: [RepresentationFacts] {
    if case .file(let network) = self { return network.representations }
    return framed.map { [.input] + $0.layers.map { RepresentationFacts($0) } }
      ?? build().representations
  }

  /// How large the network is.
  ///
  /// - Parameter classes: the classes of a classifier, which counts among what is trainable; 0 for none.
  public func counts(classes: Int = 0) -> NetworkCounts {
    if case .file(let network) = self { return network.counts }
    return framed.map { NetworkCounts($0, classes: classes) }
      ?? NetworkCounts(build(classes: classes))
  }
}
