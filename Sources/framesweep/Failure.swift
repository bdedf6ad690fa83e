import Foundation
import SweepSpec

/// The program's exit codes; scripts rely on them.
enum ExitStatus: Int32 {
  case ok = 0
  case someNotOK = 3
  case usage = 64
  case badInput = 65
  case internalError = 70
  case cannotWrite = 73
  case stoppedEarly = 75
}

/// An end of the program: what to say on standard error, and the code to return.
struct Failure: Error {
  var code: ExitStatus
  var message: String

  init(_ code: ExitStatus, _ message: String) {
    self.code = code
    self.message = message
  }

  /// A name that is none of those known, with the one that was probably meant.
  static func unknown(_ problem: String, _ name: String, among names: [String]) -> Failure {
    var message = "\(problem), expected \(oneOf(names))"
    if let near = nearMiss(of: name, among: names) { message += "; did you mean '\(near)'?" }
    return Failure(.usage, message)
  }

  func report() {
    guard !message.isEmpty else { return }
    standardError(message)
  }
}
