internal import COneDNN

/// A call of oneDNN that failed.
public struct OneDNNError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was to be done.
  public let operation: String
  /// The library's status.
  public let status: Int

  /// The status of a computation that wrote beside its memory; the library's own begin at 0.
  static let wroteOutside = -1

  /// One sentence: the operation, then the cause.
  public var description: String {
    let cause =
      switch status {
      case Self.wroteOutside: "it wrote outside its memory"
      case 1: "out of memory"
      case 2: "invalid arguments"
      case 3: "not implemented for this processor"
      default: "status \(status)"
      }
    return "oneDNN could not \(operation): \(cause)"
  }

  /// Throws unless a call succeeded.
  static func check(_ operation: String, _ status: dnnl_status_t) throws(OneDNNError) {
    guard status == dnnl_success else {
      throw OneDNNError(operation: operation, status: Int(status.rawValue))
    }
  }
}
