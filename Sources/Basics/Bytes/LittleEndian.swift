/// Numbers as bytes, least significant first: the order of all files and messages of the project.
extension [UInt8] {
  /// Appends a number.
  @inlinable public mutating func append<Number: FixedWidthInteger>(little value: Number) {
    for byte in 0..<MemoryLayout<Number>.size {
      append(UInt8(truncatingIfNeeded: value >> Number(truncatingIfNeeded: 8 * byte)))
    }
  }

  /// Writes the low bytes of a number over those at a place.
  @inlinable public mutating func store(little value: UInt64, byteCount: Int, at offset: Int) {
    for byte in 0..<byteCount {
      self[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
    }
  }

  /// Reads the number at a place.
  @inlinable public func little<Number: FixedWidthInteger>(
    _ type: Number.Type, at offset: Int
  ) -> Number { span.little(type, at: offset) }
}

extension Span<UInt8> {
  /// Reads the number at a place.
  @inlinable public func little<Number: FixedWidthInteger>(
    _ type: Number.Type, at offset: Int
  ) -> Number {
    var value: Number = 0
    for byte in 0..<MemoryLayout<Number>.size {
      value |=
        Number(truncatingIfNeeded: self[offset + byte])
        << Number(truncatingIfNeeded: 8 * byte)
    }
    return value
  }
}
