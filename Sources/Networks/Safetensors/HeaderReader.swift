/// Reads the JSON of a safetensors header, of which only objects of known forms are allowed.
///
/// Nothing is nested deeper than that form, so damage cannot make it recurse.
struct HeaderReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) { (self.bytes, position) = (bytes, bytes.startIndex) }

  /// Whether only blanks are left, which writers put there to align the data.
  var isAtEnd: Bool {
    mutating get {
      skipBlanks()
      return position == bytes.endIndex
    }
  }

  /// Reads an object, whose values the closure reads by their keys; no key may stand twice.
  mutating func object(
    _ value: (inout HeaderReader, String) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    var known: Set<String> = []
    try list("{", "}") { reader throws(SafetensorsError) in
      let key = try reader.text()
      guard known.insert(key).inserted else { throw .header("names '\(key)' twice") }
      try reader.take(":")
      try value(&reader, key)
    }
  }

  /// Reads a list of whole numbers that are not negative.
  mutating func numbers() throws(SafetensorsError) -> [Int] {
    var numbers: [Int] = []
    try list("[", "]") { reader throws(SafetensorsError) in numbers.append(try reader.number()) }
    return numbers
  }

  /// Reads a text in quotation marks.
  mutating func text() throws(SafetensorsError) -> String {
    try take("\"")
    var text: [UInt8] = []
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else {
          throw .header("is not UTF-8")
        }
        return valid
      case UInt8(ascii: "\\"): text += try escaped()
      case 0..<0x20: throw .header("has control characters in a text")
      default: text.append(byte)
      }
    }
    throw .header("ends in a text")
  }

  private mutating func number() throws(SafetensorsError) -> Int {
    skipBlanks()
    var number: Int?
    while position < bytes.endIndex, (0x30...0x39).contains(bytes[position]) {
      let (tens, isLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, isLarger) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
      guard !isLarge, !isLarger else { throw .header("has a number that does not fit 64 bits") }
      number = sum
      position += 1
    }
    guard let number else { throw .header("lacks a whole number") }
    return number
  }

  /// Reads items with commas between them.
  private mutating func list(
    _ first: Unicode.Scalar, _ last: Unicode.Scalar,
    _ item: (inout HeaderReader) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try take(first)
    guard !takes(last) else { return }
    repeat { try item(&self) } while takes(",")
    try take(last)
  }

  /// The bytes that a backslash and what follows stand for.
  private mutating func escaped() throws(SafetensorsError) -> [UInt8] {
    switch next() {
    case UInt8(ascii: "\""): return [0x22]
    case UInt8(ascii: "\\"): return [0x5C]
    case UInt8(ascii: "/"): return [0x2F]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [try unit()]
      if UTF16.isLeadSurrogate(units[0]) {
        guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") else {
          throw .header("has half a character")
        }
        units.append(try unit())
      }
      guard let character = String(validating: units, as: UTF16.self) else {
        throw .header("has half a character")
      }
      return [UInt8](character.utf8)
    default: throw .header("has a backslash without meaning")
    }
  }

  private mutating func unit() throws(SafetensorsError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw .header("has a character without its number")
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  private mutating func take(_ character: Unicode.Scalar) throws(SafetensorsError) {
    guard takes(character) else { throw .header("lacks a '\(character)'") }
  }

  /// Goes past a character if it is the next one behind blanks.
  private mutating func takes(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else {
      return false
    }
    position += 1
    return true
  }

  private mutating func skipBlanks() {
    while position < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func next() -> UInt8? {
    guard position < bytes.endIndex else { return nil }
    defer { position += 1 }
    return bytes[position]
  }
}
