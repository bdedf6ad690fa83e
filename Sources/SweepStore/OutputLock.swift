internal import Foundation
internal import Glibc

/// The file that keeps a second run off an output.
///
/// It names host, process and job. A lock whose process is gone from this host is taken over without
/// asking; one of another host only where the caller says so.
public final class OutputLock {
  /// The file.
  public let path: String
  private let text: String
  private var isHeld = true

  /// The path of the lock beside an output.
  public static func path(besides output: String) -> String { output + ".lock" }

  /// Locks an output.
  ///
  /// - Parameters:
  ///   - output: the results file.
  ///   - job: the scheduler's name of the job; empty without one.
  ///   - takeOver: whether a lock that may be alive is taken over.
  ///
  /// **Throws**: `StoreError` naming who holds the lock, or where it cannot be written.
  public init(output: String, job: String = "", takeOver: Bool = false) throws(StoreError) {
    path = Self.path(besides: output)
    let owner = Owner.current(job: job)
    text = owner.text
    for attempt in 1...3 {
      do throws(StoreError) {
        let file = try FileDescriptor.open(path, .create)
        try file.write(Array(text.utf8).span, at: 0)
        return
      } catch {
        guard error.kind == .occupied, attempt < 3 else {
          isHeld = false
          throw error
        }
      }
      let other = Owner(text: Self.read(path))
      let isGone = other.isGone(seenFrom: owner)
      // A process that is seen to live is never robbed: two writers would ruin the journal.
      guard isGone || takeOver && !other.isAlive(seenFrom: owner) else {
        isHeld = false
        let advice =
          other.isAlive(seenFrom: owner)
          ? "wait for it or stop it" : "if that run is gone, say --take-over or remove \(path)"
        throw StoreError(
          .occupied, path: output, operation: "locking it",
          reason: "\(other.description) works on it; \(advice)")
      }
      try FileNames.remove(path)
    }
  }

  deinit { release() }

  /// Lets others in, unless another run took the lock over meanwhile.
  public func release() {
    guard isHeld else { return }
    isHeld = false
    guard Self.read(path) == text else { return }
    try? FileNames.remove(path)
  }

  /// Finds out whether another run took the lock over.
  ///
  /// **Throws**: `StoreError` where it did; this run must then write nothing more.
  public func check() throws(StoreError) {
    guard Self.read(path) != text else { return }
    isHeld = false
    throw StoreError(
      .occupied, path: path, operation: "looking at the lock",
      reason: "another run took the output over; this one stops writing")
  }

  private static func read(_ path: String) -> String {
    var bytes: [UInt8] = []
    guard let file = try? FileDescriptor.open(path, .read),
      let count = try? file.read(into: &bytes, count: 4096, at: 0)
    else { return "" }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}

/// Who holds a lock.
private struct Owner {
  var host = ""
  var process: Int32 = 0
  /// When the process began, in the system's ticks, which tells it from a later one of its number.
  var start = ""
  var job = ""

  static func current(job: String) -> Owner {
    let process = getpid()
    return Owner(
      host: ProcessInfo.processInfo.hostName, process: process, start: startTicks(of: process),
      job: job)
  }

  init(host: String, process: Int32, start: String, job: String) {
    self.host = host
    self.process = process
    self.start = start
    self.job = job
  }

  /// Reads a lock's text.
  init(text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      switch line[..<colon] {
      case "host": host = String(value)
      case "process": process = Int32(value) ?? 0
      case "start": start = String(value)
      case "job": job = String(value)
      default: break
      }
    }
  }

  var text: String { "host: \(host)\nprocess: \(process)\nstart: \(start)\njob: \(job)\n" }

  var description: String {
    guard process > 0 else { return "a run that left no name" }
    let suffix = job.isEmpty ? "" : ", job \(job)"
    return "process \(process) on \(host)\(suffix)"
  }

  /// Whether the process certainly ended; of other hosts nothing is certain.
  func isGone(seenFrom other: Owner) -> Bool {
    guard process > 0, host == other.host else { return false }
    let now = Self.startTicks(of: process)
    if now == Self.ended { return true }
    return now.isEmpty ? kill(process, 0) != 0 && errno == ESRCH : now != start
  }

  /// Whether the process certainly runs; of other hosts nothing is certain.
  func isAlive(seenFrom other: Owner) -> Bool {
    process > 0 && host == other.host && !isGone(seenFrom: other)
  }

  /// The start of a process; empty where there is none, or the system does not tell.
  private static let ended = "ended"

  private static func startTicks(of process: Int32) -> String {
    guard
      let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = line.lastIndex(of: ")")
    else { return "" }
    // The second field, the name, may hold blanks; the start is the twenty-second.
    let fields = line[line.index(after: name)...].split(separator: " ")
    // A zombie has ended; only its parent has not noticed yet.
    guard fields.first != "Z" else { return ended }
    return fields.count > 19 ? String(fields[19]) : ""
  }
}
