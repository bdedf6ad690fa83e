/// The reflected Castagnoli polynomial.
private let polynomial: UInt32 = 0x82F6_3B78

/// Eight tables of 256 entries, one behind the other.
///
/// Table `k` holds the remainder of each byte followed by `k` zero bytes, so that eight bytes are
/// handled by eight independent lookups instead of a chain of eight.
private let tables: [UInt32] = {
  var entries = [UInt32](repeating: 0, count: 8 * 256)
  for byte in 0..<256 {
    var remainder = UInt32(byte)
    for _ in 0..<8 {
      remainder = remainder & 1 == 1 ? remainder >> 1 ^ polynomial : remainder >> 1
    }
    entries[byte] = remainder
  }
  for index in 256..<entries.count {
    let shorter = entries[index - 256]
    entries[index] = shorter >> 8 ^ entries[Int(shorter & 0xFF)]
  }
  return entries
}()

/// The CRC-32C checksum of the bytes of a buffer that stays valid during the call.
///
/// With `continuing`, the checksum of earlier bytes, the result is that of both pieces joined.
/// - Source: RFC 3720, appendix B.4; slicing by eight after Kounavis and Berry, 2005.
public func crc32c(_ bytes: UnsafeRawBufferPointer, continuing: UInt32 = 0) -> UInt32 {
  var remainder = ~continuing
  unsafe tables.withUnsafeBufferPointer { table in
    let wholeWords = bytes.count & ~7
    var position = 0
    while position < wholeWords {
      let word = unsafe UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      let mixed = word ^ UInt64(remainder)
      let low =
        unsafe table[1792 + Int(mixed & 0xFF)]
        ^ table[1536 + Int(mixed >> 8 & 0xFF)]
        ^ table[1280 + Int(mixed >> 16 & 0xFF)]
        ^ table[1024 + Int(mixed >> 24 & 0xFF)]
      let high =
        unsafe table[768 + Int(mixed >> 32 & 0xFF)]
        ^ table[512 + Int(mixed >> 40 & 0xFF)]
        ^ table[256 + Int(mixed >> 48 & 0xFF)]
        ^ table[Int(mixed >> 56)]
      remainder = low ^ high
      position += 8
    }
    while position < bytes.count {
      let index = unsafe Int(UInt8(truncatingIfNeeded: remainder) ^ bytes[position])
      remainder = unsafe remainder >> 8 ^ table[index]
      position += 1
    }
  }
  return ~remainder
}

/// The CRC-32C checksum of some bytes.
///
/// With `continuing`, the checksum of earlier bytes, the result is that of both pieces joined.
public func crc32c(_ bytes: [UInt8], continuing: UInt32 = 0) -> UInt32 {
  unsafe bytes.withUnsafeBytes { unsafe crc32c($0, continuing: continuing) }
}
