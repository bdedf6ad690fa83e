package import Foundation
internal import Processes

/// Other programs, and a second one of the own kind for work that may crash.
///
/// Damage in an HDF5 file can crash the library that reads it. Where a child reads it first, that
/// costs the child only, and its parent says what happened.
package enum ChildProcess {
  /// How a child ended.
  package enum End: Equatable {
    /// By itself, with an exit code.
    case exited(code: Int32)
    /// By a signal that comes of what it did: it crashed, or took more time than it may.
    case crashed(signal: Int32)
    /// By a signal that somebody sent.
    case stopped(signal: Int32)
  }

  /// The system starts no other process.
  package struct StartFailure: Error {
    /// The number of the system's error.
    package let code: Int32

    /// The system's words.
    package var reason: String {
      unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
  }

  /// A child that runs, and where it writes.
  package struct Running {
    fileprivate let process: pid_t
    fileprivate let output: FileHandle
    fileprivate let errors: FileHandle?
  }

  /// Runs a program that reads files to its end.
  ///
  /// - Parameters:
  ///   - program: the program.
  ///   - arguments: what follows the program's name.
  ///
  /// **Returns**: how it ended, and what it wrote to its standard output.
  ///
  /// **Throws**: `StartFailure`.
  package static func run(
    _ program: ReadingProgram, _ arguments: [String]
  ) throws(StartFailure) -> (end: End, output: Data) {
    // Its parent says that it crashed; nobody needs to see where. It needs no BLAS.
    let environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no", "OPENBLAS_NUM_THREADS": "1"]) { $1 }
    let child = try start(
      program.path, ["framesweep"] + arguments, environment: environment,
      catchesErrors: false)
    program.runs(child.process)
    defer { program.runs(nil) }
    let output = collect(child).output
    return (wait(for: child), output)
  }

  /// Starts a program that the search path names, and reads what it writes, without the blank space at
  /// its ends.
  ///
  /// - Parameters:
  ///   - command: its name and its arguments.
  ///   - environment: its environment.
  ///   - seconds: what it gets; it is ended then.
  ///
  /// **Throws**: `StartFailure`.
  package static func capture(
    _ command: [String],
    environment: [String: String] = ProcessInfo.processInfo.environment,
    seconds: Double = .infinity
  ) throws(StartFailure) -> (end: End, output: String, errors: String) {
    let child = try start(
      "/usr/bin/env", ["env"] + command, environment: environment, catchesErrors: true)
    let (output, errors) = collect(child, seconds: seconds)
    func text(_ data: Data) -> String {
      String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return (wait(for: child), text(output), text(errors))
  }

  /// Becomes another program, which the search path names; returns only if that fails.
  package static func replaceProcess(_ command: [String]) -> StartFailure {
    var words = unsafe command.map { unsafe strdup($0) } + [nil]
    unsafe execvp(command[0], &words)
    let code = errno
    for index in unsafe words.indices { unsafe free(words[index]) }
    return StartFailure(code: code)
  }

  /// Reads what a child writes until it closes its streams, which may be more than a pipe holds.
  ///
  /// - Parameter seconds: what it gets; it is ended then.
  private static func collect(
    _ child: Running, seconds: Double = .infinity
  ) -> (output: Data, errors: Data) {
    let deadline = RunningClock.monotonic() + seconds
    let streams = [child.output, child.errors]
    var data = [Data(), Data()]
    var open = streams.indices.filter { streams[$0] != nil }
    var buffer = [UInt8](repeating: 0, count: 0x10000)
    while !open.isEmpty {
      var ready = open.map {
        pollfd(fd: streams[$0]?.fileDescriptor ?? -1, events: Int16(POLLIN), revents: 0)
      }
      let left = max(deadline - RunningClock.monotonic(), 0)
      let found = unsafe poll(&ready, nfds_t(ready.count), left.isFinite ? Int32(left * 1_000) : -1)
      if found == 0 {
        kill(child.process, SIGKILL)
        break
      }
      if found < 0 {
        if errno == EINTR { continue }
        break
      }
      for (place, stream) in open.enumerated().reversed() where ready[place].revents != 0 {
        let count = unsafe read(ready[place].fd, &buffer, buffer.count)
        if count > 0 { data[stream] += buffer[..<count] } else { open.remove(at: place) }
      }
    }
    return (data[0], data[1])
  }

  private static func start(
    _ program: String, _ words: [String], environment: [String: String],
    catchesErrors: Bool
  ) throws(StartFailure) -> Running {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let output = Pipe()
    let errors = catchesErrors ? Pipe() : nil
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (pipe, stream) in [(output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
      guard let pipe else { continue }
      unsafe posix_spawn_file_actions_adddup2(
        &actions, pipe.fileHandleForWriting.fileDescriptor, stream)
    }
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
    defer {
      for index in unsafe arguments.indices { unsafe free(arguments[index]) }
      for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
    var process = pid_t()
    let code = unsafe posix_spawn(&process, program, &actions, nil, &arguments, &variables)
    try? output.fileHandleForWriting.close()
    try? errors?.fileHandleForWriting.close()
    guard code == 0 else { throw StartFailure(code: code) }
    return Running(
      process: process, output: output.fileHandleForReading, errors: errors?.fileHandleForReading)
  }

  private static func wait(for child: Running) -> End {
    var status: Int32 = 0
    while unsafe waitpid(child.process, &status, 0) != child.process {
      if errno != EINTR { return .exited(code: 127) }
    }
    let signal = status & 0x7F
    guard signal != 0 else { return .exited(code: status >> 8 & 0xFF) }
    let crashes = [SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGTRAP, SIGSYS, SIGXCPU]
    return crashes.contains(signal) ? .crashed(signal: signal) : .stopped(signal: signal)
  }
}
