internal import Foundation

/// How much memory a worker may use.
public enum MemoryLimit {
  /// An equal share of the node's memory, in bytes, a control group's limit respected.
  ///
  /// **Source**: `sysconf(_SC_PHYS_PAGES)`, and `memory.max` of cgroup v2 or
  /// `memory.limit_in_bytes` of v1.
  public static func share(workersOnNode workers: Int) -> Double {
    var limit = Double(ProcessInfo.processInfo.physicalMemory)
    for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8),
        let bytes = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)), bytes > 0
      else { continue }
      limit = min(limit, bytes)
    }
    return limit / Double(max(workers, 1))
  }
}
