/// The 32 bytes of a SHA-256 digest.
///
/// Digests are values: equal bytes are equal digests, and the order is that of the bytes.
public struct Digest256: Hashable, Sendable {
  /// The digest as four words, the first eight bytes in the first word, most significant first.
  let words: (UInt64, UInt64, UInt64, UInt64)

  init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// Builds a digest from its 32 bytes; nil if there are not exactly 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    words = (
      Self.word(bytes[0..<8]), Self.word(bytes[8..<16]), Self.word(bytes[16..<24]),
      Self.word(bytes[24..<32])
    )
  }

  /// Builds a digest from 64 hexadecimal digits of either case; nil for any other text.
  public init?(hexadecimal text: String) {
    guard text.utf8.count == 64 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    var high: UInt8?
    for character in text.utf8 {
      guard let nibble = Self.nibble(character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    self.init(bytes: bytes)
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(32)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 56, through: 0, by: -8) {
        result.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return result
  }

  /// The bytes `8 index ..< 8 index + 8`, read with the most significant byte first.
  ///
  /// - Precondition: `0 <= index < 4`.
  public func word(_ index: Int) -> UInt64 {
    switch index {
    case 0: words.0
    case 1: words.1
    case 2: words.2
    case 3: words.3
    default: preconditionFailure("a digest has the words 0 to 3, not \(index)")
    }
  }

  /// The 64 hexadecimal digits, in lower case.
  public var hexadecimal: String { prefixHexadecimal(characters: 64) }

  /// The first hexadecimal digits, in lower case.
  ///
  /// - Precondition: `0 <= characters <= 64`.
  public func prefixHexadecimal(characters: Int) -> String {
    precondition((0...64).contains(characters), "a digest has 64 digits, not \(characters)")
    return unsafe String(unsafeUninitializedCapacity: characters) { digits in
      for position in 0..<characters {
        let shift = UInt64(60 - 4 * (position % 16))
        let nibble = UInt8(truncatingIfNeeded: word(position / 16) >> shift) & 0xF
        unsafe digits[position] =
          nibble + (nibble < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
      }
      return characters
    }
  }

  /// Tells whether two digests have the same bytes.
  public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  /// Feeds the bytes to a hasher.
  ///
  /// The first word is enough: the bytes of a digest are already evenly distributed.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension Digest256: Comparable {
  /// Orders digests by their bytes.
  public static func < (left: Self, right: Self) -> Bool { left.words < right.words }
}

extension Digest256: CustomStringConvertible {
  /// The 64 hexadecimal digits.
  public var description: String { hexadecimal }
}
