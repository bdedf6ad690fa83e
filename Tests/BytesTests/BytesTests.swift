import Bytes
import Testing

@Suite("Bytes") struct BytesTests {
  @Test("The least significant byte comes first") func order() {
    var bytes: [UInt8] = []
    bytes.append(little: UInt32(0x0102_0304))
    bytes.append(little: UInt8(5))
    bytes.append(little: Int16(-2))
    #expect(bytes == [4, 3, 2, 1, 5, 0xFE, 0xFF])
    bytes.store(little: 0x0A0B, byteCount: 2, at: 1)
    #expect(bytes == [4, 0x0B, 0x0A, 1, 5, 0xFE, 0xFF])
  }

  @Test(
    "Numbers of all widths and signs come back",
    arguments: [Int64.min, -1, 0, 1, 255, 256, 0x0123_4567_89AB_CDEF, Int64.max])
  func numbers(value: Int64) throws {
    func check<Number: FixedWidthInteger>(_ number: Number) throws {
      var bytes: [UInt8] = [9]
      bytes.append(little: number)
      #expect(bytes.count == 1 + MemoryLayout<Number>.size)
      #expect(bytes.little(Number.self, at: 1) == number)
      #expect(bytes.span.little(Number.self, at: 1) == number)
      var reader = ByteReader(bytes, at: 1)
      #expect(try reader.little(Number.self) == number)
      #expect(reader.left == 0)
    }
    try check(value)
    try check(UInt64(bitPattern: value))
    try check(Int32(truncatingIfNeeded: value))
    try check(UInt32(truncatingIfNeeded: value))
    try check(Int8(truncatingIfNeeded: value))
    try check(UInt8(truncatingIfNeeded: value))
  }

  @Test("Nothing is read beyond the end, and a refused read leaves the reader where it was")
  func ends() throws {
    var reader = ByteReader([1, 2, 3, 4, 5])
    #expect(throws: CutShort.self) { try reader.little(UInt64.self) }
    #expect(throws: CutShort.self) { try reader.bytes(6) }
    #expect(throws: CutShort.self) { try reader.bytes(.max) }
    #expect(try reader.bytes(2) == [1, 2])
    #expect(throws: CutShort.self) { try reader.little(UInt32.self) }
    #expect(reader.rest() == [3, 4, 5])
    #expect(reader.left == 0)
  }
}
