public import Architectures
public import Digest

/// One grid entry: an architecture, how often it is swept, a seed and a source of weights.
public struct Point: Sendable {
  /// The point's place in its plan, counted from 0.
  public let index: Int
  /// Where its network comes from.
  public let network: PointNetwork
  /// The sweeps of inference by which the network is evaluated; 1 is the feed-forward network.
  ///
  /// They are no part of the network: its frame and its random weights are the same for all.
  public let inferenceSweeps: Int
  /// The seed of its random numbers.
  public let seed: Int64
  /// Where its weights come from.
  public let weights: WeightsSource
  /// The rule that its stages were written by; nil where they were written one by one.
  public let shorthand: Shorthand?
  /// The named architecture that it was written as; nil for others.
  public let preset: Preset?

  /// The keys of the architecture as the sweep gives them.
  let written: KeyValues

  init(
    index: Int, setting: Setting, network: PointNetwork, shorthand: Shorthand?,
    weights: WeightsSource
  ) {
    self.index = index
    self.network = network
    inferenceSweeps = setting.inferenceSweeps
    seed = Int64(setting.seed)
    self.weights = weights
    self.shorthand = shorthand
    preset = setting.preset
    written = setting.values
  }

  /// What identifies the point: a line for a network from a file, else three lines or four, each ended by
  /// a newline.
  ///
  /// The network's canonical text; `seed: ` and the seed in decimal; `weights: ` and the
  /// source's canonical text; `inference_sweeps: ` and their number where it is not 1. None of them
  /// holds a newline, so different points have different texts.
  public var identityText: String { String(decoding: identityBytes, as: UTF8.self) }

  /// The network as listings name it: its file, or its canonical text and the sweeps of inference where
  /// they are not 1.
  public var networkText: String {
    if case .file(let network) = network { return network.file.text }
    let sweeps = inferenceSweeps == 1 ? "" : " by inference_sweeps: \(inferenceSweeps)"
    return network.canonicalText + sweeps
  }

  /// The SHA-256 of `identityText`, equal for equal points of all plans.
  ///
  /// **Complexity**: O(layers), about a microsecond; not stored.
  public var id: Digest256 { SHA256.hash(identityBytes) }

  /// The id as results files show it: its first 16 hexadecimal digits.
  public var shortID: String { Self.short(id) }

  /// The short id of a point whose network and weights were put into words before.
  ///
  /// - Parameters:
  ///   - network: the canonical bytes of its network.
  ///   - weights: the canonical text of the source of its weights.
  public func shortID(network: [UInt8], weights: String) -> String {
    Self.short(
      SHA256.hash(
        Self.identity(
          network: network, seed: seed, self.weights, text: weights,
          inferenceSweeps: inferenceSweeps)))
  }

  private static func short(_ id: Digest256) -> String { id.prefixHexadecimal(characters: 16) }

  /// The point's entries in the columns that follow from how it is written.
  public var columns: PointColumns { PointColumns(network, shorthand, preset, written) }

  private var identityBytes: [UInt8] {
    Self.identity(
      network: network.canonicalBytes, seed: seed, weights, text: weights.canonicalText,
      inferenceSweeps: inferenceSweeps)
  }

  /// The bytes of an identity.
  ///
  /// - Parameters:
  ///   - network: the canonical bytes of the network.
  ///   - seed: the seed.
  ///   - weights: where weights come from.
  ///   - text: the canonical text of that.
  ///   - inferenceSweeps: the sweeps of inference.
  static func identity(
    network: [UInt8], seed: Int64, _ weights: WeightsSource, text: String, inferenceSweeps: Int
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(network.count + text.utf8.count + 64)
    bytes += network
    // Nothing is drawn, and the network's own text covers the weights.
    if case .network = weights { return bytes + "\n".utf8 }
    bytes += "\nseed: ".utf8
    bytes += String(seed).utf8
    bytes += "\nweights: ".utf8
    bytes += text.utf8
    bytes += "\n".utf8
    if inferenceSweeps != 1 { bytes += "inference_sweeps: \(inferenceSweeps)\n".utf8 }
    return bytes
  }
}
