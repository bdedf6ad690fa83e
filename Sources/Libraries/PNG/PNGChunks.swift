/// The parts of a PNG file.
enum PNGChunks {
  /// The chunks that say what the pixels are: the critical ones and that of transparent colours.
  ///
  /// Others cost time and memory, and some would change the samples.
  static func essential(of bytes: [UInt8]) throws(PNGError) -> [UInt8] {
    var essential = PNGHeader.signature
    var start = essential.count
    while bytes.count - start >= 12 {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - start - 12 else { throw .notWhole }
      let (name, end) = (bytes[start + 4..<start + 8], start + 12 + length)
      let isCritical = name.first.map { $0 & 0x20 == 0 } ?? false
      if isCritical || name.elementsEqual("tRNS".utf8) { essential += bytes[start..<end] }
      if name.elementsEqual("IEND".utf8) { return essential }
      start = end
    }
    throw .notWhole
  }
}
