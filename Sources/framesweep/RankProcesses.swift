import Foundation

/// The ranks of this job on this node, as the system lists the launcher's child processes.
///
/// A rank may run inside other programs: a shell, `time`, the starter of a container. They inherit the
/// job's name in their environment, which the launcher itself does not have. So the launcher is the
/// nearest ancestor without that name, and its children with it are the ranks, whatever runs in them.
struct RankProcesses {
  private let launcher: Int32
  private let job: [UInt8]

  /// Finds the launcher; nil where it gave the job no name, or is not among the ancestors that can be
  /// seen from here.
  init?() {
    let variable = "PMIX_NAMESPACE"
    guard let name = ProcessInfo.processInfo.environment[variable], !name.isEmpty else {
      return nil
    }
    job = Array("\(variable)=\(name)".utf8)
    var process = getpid()
    while Self.isOf(job, process) {
      guard let parent = Self.parent(of: process), parent > 0 else { return nil }
      process = parent
    }
    launcher = process
  }

  /// The processes that the launcher started for the ranks of this node and that run now.
  func running() -> [Int32] {
    let tasks = "/proc/\(launcher)/task"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    return names.flatMap { name in
      let list = "\(tasks)/\(name)/children"
      let children = (try? String(contentsOfFile: list, encoding: .utf8)) ?? ""
      return children.split(separator: " ").compactMap { Int32($0) }
        .filter { Self.isOf(job, $0) && Self.isRunning($0) }
    }
  }

  /// Whether the launcher has not ended.
  var launcherIsRunning: Bool { Self.isRunning(launcher) }

  /// Whether a process has not ended; a zombie has.
  static func isRunning(_ process: Int32) -> Bool {
    status(of: process).first.map { !["Z", "X"].contains($0) } ?? false
  }

  private static func isOf(_ job: [UInt8], _ process: Int32) -> Bool {
    let environment = try? Data(contentsOf: URL(filePath: "/proc/\(process)/environ"))
    return (environment ?? Data()).split(separator: 0).contains { $0.elementsEqual(job) }
  }

  private static func parent(of process: Int32) -> Int32? {
    status(of: process).dropFirst().first.flatMap { Int32($0) }
  }

  /// The state, the parent and more, as the system's line about a process has them.
  private static func status(of process: Int32) -> [Substring] {
    let line = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    // They follow the command, which stands in parentheses and may hold some itself.
    return line.split(separator: ")").last?.split(separator: " ") ?? []
  }
}
