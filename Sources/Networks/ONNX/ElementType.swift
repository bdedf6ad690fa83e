/// The types of elements that ONNX names.
///
/// **Source**: `TensorProto.DataType` in onnx.proto.
enum ElementType: Int, Sendable {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case string = 8
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case complex64 = 14
  case complex128 = 15
  case bfloat16 = 16

  /// What messages call a type by its number.
  static func name(_ code: Int) -> String {
    ElementType(rawValue: code).map { "\($0)" } ?? "type \(code)"
  }

  /// The bytes of an element in raw data; nil for elements that are not numbers.
  var byteCount: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    case .string, .complex64, .complex128: nil
    }
  }

  /// Tells whether elements are real numbers in floating point.
  var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    default: false
    }
  }
}
