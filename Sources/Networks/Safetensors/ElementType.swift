/// The types of elements that are numbers in floating point.
enum ElementType: String {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  /// The bytes of an element by the name of its type; others are not known.
  static let byteCounts = [
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2,
    "U16": 2, "I8": 1, "U8": 1, "BOOL": 1,
  ]

  /// Widens little-endian elements.
  func numbers(_ bytes: ArraySlice<UInt8>) -> [Double] {
    switch self {
    case .float64: words(bytes) { Double(bitPattern: $0) }
    case .float32: words(bytes) { Double(Float(bitPattern: $0)) }
    case .float16: words(bytes) { Double(Float16(bitPattern: $0)) }
    case .bfloat16: words(bytes) { (word: UInt16) in Double(Float(bitPattern: UInt32(word) << 16)) }
    }
  }

  private func words<Word: FixedWidthInteger>(
    _ bytes: ArraySlice<UInt8>, _ number: (Word) -> Double
  ) -> [Double] {
    let size = Word.bitWidth / 8
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { start in
      var word: Word = 0
      for byte in bytes[start..<start + size].reversed() { word = word << 8 | Word(byte) }
      return number(word)
    }
  }
}
