internal import CHDF5

/// The types of numbers that the project stores and reads.
public enum ElementType: Sendable, CaseIterable {
  /// Signed bytes.
  case int8
  /// Unsigned bytes.
  case uint8
  /// Signed 32-bit integers.
  case int32
  /// Signed 64-bit integers.
  case int64
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary64.
  case float64

  /// The size of one element.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// NumPy's name of the type.
  public var numpyName: String { "\(self)" }

  /// The type in memory.
  var native: hid_t {
    switch self {
    case .int8: CHDF5_T_NATIVE_INT8()
    case .uint8: CHDF5_T_NATIVE_UINT8()
    case .int32: CHDF5_T_NATIVE_INT32()
    case .int64: CHDF5_T_NATIVE_INT64()
    case .float32: CHDF5_T_NATIVE_FLOAT()
    case .float64: CHDF5_T_NATIVE_DOUBLE()
    }
  }

  /// The type in the file, little-endian on every machine.
  var stored: hid_t {
    switch self {
    case .int8: CHDF5_T_STD_I8LE()
    case .uint8: CHDF5_T_STD_U8LE()
    case .int32: CHDF5_T_STD_I32LE()
    case .int64: CHDF5_T_STD_I64LE()
    case .float32: CHDF5_T_IEEE_F32LE()
    case .float64: CHDF5_T_IEEE_F64LE()
    }
  }

  /// Recognises a stored type by its values, whatever its byte order; nil for any other type.
  init?(of type: borrowing Datatype) {
    let id = type.handle.id
    let sign = H5Tget_class(id) == H5T_INTEGER ? H5Tget_sign(id) : H5T_SGN_ERROR
    switch (H5Tget_class(id), type.byteCount, sign) {
    case (H5T_INTEGER, 1, H5T_SGN_2): self = .int8
    case (H5T_INTEGER, 1, H5T_SGN_NONE): self = .uint8
    case (H5T_INTEGER, 4, H5T_SGN_2): self = .int32
    case (H5T_INTEGER, 8, H5T_SGN_2): self = .int64
    case (H5T_FLOAT, 4, _): self = .float32
    case (H5T_FLOAT, 8, _): self = .float64
    default: return nil
    }
  }
}

/// A type of numbers whose arrays are written and read as they lie in memory.
public protocol HDF5Element: BitwiseCopyable, Sendable {
  /// The matching type of the library.
  static var elementType: ElementType { get }
  /// Zero, with which arrays begin before they are read.
  static var zero: Self { get }
}

extension Int8: HDF5Element {
  /// A signed byte.
  public static var elementType: ElementType { .int8 }
}

extension UInt8: HDF5Element {
  /// An unsigned byte.
  public static var elementType: ElementType { .uint8 }
}

extension Int32: HDF5Element {
  /// A signed 32-bit integer.
  public static var elementType: ElementType { .int32 }
}

extension Int64: HDF5Element {
  /// A signed 64-bit integer.
  public static var elementType: ElementType { .int64 }
}

extension Float: HDF5Element {
  /// IEEE 754 binary32.
  public static var elementType: ElementType { .float32 }
}

extension Double: HDF5Element {
  /// IEEE 754 binary64.
  public static var elementType: ElementType { .float64 }
}

/// A datatype that is not one of the library's constants.
struct Datatype: ~Copyable {
  let handle: Handle

  init(owning id: hid_t) { handle = Handle(owning: id, .datatype) }

  /// Text of any length in UTF-8.
  static func text() throws(HDF5Error) -> Datatype {
    let id = try check("H5Tcopy", "a text type") { H5Tcopy(CHDF5_T_C_S1()) }
    let type = Datatype(owning: id)
    try check("H5Tset_size", "a text type") { H5Tset_size(id, CHDF5_T_VARIABLE()) }
    try check("H5Tset_cset", "a text type") { H5Tset_cset(id, H5T_CSET_UTF8) }
    return type
  }

  /// Whether it is text, of any length or a fixed one.
  var isText: Bool { H5Tget_class(handle.id) == H5T_STRING }
  /// Whether it is text of any length.
  var isVariableText: Bool { H5Tis_variable_str(handle.id) > 0 }
  /// The size of one element.
  var byteCount: Int { Int(H5Tget_size(handle.id)) }

  /// What it is, in NumPy's words where it is a number.
  var summary: String {
    switch H5Tget_class(handle.id) {
    case H5T_INTEGER:
      (H5Tget_sign(handle.id) == H5T_SGN_NONE ? "uint" : "int") + "\(8 * byteCount)"
    case H5T_FLOAT: "float\(8 * byteCount)"
    case H5T_STRING: "text"
    case H5T_COMPOUND: "compound values"
    default: "no numbers"
    }
  }
}
