/// The counter-based generator Philox4x32-10.
///
/// A block of four words is a pure function of a key and a counter: any block can be computed
/// without those before it.
/// - Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
public struct Philox4x32: Sendable {
  /// The two words of the key.
  public let key: (UInt32, UInt32)

  /// Builds the generator of a key.
  public init(key: (UInt32, UInt32)) { self.key = key }

  /// The block of a counter.
  ///
  /// - Complexity: ten rounds of two 32 × 32 bit products.
  public func block(
    _ counter: (UInt32, UInt32, UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var words = counter
    var roundKey = key
    for round in 0..<10 {
      if round > 0 {
        // The fractional parts of the golden ratio and of √3 − 1 step the key.
        roundKey.0 &+= 0x9E37_79B9
        roundKey.1 &+= 0xBB67_AE85
      }
      let first = UInt64(words.0) &* 0xD251_1F53
      let second = UInt64(words.2) &* 0xCD9E_8D57
      words = (
        UInt32(truncatingIfNeeded: second >> 32) ^ words.1 ^ roundKey.0,
        UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ words.3 ^ roundKey.1,
        UInt32(truncatingIfNeeded: first)
      )
    }
    return words
  }
}
