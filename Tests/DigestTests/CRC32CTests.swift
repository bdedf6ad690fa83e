import Digest
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
  /// The vectors of RFC 3720, appendix B.4, and the usual check value.
  @Test(
    "Published checksums are reproduced",
    arguments: [
      ([UInt8](), 0),
      (Array("123456789".utf8), 0xE306_9283),
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(UInt8(0)..<32), 0x46DD_794E),
      ((UInt8(0)..<32).reversed(), 0x113F_DB5C),
    ] as [([UInt8], UInt32)])
  func publishedChecksums(bytes: [UInt8], expected: UInt32) {
    #expect(crc32c(bytes) == expected)
  }

  /// The definition: one bit at a time.
  private func slowChecksum(_ bytes: [UInt8]) -> UInt32 {
    var remainder = ~UInt32(0)
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82F6_3B78 : remainder >> 1
      }
    }
    return ~remainder
  }

  @Test("The tables agree with the division bit by bit at every length", arguments: 0..<40)
  func definition(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 * 91 + 17) }
    #expect(crc32c(bytes) == slowChecksum(bytes))
  }

  @Test("A checksum continues where another one ended")
  func continuing() {
    let bytes = (0..<333).map { UInt8(truncatingIfNeeded: $0 * 29) }
    for cut in [0, 1, 7, 8, 100, 333] {
      let first = crc32c(Array(bytes[..<cut]))
      #expect(crc32c(Array(bytes[cut...]), continuing: first) == crc32c(bytes))
    }
  }

  @Test("Every single flipped bit is noticed")
  func flippedBits() {
    let bytes = Array("a record of the journal".utf8)
    let checksum = crc32c(bytes)
    for position in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[position / 8] ^= 1 << UInt8(position % 8)
      #expect(crc32c(damaged) != checksum)
    }
  }
}
