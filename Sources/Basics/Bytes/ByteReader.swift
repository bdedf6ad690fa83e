/// The bytes end before what was to be read.
public struct CutShort: Error, Equatable {}

/// Reads numbers and bytes, one behind the other.
public struct ByteReader {
  private var bytes: [UInt8]
  private var offset: Int

  /// Begins at a place.
  public init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  /// How many bytes are left.
  public var left: Int { bytes.count - offset }

  /// Reads a number, least significant byte first.
  public mutating func little<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(CutShort) -> Number {
    let size = MemoryLayout<Number>.size
    guard left >= size else { throw CutShort() }
    defer { offset += size }
    return bytes.little(type, at: offset)
  }

  /// Reads bytes.
  public mutating func bytes(_ count: UInt64) throws(CutShort) -> [UInt8] {
    guard count <= UInt64(left) else { throw CutShort() }
    defer { offset += Int(count) }
    return Array(bytes[offset..<offset + Int(count)])
  }

  /// Reads all that is left, in the memory that it lies in: it can be large.
  public mutating func rest() -> [UInt8] {
    var rest = bytes
    bytes = []
    rest.removeFirst(offset)
    offset = 0
    return rest
  }
}
