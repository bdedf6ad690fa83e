internal import Foundation

/// What the system says of processes.
///
/// **Source**: `/proc`, see proc(5).
public enum ProcessFacts {
  /// What `/proc/self/status` says of this process under a name such as `VmSize`; nil if it does not.
  public static func status(_ name: String) -> String? {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return value(of: name, in: status)
  }

  /// What a line such as `VmSize:  1234 kB` says behind the name.
  static func value(of name: String, in status: String) -> String? {
    status.split(separator: "\n").first { $0.hasPrefix("\(name):") }.map { line in
      String(line.dropFirst(name.count + 1).drop { " \t".contains($0) })
    }
  }

  /// What the system says of a process after its name: its state, its parent and more.
  ///
  /// The list is empty if there is no such process or the system does not tell.
  ///
  /// The start, in ticks since the machine started, is the twentieth.
  public static func fields(of process: Int32) -> [Substring] {
    let line = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    // The name stands in parentheses and may hold blanks and parentheses itself.
    guard let end = line.lastIndex(of: ")") else { return [] }
    return line[line.index(after: end)...].split(separator: " ")
  }
}
