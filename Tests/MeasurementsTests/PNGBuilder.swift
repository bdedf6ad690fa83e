import TestSupport

/// Writes small PNG files of grey pixels, without compression.
enum PNGBuilder {
  /// The file of a picture whose pixels are given row by row.
  static func grey(width: Int, pixels: [UInt8]) -> [UInt8] {
    let height = pixels.count / width
    // Each row begins with its filter, 0 for none.
    let rows = (0..<height).flatMap { [0] + pixels[$0 * width..<($0 + 1) * width] }
    let length = UInt16(rows.count)
    let stored: [UInt8] = [0x78, 0x01, 0x01] + Wire.little(length) + Wire.little(~length) + rows
    var sums: (low: UInt32, high: UInt32) = (1, 0)
    for byte in rows {
      sums.low = (sums.low + UInt32(byte)) % 65_521
      sums.high = (sums.high + sums.low) % 65_521
    }
    let header = big(UInt32(width)) + big(UInt32(height)) + [8, 0, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
      + chunk("IDAT", stored + big(sums.high << 16 | sums.low)) + chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = [UInt8](name.utf8) + data
    var sum = UInt32.max
    for byte in body {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return big(UInt32(data.count)) + body + big(~sum)
  }

  private static func big(_ word: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }
}
