import Foundation
import SweepRunner
import SweepStore

/// Writes a line to standard error.
func standardError(_ line: String) { standardErrorText(line + "\n") }

/// Writes text to standard error, where it can be.
///
/// A log whose disk is full, or that nobody reads any more, is not the end of a run.
func standardErrorText(_ text: String) { _ = write(text, to: STDERR_FILENO) }

/// Writes text to standard output.
///
/// **Throws**: `StoreError` where it takes no more.
func standardOutputText(_ text: String) throws(StoreError) {
  guard let error = write(text, to: STDOUT_FILENO) else { return }
  let reason = unsafe strerror(error).map { unsafe String(cString: $0) } ?? "error \(error)"
  throw StoreError(
    .cannotWrite, path: "standard output", operation: "writing to it", reason: reason)
}

/// Writes a whole text to an open stream, by system calls: Foundation ends the process where one fails.
///
/// **Returns**: the number of the system's error; nil where all was written.
private func write(_ text: String, to stream: Int32) -> Int32? {
  var text = text
  return text.withUTF8 { buffer in
    var done = 0
    while done < buffer.count {
      let rest = unsafe UnsafeRawBufferPointer(buffer)[done...]
      let count = unsafe write(
        stream, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 {
        done += count
        continue
      }
      let error = errno
      if error == EINTR { continue }
      // Another program may have set a pipe that both use to return at once.
      var wanted = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
      guard error == EAGAIN, unsafe poll(&wanted, 1, 1_000) == 1 else { return error }
    }
    return nil
  }
}

extension Surroundings {
  /// What this program lends to the runner.
  static var ofThisProgram: Surroundings {
    var surroundings = Surroundings()
    surroundings.write = standardErrorText
    surroundings.isWatched = isatty(STDERR_FILENO) == 1
    surroundings.stopRequest = { Interruption.request }
    surroundings.launcherHasEnded = { Interruption.launcherHasEnded }
    surroundings.begin = Interruption.begin
    surroundings.reader = ReadingProgram(path: "/proc/self/exe") {
      Interruption.childRuns($0 ?? 0)
    }
    surroundings.commandLine = CommandLine.arguments
    return surroundings
  }
}

extension Failure {
  /// Says on standard error what is to be said.
  func report() {
    guard !message.isEmpty else { return }
    standardError(message)
  }
}
