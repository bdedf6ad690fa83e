/// The element types that messages may have.
public enum ElementType: Int32, Sendable {
  /// An unsigned integer of 8 bits.
  case uint8 = 0
  /// A signed integer of 32 bits.
  case int32 = 1
  /// A signed integer of 64 bits.
  case int64 = 2
  /// A floating-point number of 32 bits.
  case float = 3
  /// A floating-point number of 64 bits.
  case double = 4
}

/// A type whose values MPI can carry and combine.
public protocol MPIElement: BitwiseCopyable, Sendable {
  /// The type as MPI knows it.
  static var elementType: ElementType { get }
}

extension UInt8: MPIElement {
  /// MPI_UINT8_T.
  public static var elementType: ElementType { .uint8 }
}

extension Int32: MPIElement {
  /// MPI_INT32_T.
  public static var elementType: ElementType { .int32 }
}

extension Int64: MPIElement {
  /// MPI_INT64_T.
  public static var elementType: ElementType { .int64 }
}

extension Float: MPIElement {
  /// MPI_FLOAT.
  public static var elementType: ElementType { .float }
}

extension Double: MPIElement {
  /// MPI_DOUBLE.
  public static var elementType: ElementType { .double }
}
