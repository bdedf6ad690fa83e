internal import Foundation
package import Processes
internal import SweepStore
internal import Synchronization

/// A program that reads files in a process of its own, so that damage crashes only that process.
public struct ReadingProgram: Sendable {
  /// Its file, such as `/proc/self/exe`.
  public var path: String
  /// Hears the number of the process while it runs, and nil then.
  public var runs: @Sendable (_ process: Int32?) -> Void

  /// Describes a program that understands `probe FILE` and `probe-weights FILE GROUP BYTES …`.
  public init(path: String, runs: @escaping @Sendable (_ process: Int32?) -> Void = { _ in }) {
    self.path = path
    self.runs = runs
  }
}

/// What the end of a process that read a file says of the file.
package enum ReadingEnd: Equatable {
  /// All of it can be read, or reading it for good says what is wrong.
  case ended
  /// Damage is the only reason that is left.
  case damaged(reason: String)
  /// It says nothing of the file.
  case notRead(reason: String)

  /// Judges a process by its end and by what it was allowed.
  ///
  /// - Parameters:
  ///   - end: how it ended.
  ///   - allowance: what the system allowed it.
  package init(_ end: ChildProcess.End, _ allowance: ReadingAllowance) {
    switch end {
    case .exited: self = .ended
    case .stopped(let signal):
      self = .notRead(
        reason: "the process that read it was ended by signal \(signal)"
          + (signal == SIGKILL ? ", as the system does where memory runs out" : ""))
    case .crashed(SIGXCPU):
      self =
        allowance.isTimeShort
        ? .notRead(reason: "reading it took more CPU time than ulimit -t allows")
        : .damaged(reason: "it is damaged: reading it does not come to an end")
    case .crashed(let signal):
      self =
        allowance.shortage.map {
          .notRead(reason: "reading it crashed (signal \(signal)), maybe for want of memory: \($0)")
        } ?? .damaged(reason: "it is damaged: reading it crashed (signal \(signal))")
    }
  }
}

/// What the system allows a process that reads a file, compared with what reading can take.
package struct ReadingAllowance {
  /// The CPU time that reading can take, in seconds.
  package let seconds: Double
  /// The memory that reading can take, in bytes.
  package let bytes: Double
  /// The limit of the CPU time, in seconds.
  package var secondsLimit = ProcessLimit.cpuSeconds
  /// The limit of the memory.
  package var space = AddressSpace.current()

  /// What files of so many bytes together can take.
  package init(fileBytes: Double) {
    seconds = 5 + fileBytes / 1e6
    bytes = 0x1p29 + 8 * fileBytes
  }

  /// Whether less CPU time is allowed than reading can take.
  package var isTimeShort: Bool { secondsLimit < seconds }

  /// Why less memory is allowed than reading can take; nil if it is not less.
  package var shortage: String? {
    guard space.left < bytes else { return nil }
    return "\(space.name) leaves \(Show.bytes(space.left)) of \(Show.bytes(space.limit)), expected "
      + Show.bytes(bytes)
  }

  /// Keeps a crash of this process small: no image of its memory, no endless loop, no memory that
  /// others need.
  package func apply() {
    func limit(_ resource: __rlimit_resource, _ value: Double) {
      var limit = rlimit()
      guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return }
      limit.rlim_cur = min(limit.rlim_cur, rlim_t(value))
      unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
    limit(RLIMIT_CORE, 0)
    limit(RLIMIT_CPU, seconds)
    limit(RLIMIT_AS, max(Double(ProcessInfo.processInfo.physicalMemory) / 2, 0x1p33))
  }
}
