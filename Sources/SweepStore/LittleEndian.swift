/// Integers in bytes, least significant first.
extension [UInt8] {
  /// Appends an integer.
  mutating func append<Integer: FixedWidthInteger & UnsignedInteger>(little value: Integer) {
    for byte in 0..<MemoryLayout<Integer>.size {
      append(UInt8(truncatingIfNeeded: value >> Integer(8 * byte)))
    }
  }

  /// Reads an integer.
  func little<Integer: FixedWidthInteger & UnsignedInteger>(
    _ type: Integer.Type, at offset: Int
  ) -> Integer {
    var value: Integer = 0
    for byte in 0..<MemoryLayout<Integer>.size {
      value |= Integer(self[offset + byte]) << Integer(8 * byte)
    }
    return value
  }
}
