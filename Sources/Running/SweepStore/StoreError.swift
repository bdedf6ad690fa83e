internal import Glibc

/// What went wrong with a journal, a results file or a lock.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds that a caller tells apart.
  public enum Kind: Sendable {
    /// The output cannot be written.
    case cannotWrite
    /// Another run works on the output, or it exists already.
    case occupied
    /// The file cannot be read.
    case cannotRead
    /// The file is not what it claims to be.
    case damaged
    /// The file belongs to another plan.
    case otherPlan
    /// Nothing is known of the file, since something else than the file kept it from being read.
    case notRead
  }

  /// What kind of error it is.
  public let kind: Kind
  /// The file.
  public let path: String
  /// What was being done.
  public let operation: String
  /// Why it failed, in the system's words where it was the system.
  public let reason: String

  /// Collects the facts.
  public init(_ kind: Kind, path: String, operation: String, reason: String) {
    self.kind = kind
    self.path = path
    self.operation = operation
    self.reason = reason
  }

  /// Collects the facts of a system call that just failed.
  static func system(_ kind: Kind, path: String, operation: String) -> StoreError {
    let number = errno
    let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return StoreError(kind, path: path, operation: operation, reason: text)
  }

  /// The error of a file that belongs to another plan than the one at hand.
  ///
  /// Another version of the program may compute or keep something else, so the plan of the same sweep
  /// file can be another one.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - operation: what was being done.
  ///   - runs: the provenance of its runs.
  static func otherPlan(_ path: String, _ operation: String, runs: [RunFacts]) -> StoreError {
    let writer = runs.last { $0["framesweep_version"] != nil }?["framesweep_version"]
    return StoreError(
      .otherPlan, path: path, operation: operation,
      reason: "it belongs to another plan: the sweep file, an input file, the numerics or the "
        + "columns changed" + (writer.map { "; framesweep \($0) wrote it" } ?? ""))
  }

  /// The program's exit code: 73 where the output cannot be written, 65 where a file is wrong, 70 where
  /// nobody knows.
  public var exitCode: Int32 {
    switch kind {
    case .cannotWrite, .occupied: 73
    case .cannotRead, .damaged, .otherPlan: 65
    case .notRead: 70
    }
  }

  /// File, operation, then the reason.
  public var description: String { "\(path): \(operation): \(reason)" }
}
