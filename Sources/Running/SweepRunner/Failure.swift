internal import SweepSpec
public import SweepStore

/// The program's exit codes; scripts rely on them.
public enum ExitStatus: Int32, Sendable {
  /// All points are ok.
  case ok = 0
  /// All is done, and some points are not ok.
  case someNotOK = 3
  /// What was asked for makes no sense.
  case usage = 64
  /// A sweep file or another input is wrong.
  case badInput = 65
  /// Nobody knows.
  case internalError = 70
  /// The output cannot be written.
  case cannotWrite = 73
  /// Something is left to do, and can be resumed.
  case stoppedEarly = 75
}

/// Why something cannot be done: what to say, and the code to return.
public struct Failure: Error {
  /// What a program returns.
  public var code: ExitStatus
  /// What is said; empty if all has been said.
  public var message: String

  /// Collects the facts.
  public init(_ code: ExitStatus, _ message: String) {
    self.code = code
    self.message = message
  }

  /// A name that is none of those known, with those that were probably meant.
  public static func unknown(_ problem: String, _ name: String, among names: [String]) -> Failure {
    var message = "\(problem), expected \(oneOf(names))"
    let near = nearMisses(of: name, among: names)
    if !near.isEmpty { message += "; did you mean \(anyOf(near))?" }
    return Failure(.usage, message)
  }
}

extension Failure {
  /// An error of the store with the exit code that belongs to it.
  public init(_ error: StoreError) {
    self.init(ExitStatus(rawValue: error.exitCode) ?? .internalError, error.description)
  }
}
