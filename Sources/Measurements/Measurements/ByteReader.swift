internal import Bytes
internal import Digest

/// Images that rank 0 wrote are read as they are: a rank that got other bytes got another program's.
extension ByteReader {
  /// The next integer of 64 bits.
  mutating func next() -> UInt64 {
    whole { reader throws(CutShort) in try reader.little(UInt64.self) }
  }

  /// The next bytes.
  mutating func next(_ count: Int) -> [UInt8] {
    whole { reader throws(CutShort) in try reader.bytes(UInt64(count)) }
  }

  /// The next digest.
  mutating func nextDigest() -> Digest256 {
    guard let digest = Digest256(bytes: next(32)) else {
      preconditionFailure("a digest has 32 bytes")
    }
    return digest
  }

  private mutating func whole<Value>(_ read: (inout ByteReader) throws(CutShort) -> Value) -> Value
  {
    do throws(CutShort) {
      return try read(&self)
    } catch {
      preconditionFailure("the images of rank 0 are cut short")
    }
  }
}
