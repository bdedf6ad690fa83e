internal import Foundation
internal import Processes

/// How much memory a worker may use.
public enum MemoryLimit {
  /// An equal share of the node's memory, in bytes, control groups' limits respected.
  ///
  /// **Source**: `sysconf(_SC_PHYS_PAGES)`, and the limits of the process's control groups.
  public static func share(workersOnNode workers: Int) -> Double {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    return min(memory, ControlGroup.memory) / Double(max(workers, 1))
  }
}
