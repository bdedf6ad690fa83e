public import Architectures
public import Digest
public import NetworkGraphs
public import Networks

/// A network from a file, as it was understood at one input shape.
///
/// Two are equal if their files have the same bytes and their inputs the same shape.
public struct FileNetwork: Sendable {
  /// The network and its numbers, where the file was read.
  public struct Contents: Sendable {
    /// The network.
    public let network: BuiltNetwork
    /// The numbers of its parameters.
    public let parameters: GraphParameters
    /// The network that the standard representations need, whose frame is measured, with its numbers.
    public let standard: (network: BuiltNetwork, parameters: GraphParameters)
    /// Which numbers are infinite or none at all; nil if all can be computed with.
    public let damage: String?

    /// Collects both networks.
    public init(
      network: BuiltNetwork, parameters: GraphParameters,
      standard: (network: BuiltNetwork, parameters: GraphParameters), damage: String? = nil
    ) {
      (self.network, self.parameters, self.standard) = (network, parameters, standard)
      self.damage = damage
    }
  }

  /// The file's path as the sweep names it.
  public let file: NetworkFile
  /// The SHA-256 of all of its bytes, see `ONNXBytes.digest`.
  public let digest: Digest256
  /// The extents of one input, without the batch.
  public let inputShape: [Int]
  /// What is known of the representations, the input first.
  public let representations: [RepresentationFacts]
  /// How large it is.
  public let counts: NetworkCounts
  /// What is known of its induced frame.
  public let frame: FrameFacts
  /// The network itself; nil where only a plan is asked for.
  public let contents: Contents?

  /// Collects what is known of a network.
  public init(
    file: NetworkFile, digest: Digest256, inputShape: [Int],
    representations: [RepresentationFacts], counts: NetworkCounts, frame: FrameFacts,
    contents: Contents?
  ) {
    self.file = file
    self.digest = digest
    self.inputShape = inputShape
    self.representations = representations
    self.counts = counts
    self.frame = frame
    self.contents = contents
  }

  /// The images that it takes: square ones, or else vectors of as many numbers.
  public var input: InputShape {
    guard inputShape.count == 3, inputShape[1] == inputShape[2] else {
      return InputShape(channels: inputShape.reduce(1, *), size: 1)
    }
    return InputShape(channels: inputShape[0], size: inputShape[1])
  }

  /// What identifies it: the digest and the shape of its input.
  public var canonicalText: String {
    "{onnx: \(digest.hexadecimal), input: [\(inputShape.map(String.init).joined(separator: ", "))]}"
  }
}

extension FileNetwork: Hashable {
  /// Whether both compute the same.
  public static func == (left: Self, right: Self) -> Bool {
    left.digest == right.digest && left.inputShape == right.inputShape
  }

  /// Hashes what equality compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(digest)
    hasher.combine(inputShape)
  }
}
