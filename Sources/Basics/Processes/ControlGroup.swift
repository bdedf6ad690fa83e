internal import Foundation

/// What the control groups of this process allow.
///
/// **Source**: cgroup v2, `Documentation/admin-guide/cgroup-v2.rst` of Linux, and v1.
public enum ControlGroup {
  /// The CPU time per time that this process and its group may take; infinity without a limit.
  public static var cores: Double {
    let unified = contents("cpu.max", controller: "cpu").map(quota)
    let periods = contents("cpu.cfs_period_us", controller: "cpu")
    let legacy = zip(contents("cpu.cfs_quota_us", controller: "cpu"), periods)
      .map { quota("\($0) \($1)") }
    return (unified + legacy).min() ?? .infinity
  }

  /// The memory that this process and its group may take, in bytes; infinity without a limit.
  public static var memory: Double {
    let texts =
      contents("memory.max", controller: "memory")
      + contents("memory.limit_in_bytes", controller: "memory")
    return texts.compactMap { Double($0) }.filter { $0 > 0 }.min() ?? .infinity
  }

  /// Reads `quota period`, both in microseconds; infinity for `max` and for what is not a limit.
  static func quota(_ text: String) -> Double {
    let fields = text.split(separator: " ").map { Double($0) }
    guard fields.count == 2, let quota = fields[0], let period = fields[1], quota > 0, period > 0
    else { return .infinity }
    return quota / period
  }

  /// What a file of this process's group, and of all groups around it, says; the innermost first.
  private static func contents(_ name: String, controller: String) -> [String] {
    let membership = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
    return files(name, controller: controller, membership: membership ?? "").compactMap {
      (try? String(contentsOfFile: $0, encoding: .utf8))?
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  /// The files of a name that may limit a process, by the lines `number:controllers:/path` of its groups.
  static func files(_ name: String, controller: String, membership: String) -> [String] {
    var files: [String] = []
    let lines = membership.split(separator: "\n").map(String.init) + ["0::/", "0:\(controller):/"]
    for line in lines {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isUnified = fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains(Substring(controller)) else {
        continue
      }
      // A hierarchy of several controllers has a link under the name of each.
      let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(controller)"
      var path = fields[2].split(separator: "/").map(String.init)
      while true {
        files.append(([root] + path + [name]).joined(separator: "/"))
        if path.isEmpty { break }
        path.removeLast()
      }
    }
    return files
  }
}
