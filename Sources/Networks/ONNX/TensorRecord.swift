/// A tensor as it stands in a file: a type, a shape, and numbers in one of several encodings.
///
/// Nothing is decoded before it is asked for, so a file may hold tensors of types that no node reads.
struct TensorRecord: Sendable {
  /// Where a tensor's bytes are if they are not in the file itself.
  struct External: Sendable, Hashable {
    /// The path of the other file, from the folder of the ONNX file.
    var location = ""
    var offset = 0
    /// The number of bytes; nil for all up to the end.
    var length: Int?
  }

  private(set) var name = ""
  private(set) var external: External?
  private var shape: [Int] = []
  private var typeCode = 0
  private var raw: ArraySlice<UInt8>?
  private var singles: [Float] = []
  private var doubles: [Double] = []
  private var integers: [Int] = []
  private var isExternal = false
  private var isSegmented = false

  /// Reads a `TensorProto`.
  init(_ message: ArraySlice<UInt8>) throws(ONNXError) {
    var reader = WireReader(message)
    var entries: [(key: String, value: String)] = []
    while try reader.next() {
      switch reader.field {
      case 1: try reader.append(to: &shape)
      case 2: typeCode = try reader.integer()
      case 3: isSegmented = true
      case 4: try reader.append(to: &singles)
      case 5, 7, 11: try reader.append(to: &integers)
      case 8: name = try reader.text()
      case 9: raw = try reader.bytes()
      case 10: try reader.append(to: &doubles)
      case 13: entries.append(try Self.entry(reader.message()))
      case 14: isExternal = try reader.integer() == 1
      default: break
      }
    }
    if isExternal { external = try Self.external(entries, place: place) }
  }

  /// What messages call the tensor.
  var place: String { "tensor '\(name)'" }

  /// The shape and the elements.
  ///
  /// - Parameter files: the files beside this one, by the location that the tensor names.
  ///
  /// **Throws**: `ONNXError` if the elements are of a type that is not supported, or are not as many
  /// as the shape says.
  func tensor(_ files: [String: [UInt8]]) throws(ONNXError) -> Tensor {
    guard let type = ElementType(rawValue: typeCode), let width = type.byteCount else {
      throw ONNXError(
        place: place, problem: "its elements are of \(ElementType.name(typeCode))",
        expected: "float16, bfloat16, float32, float64, bool or integers")
    }
    guard !isSegmented else {
      throw ONNXError(place: place, problem: "it comes in segments", expected: "a whole tensor")
    }
    let extents = shape.map(String.init).joined(separator: ", ")
    guard shape.count <= 16, let count = elementCount(shape) else {
      throw ONNXError(
        place: place, problem: "its shape is (\(extents))",
        expected: "at most 16 extents that are not negative")
    }
    func mismatch(_ found: Int, _ unit: String) -> ONNXError {
      ONNXError(
        place: place, problem: "it holds \(found) \(unit)",
        expected: "\(count) elements of \(type) for the shape (\(extents))")
    }
    if let bytes = try externalBytes(files) ?? raw {
      // The count is compared by division, since a product of damaged numbers may overflow.
      guard bytes.count.isMultiple(of: width), bytes.count / width == count else {
        throw mismatch(bytes.count, "bytes")
      }
      return Tensor(shape, Self.elements(bytes, type))
    }
    switch type {
    case .float32:
      guard singles.count == count else { throw mismatch(singles.count, "numbers") }
      return Tensor(shape, .single(singles))
    case .float64:
      guard doubles.count == count else { throw mismatch(doubles.count, "numbers") }
      return Tensor(shape, .double(doubles))
    case .float16, .bfloat16:
      // Their bits stand in integers of 32 bits.
      guard integers.count == count else { throw mismatch(integers.count, "numbers") }
      return Tensor(
        shape,
        .single(integers.map { Self.single(UInt16(truncatingIfNeeded: $0), type) }))
    default:
      guard integers.count == count else { throw mismatch(integers.count, "numbers") }
      return Tensor(shape, .integer(type == .bool ? integers.map { $0 == 0 ? 0 : 1 } : integers))
    }
  }

  /// The part of another file that holds the elements; nil if they are in this file.
  private func externalBytes(_ files: [String: [UInt8]]) throws(ONNXError) -> ArraySlice<UInt8>? {
    guard let external else { return nil }
    guard let file = files[external.location] else {
      throw ONNXError(
        place: place, problem: "its file '\(external.location)' was not read",
        expected: "external data beside the ONNX file")
    }
    let length = external.length ?? (file.count - external.offset)
    guard external.offset <= file.count, length >= 0, length <= file.count - external.offset else {
      throw ONNXError(
        place: place,
        problem: "its bytes are \(length) from \(external.offset) on in '\(external.location)', "
          + "which holds \(file.count)",
        expected: "bytes inside the file")
    }
    return file[external.offset..<external.offset + length]
  }

  // MARK: Reading

  private static func entry(
    _ message: WireReader
  ) throws(ONNXError) -> (key: String, value: String) {
    var reader = message
    var entry = (key: "", value: "")
    while try reader.next() {
      switch reader.field {
      case 1: entry.key = try reader.text()
      case 2: entry.value = try reader.text()
      default: break
      }
    }
    return entry
  }

  private static func external(
    _ entries: [(key: String, value: String)], place: String
  ) throws(ONNXError) -> External {
    var external = External()
    for (key, value) in entries {
      switch key {
      case "location": external.location = value
      case "offset", "length":
        guard let number = Int(value), number >= 0 else {
          throw ONNXError(
            place: place, problem: "the \(key) of its external data is '\(value)'",
            expected: "a number of bytes")
        }
        if key == "offset" { external.offset = number } else { external.length = number }
      default: break
      }
    }
    let parts = external.location.split(separator: "/", omittingEmptySubsequences: false)
    guard !external.location.isEmpty, !external.location.contains("\0"),
      !external.location.contains("\\"), !parts.contains(""), !parts.contains("..")
    else {
      throw ONNXError(
        place: place, problem: "its external data are in '\(external.location)'",
        expected: "a path inside the folder of the ONNX file")
    }
    return external
  }

  // MARK: Elements

  private static func elements(
    _ bytes: ArraySlice<UInt8>, _ type: ElementType
  ) -> Tensor.Elements {
    func integers<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word.Type) -> Tensor.Elements {
      .integer(WireReader.words(bytes, as: word).map { Int(truncatingIfNeeded: $0) })
    }
    switch type {
    case .float32:
      return .single(WireReader.words(bytes, as: UInt32.self).map { Float(bitPattern: $0) })
    case .float64:
      return .double(WireReader.words(bytes, as: UInt64.self).map { Double(bitPattern: $0) })
    case .float16, .bfloat16:
      return .single(WireReader.words(bytes, as: UInt16.self).map { single($0, type) })
    case .bool: return .integer(bytes.map { $0 == 0 ? 0 : 1 })
    case .uint8: return integers(UInt8.self)
    case .int8: return integers(Int8.self)
    case .uint16: return integers(UInt16.self)
    case .int16: return integers(Int16.self)
    case .uint32: return integers(UInt32.self)
    case .int32: return integers(Int32.self)
    case .uint64, .int64: return integers(Int64.self)
    case .string, .complex64, .complex128:
      preconditionFailure("elements of \(type) have no width, which is asked first")
    }
  }

  /// A number of half the width, exactly.
  static func single(_ bits: UInt16, _ type: ElementType) -> Float {
    type == .bfloat16
      ? Float(bitPattern: UInt32(bits) << 16) : Float(Float16(bitPattern: bits))
  }
}
