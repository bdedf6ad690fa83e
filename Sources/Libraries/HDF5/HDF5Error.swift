internal import CHDF5
internal import Foundation

/// A call of the HDF5 library that failed.
public struct HDF5Error: Error, Sendable, Equatable, CustomStringConvertible {
  /// The C function, or what the wrapper was doing.
  public let operation: String
  /// The file or object that the call was about.
  public let object: String
  /// The library's error stack, the first cause first.
  public let frames: [String]

  /// Collects the facts.
  public init(operation: String, object: String, frames: [String]) {
    self.operation = operation
    self.object = object
    self.frames = frames
  }

  /// Operation, object, then the first cause.
  public var description: String {
    let cause = (systemReason ?? frames.first).map { ": \($0)" } ?? ""
    return "\(operation) failed on \(object)\(cause)"
  }

  /// The system's words, such as "No space left on device", where the system refused.
  public var systemReason: String? {
    let mark = "error message = '"
    for frame in frames {
      guard let start = frame.range(of: mark)?.upperBound,
        let end = frame[start...].firstIndex(of: "'")
      else { continue }
      return String(frame[start..<end])
    }
    return nil
  }
}

/// Calls the library and turns a negative result into an error with the library's own stack.
///
/// This is the door to the library: it also keeps the library from printing. Only what asks for facts of
/// an identifier that is at hand, such as the class of a datatype, and what gives one back goes past it.
@discardableResult
func check<Result: SignedInteger>(
  _ operation: StaticString, _ object: @autoclosure () -> String, _ call: () -> Result
) throws(HDF5Error) -> Result {
  CHDF5_prepare()
  let result = call()
  guard result < 0 else { return result }
  let frames = ErrorStack.capture()
  throw HDF5Error(operation: "\(operation)", object: object(), frames: frames)
}

/// The error stack of the calling thread.
private enum ErrorStack {
  private final class Frames {
    var texts: [String] = []
  }

  /// Copies the stack's texts and clears it.
  static func capture() -> [String] {
    let frames = Frames()
    let visit: H5E_walk2_t = { _, entry, context in
      guard let entry = unsafe entry, let context = unsafe context else { return 0 }
      let frames = unsafe Unmanaged<Frames>.fromOpaque(context).takeUnretainedValue()
      let text = unsafe entry.pointee.desc.map { unsafe String(cString: $0) } ?? ""
      let function = unsafe entry.pointee.func_name.map { unsafe String(cString: $0) } ?? ""
      frames.texts.append("\(text) (\(function))")
      return 0
    }
    withExtendedLifetime(frames) {
      _ = unsafe H5Ewalk2(
        CHDF5_E_DEFAULT(), H5E_WALK_UPWARD, visit, Unmanaged.passUnretained(frames).toOpaque())
    }
    H5Eclear2(CHDF5_E_DEFAULT())
    return frames.texts
  }
}

/// Narrows a size to the library's unsigned type.
func size(_ count: Int) -> hsize_t {
  guard let size = hsize_t(exactly: count) else {
    preconditionFailure("\(count) is no size of a dimension")
  }
  return size
}
