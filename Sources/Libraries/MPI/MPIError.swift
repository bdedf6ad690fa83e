internal import CMPI

/// An error that an MPI function reported.
public struct MPIError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The code that the function returned; its meaning belongs to the library.
  public let code: Int
  /// The code's class, one of the standard's `MPI_ERR_…` numbers as the library numbers them.
  public let `class`: Int
  /// The library's description of the code.
  public let text: String
  /// The MPI function that was called.
  public let operation: String

  /// Describes an error.
  public init(code: Int, class: Int, text: String, operation: String) {
    self.code = code
    self.class = `class`
    self.text = text
    self.operation = operation
  }

  /// One sentence: the function, then what the library says.
  public var description: String { "\(operation) failed: \(text)" }
}

extension MPIError {
  /// Calls an MPI function and throws what it reports.
  ///
  /// All calls of this module pass here. Debug builds also see to it that MPI_THREAD_FUNNELED is
  /// kept.
  static func check(
    _ operation: StaticString, _ call: @autoclosure () -> CInt
  ) throws(MPIError) {
    assert(MPIEnvironment.isOnMainThread, "\(operation) was called outside MPI's main thread")
    let code = call()
    guard code == CMPI_success() else { throw MPIError(code: code, operation: operation) }
  }

  /// Asks the library what a code means.
  init(code: CInt, operation: StaticString) {
    var errorClass: CInt = 0
    let known = unsafe MPI_Error_class(code, &errorClass) == CMPI_success()
    let text = unsafe readText(capacity: CMPI_max_error_string()) { buffer, length in
      unsafe MPI_Error_string(code, buffer, length)
    }
    self.init(
      code: Int(code), class: known ? Int(errorClass) : 0,
      text: text.map(singleLine) ?? "the library does not know the code \(code)",
      operation: "\(operation)")
  }
}

/// Reads a text that an MPI function writes into a buffer of a given size; nil if it fails.
func readText(
  capacity: CInt, _ read: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CInt>) -> CInt
) -> String? {
  var buffer = [CChar](repeating: 0, count: Int(capacity) + 1)
  var length: CInt = 0
  let code = unsafe buffer.withUnsafeMutableBufferPointer { buffer -> CInt in
    guard let start = buffer.baseAddress else { return CMPI_success() + 1 }
    return unsafe read(start, &length)
  }
  guard code == CMPI_success(), (0...Int(capacity)).contains(Int(length)) else { return nil }
  let bytes = buffer[..<Int(length)].map(UInt8.init(bitPattern:)).prefix { $0 != 0 }
  return String(decoding: bytes, as: UTF8.self)
}

/// Joins the lines of a text and shortens runs of white space: MPICH's errors have several lines.
func singleLine(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

/// Narrows a count to C's `int`.
///
/// - Precondition: `0 <= count < 2³¹`.
func narrowed(_ count: Int) -> CInt {
  precondition((0...Int(CInt.max)).contains(count), "MPI takes at most 2³¹ − 1 elements a call")
  return CInt(count)
}
