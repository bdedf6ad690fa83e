internal import Digest

/// Reads little-endian integers and bytes, one behind the other.
struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next integer of 64 bits.
  mutating func next() -> UInt64 {
    defer { position += 8 }
    return (0..<8).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }

  /// The next bytes.
  mutating func next(_ count: Int) -> [UInt8] {
    defer { position += count }
    return Array(bytes[position..<position + count])
  }
}

extension ByteReader {
  /// The next digest.
  mutating func nextDigest() -> Digest256 {
    guard let digest = Digest256(bytes: next(32)) else {
      preconditionFailure("a digest has 32 bytes")
    }
    return digest
  }
}

extension [UInt8] {
  /// Appends an integer of 64 bits.
  mutating func append(little value: UInt64) {
    for shift: UInt64 in [0, 8, 16, 24, 32, 40, 48, 56] {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
