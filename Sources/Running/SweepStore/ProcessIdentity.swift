internal import Foundation
internal import Glibc
internal import Processes

/// Which process on which machine: what a lock says of its holder, and ranks of one another.
public struct ProcessIdentity: Sendable, Equatable {
  /// The machine's name.
  public internal(set) var host = ""
  /// The process's number; 0 where it is not known.
  public internal(set) var process: Int32 = 0
  /// When the process began, in the system's ticks, which tells it from a later one of its number.
  var start = ""
  /// Which start of the machine it is, and which space of process numbers; empty where unknown.
  var boot = ""
  var space = ""
  /// The scheduler's name of the job; empty without one.
  public internal(set) var job = ""
  /// The cores that the system lets it run on, such as `0-3,8`; empty if nobody looked.
  public var cores = ""

  /// The calling process.
  public static func current(job: String = "") -> ProcessIdentity {
    var identity = ProcessIdentity()
    identity.host = ProcessInfo.processInfo.hostName
    identity.process = getpid()
    identity.start = startTicks(of: identity.process)
    let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    identity.boot = (boot ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    identity.space =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
    identity.job = job
    return identity
  }

  private init() {}

  /// Reads what `text` gives.
  public init(text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      switch line[..<colon] {
      case "host": host = value
      case "process": process = Int32(value) ?? 0
      case "start": start = value
      case "boot": boot = value
      case "space": space = value
      case "job": job = value
      case "cores": cores = value
      default: break
      }
    }
  }

  /// The identity as lines of text.
  public var text: String {
    "host: \(host)\nprocess: \(process)\nstart: \(start)\nboot: \(boot)\nspace: \(space)\n"
      + "job: \(job)\n" + (cores.isEmpty ? "" : "cores: \(cores)\n")
  }

  /// The identity in words.
  public var description: String {
    guard process > 0 else { return "a run that left no name" }
    let suffix = job.isEmpty ? "" : ", job \(job)"
    return "process \(process) on \(host)\(suffix)"
  }

  /// Whether the process certainly ended; of other machines nothing is certain.
  public func isGone(seenFrom other: ProcessIdentity) -> Bool {
    guard process > 0, host == other.host else { return false }
    // The machine was started again since.
    if !boot.isEmpty, !other.boot.isEmpty, boot != other.boot { return true }
    // Another container may count its processes anew.
    if !space.isEmpty, !other.space.isEmpty, space != other.space { return false }
    let now = Self.startTicks(of: process)
    if now == Self.ended { return true }
    return now.isEmpty ? kill(process, 0) != 0 && errno == ESRCH : now != start
  }

  /// Whether the process certainly runs; of other machines nothing is certain.
  public func isAlive(seenFrom other: ProcessIdentity) -> Bool {
    let isSameSpace = space.isEmpty || other.space.isEmpty || space == other.space
    return process > 0 && host == other.host && isSameSpace && !isGone(seenFrom: other)
  }

  private static let ended = "ended"

  /// The start of a process; empty where there is none, or the system does not tell.
  private static func startTicks(of process: Int32) -> String {
    let fields = ProcessFacts.fields(of: process)
    // A zombie has ended; only its parent has not noticed yet.
    guard fields.first != "Z" else { return ended }
    return fields.count > 19 ? String(fields[19]) : ""
  }
}
