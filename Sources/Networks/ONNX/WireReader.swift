/// Reads the fields of one protobuf message, one behind the other.
///
/// Every length is compared with the bytes that are left before anything is read or made. Messages
/// inside a message are parts of the same bytes, so nothing is copied and no call nests deeper than
/// the caller's own.
///
/// **Source**: Protocol Buffers, "Encoding".
struct WireReader {
  /// What a field holds.
  enum Value {
    /// A variable-length integer.
    case integer(UInt64)
    /// Four or eight bytes, little-endian.
    case fixed(UInt64, byteCount: Int)
    /// A text, bytes, a message, or packed numbers.
    case bytes(ArraySlice<UInt8>)
  }

  /// The number of the field that `next()` found last.
  private(set) var field = 0
  private(set) var value = Value.integer(0)
  private var rest: ArraySlice<UInt8>

  /// Reads a message.
  init(_ message: ArraySlice<UInt8>) { rest = message }

  /// Goes to the next field; false at the end.
  mutating func next() throws(ONNXError) -> Bool {
    guard !rest.isEmpty else { return false }
    let key = try Self.integer(&rest)
    guard let number = Int(exactly: key >> 3), number > 0 else {
      throw Self.damage("a field has the number \(key >> 3)")
    }
    field = number
    switch key & 7 {
    case 0: value = .integer(try Self.integer(&rest))
    case 1: value = .fixed(try Self.fixed(&rest, 8), byteCount: 8)
    case 2:
      let length = try Self.integer(&rest)
      guard length <= UInt64(rest.count) else {
        throw Self.damage("field \(number) has \(length) bytes, and \(rest.count) are left")
      }
      let end = rest.startIndex + Int(length)
      value = .bytes(rest[rest.startIndex..<end])
      rest = rest[end...]
    case 5: value = .fixed(try Self.fixed(&rest, 4), byteCount: 4)
    default: throw Self.damage("field \(number) is encoded in the way \(key & 7)")
    }
    return true
  }

  /// The error of bytes that are no message.
  static func damage(_ problem: String) -> ONNXError {
    ONNXError(problem: problem, expected: "a whole ONNX file (protobuf)")
  }

  private func wrongKind(_ expected: String) -> ONNXError {
    Self.damage("field \(field) is not \(expected)")
  }

  // MARK: The current field

  /// The bytes of a message, of a text, or of raw data.
  func bytes() throws(ONNXError) -> ArraySlice<UInt8> {
    guard case .bytes(let bytes) = value else { throw wrongKind("a message") }
    return bytes
  }

  /// A reader of the message that the field holds.
  func message() throws(ONNXError) -> WireReader { WireReader(try bytes()) }

  /// A text in UTF-8.
  func text() throws(ONNXError) -> String {
    guard let text = String(validating: try bytes(), as: UTF8.self) else {
      throw wrongKind("a text in UTF-8")
    }
    return text
  }

  /// A signed integer.
  func integer() throws(ONNXError) -> Int {
    guard case .integer(let bits) = value else { throw wrongKind("an integer") }
    return Int(truncatingIfNeeded: bits)
  }

  /// A number in single precision.
  func single() throws(ONNXError) -> Float {
    guard case .fixed(let bits, byteCount: 4) = value else { throw wrongKind("a float") }
    return Float(bitPattern: UInt32(truncatingIfNeeded: bits))
  }

  /// Appends one integer, or those that are packed in the field.
  func append(to integers: inout [Int]) throws(ONNXError) {
    guard case .bytes(var packed) = value else { return integers.append(try integer()) }
    while !packed.isEmpty {
      integers.append(Int(truncatingIfNeeded: try Self.integer(&packed)))
    }
  }

  /// Appends one number in single precision, or those that are packed in the field.
  func append(to singles: inout [Float]) throws(ONNXError) {
    guard case .bytes(let packed) = value else { return singles.append(try single()) }
    guard packed.count.isMultiple(of: 4) else { throw wrongKind("a list of floats") }
    singles.append(
      contentsOf: WireReader.words(packed, as: UInt32.self).lazy.map { Float(bitPattern: $0) })
  }

  /// Appends one number in double precision, or those that are packed in the field.
  func append(to doubles: inout [Double]) throws(ONNXError) {
    switch value {
    case .bytes(let packed):
      guard packed.count.isMultiple(of: 8) else { throw wrongKind("a list of doubles") }
      doubles.append(
        contentsOf: WireReader.words(packed, as: UInt64.self).lazy.map { Double(bitPattern: $0) })
    case .fixed(let bits, byteCount: 8): doubles.append(Double(bitPattern: bits))
    default: throw wrongKind("a double")
    }
  }

  // MARK: Encodings

  private static func integer(_ rest: inout ArraySlice<UInt8>) throws(ONNXError) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw damage("an integer is cut off") }
      result |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return result }
    }
    throw damage("an integer has more than ten bytes")
  }

  private static func fixed(
    _ rest: inout ArraySlice<UInt8>, _ byteCount: Int
  ) throws(ONNXError) -> UInt64 {
    guard rest.count >= byteCount else { throw damage("a number is cut off") }
    defer { rest = rest.dropFirst(byteCount) }
    return rest.prefix(byteCount).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension WireReader {
  /// The numbers that lie in bytes, least significant byte first.
  ///
  /// - Precondition: the count of bytes is a multiple of a number's size.
  static func words<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: ArraySlice<UInt8>, as type: Word.Type
  ) -> [Word] {
    let size = MemoryLayout<Word>.size
    precondition(bytes.count.isMultiple(of: size), "\(bytes.count) bytes for words of \(size)")
    return unsafe bytes.withUnsafeBytes { buffer in
      (0..<bytes.count / size).map {
        unsafe Word(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * size, as: type))
      }
    }
  }
}
