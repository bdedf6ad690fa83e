internal import Bytes
public import Digest

/// The identity of a stream of random numbers, built from labelled parts.
///
/// Two keys are equal exactly when they were given the same parts of the same kinds in the same
/// order: every part is hashed behind its kind and its length, so that no two lists of parts give
/// the same bytes.
public struct RandomKey: Hashable, Sendable {
  private enum Kind: UInt8 {
    case domain = 1
    case seed = 2
    case integer = 3
    case bytes = 4
    case text = 5
  }

  private var encoding: [UInt8] = []

  /// Starts a key from what the numbers are for, and a seed.
  public init(domain: String, seed: Int64) {
    append(.domain, Array(domain.utf8))
    append(.seed, Self.bytes(of: seed))
  }

  /// Starts a key from what the numbers are for, where no seed plays a part.
  public init(domain: String) { append(.domain, Array(domain.utf8)) }

  /// Adds an integer.
  public mutating func append(_ integer: Int) {
    append(.integer, Self.bytes(of: Int64(integer)))
  }

  /// Adds bytes.
  public mutating func append(_ bytes: [UInt8]) { append(.bytes, bytes) }

  /// Adds a text.
  public mutating func append(_ text: String) { append(.text, Array(text.utf8)) }

  /// This key with an integer added.
  public func appending(_ integer: Int) -> Self {
    var longer = self
    longer.append(integer)
    return longer
  }

  /// This key with bytes added.
  public func appending(_ bytes: [UInt8]) -> Self {
    var longer = self
    longer.append(bytes)
    return longer
  }

  /// This key with a text added.
  public func appending(_ text: String) -> Self {
    var longer = self
    longer.append(text)
    return longer
  }

  /// The SHA-256 of the parts.
  public var digest: Digest256 { SHA256.hash(encoding) }

  /// The stream that the parts name, at its beginning.
  public var stream: RandomStream { RandomStream(key: digest) }

  private mutating func append(_ kind: Kind, _ bytes: [UInt8]) {
    encoding.append(kind.rawValue)
    encoding.append(little: Int64(bytes.count))
    encoding += bytes
  }

  private static func bytes(of value: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: value)
    return bytes
  }
}
