public import Foundation

/// What a process left behind when it ended.
public struct ProcessResult: Sendable {
  /// The exit code, or the number of the signal that ended the process.
  public let status: Int32
  /// Tells whether a signal ended the process.
  public let isKilledBySignal: Bool
  /// Tells whether the time was up before the process ended.
  public let isTimedOut: Bool
  /// What it wrote to the standard output.
  public let output: String
  /// What it wrote to the standard error.
  public let errorOutput: String

  /// Tells whether the process ended by itself with the code 0.
  public var isSuccess: Bool { status == 0 && !isKilledBySignal && !isTimedOut }

  /// The lines of the standard output, sorted: processes write in any order.
  public var sortedLines: [String] {
    output.split(whereSeparator: \.isNewline).map(String.init).sorted()
  }
}

/// A process whose output goes to files, so that a full pipe never blocks it.
public final class RunningProcess {
  private let process = Process()
  private let directory: TemporaryDirectory

  /// Starts a program.
  ///
  /// The environment is the tests' own with changes; a change to nil takes a variable away.
  public init(
    _ executable: String, _ arguments: [String], environment changes: [String: String?] = [:],
    directory workingDirectory: URL? = nil
  ) throws {
    directory = try TemporaryDirectory()
    var environment = ProcessInfo.processInfo.environment
    for (name, value) in changes { environment[name] = value }
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = environment
    if let workingDirectory { process.currentDirectoryURL = workingDirectory }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.file(directory.path("out"))
    process.standardError = try Self.file(directory.path("err"))
    // Threads of a pool block most signals, and a process inherits that of the thread it comes from.
    var none = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  /// Tells whether the process has not ended.
  public var isRunning: Bool { process.isRunning }

  /// The process's number.
  public var identifier: Int32 { process.processIdentifier }

  /// What the process has written to the standard output so far.
  public var outputSoFar: String { Self.contents(directory.path("out")) }

  /// Sends a signal, unless the process has ended.
  public func signal(_ number: Int32) {
    if process.isRunning { kill(process.processIdentifier, number) }
  }

  /// Waits for the end; a process that hangs is killed after minutes, which no test should need.
  public func wait(upTo limit: Duration = .seconds(600)) -> ProcessResult {
    let deadline = ContinuousClock.now + limit
    var isTimedOut = false
    while process.isRunning {
      if !isTimedOut && ContinuousClock.now > deadline {
        isTimedOut = true
        signal(SIGKILL)
      }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return ProcessResult(
      status: process.terminationStatus,
      isKilledBySignal: process.terminationReason == .uncaughtSignal, isTimedOut: isTimedOut,
      output: outputSoFar, errorOutput: Self.contents(directory.path("err")))
  }

  private static func file(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(filePath: path))
    return try FileHandle(forWritingTo: URL(filePath: path))
  }

  private static func contents(_ path: String) -> String {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }
}
