internal import Foundation
internal import Processes

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
  func running() -> [Int32] { children().filter { Self.isOf(job, $0) } }

  /// All processes that the launcher started and that run now; empty if the system does not tell.
  func children() -> [Int32] {
    let tasks = "/proc/\(launcher)/task"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    return names.flatMap { name in
      let list = "\(tasks)/\(name)/children"
      let children = (try? String(contentsOfFile: list, encoding: .utf8)) ?? ""
      return children.split(separator: " ").compactMap { Int32($0) }
        .filter(Self.isRunning)
    }
  }

  /// Whether the launcher has not ended.
  var launcherIsRunning: Bool { Self.isRunning(launcher) }

  /// The launcher and its options, up to the program that it starts; nil if it starts something else, such
  /// as a script, or if the launcher is not the command that a person gave.
  func launcherWords(of program: String) -> [String]? {
    let bytes = try? Data(contentsOf: URL(filePath: "/proc/\(launcher)/cmdline"))
    let words = (bytes ?? Data()).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return Self.launcherWords(words, of: program)
  }

  static func launcherWords(_ words: [String], of program: String) -> [String]? {
    func name(_ word: String) -> Substring? { word.split(separator: "/").last }
    guard let launcher = words.first.flatMap(name),
      ["mpirun", "mpiexec", "orterun", "prterun"].contains(launcher),
      let place = words.firstIndex(where: { name($0) == name(program) }), place > 0
    else { return nil }
    return [String(launcher)] + words[1..<place]
  }

  /// Whether a process has not ended; a zombie has.
  static func isRunning(_ process: Int32) -> Bool {
    ProcessFacts.fields(of: process).first.map { !["Z", "X"].contains($0) } ?? false
  }

  private static func isOf(_ job: [UInt8], _ process: Int32) -> Bool {
    let environment = try? Data(contentsOf: URL(filePath: "/proc/\(process)/environ"))
    return (environment ?? Data()).split(separator: 0).contains { $0.elementsEqual(job) }
  }

  private static func parent(of process: Int32) -> Int32? {
    ProcessFacts.fields(of: process).dropFirst().first.flatMap { Int32($0) }
  }
}
