internal import Foundation

/// How much a process may map, and what it has mapped.
///
/// **Source**: `getrlimit(RLIMIT_AS)` and `(RLIMIT_DATA)`, with `VmSize` and `VmData` of
/// `/proc/self/status`.
public struct AddressSpace: Sendable, Equatable {
  /// The limit in bytes; infinity without one.
  public var limit: Double
  /// What is mapped of it, in bytes.
  public var taken: Double
  /// The shell's name of the limit.
  public var name: String

  /// Collects the facts.
  public init(limit: Double, taken: Double, name: String) {
    self.limit = limit
    self.taken = taken
    self.name = name
  }

  /// What may still be mapped, in bytes.
  public var left: Double { max(limit - taken, 0) }

  /// The limit of the calling process that leaves least.
  public static func current() -> AddressSpace {
    let size = AddressSpace(
      limit: ProcessLimit.addressSpace, taken: bytes("VmSize"), name: "ulimit -v")
    let data = AddressSpace(
      limit: ProcessLimit.data, taken: bytes("VmData"), name: "ulimit -d")
    return data.left < size.left ? data : size
  }

  private static func bytes(_ name: String) -> Double {
    ProcessFacts.status(name).map(bytes(of:)) ?? 0
  }

  /// A size such as `1234 kB` in bytes; 0 if it is none.
  static func bytes(of size: String) -> Double {
    (size.split(separator: " ").first.flatMap { Double($0) } ?? 0) * 1_024
  }
}

/// What this process may use of a resource; infinity without a limit.
///
/// **Source**: `getrlimit`, the soft limits.
public enum ProcessLimit {
  /// The CPU time in seconds.
  public static var cpuSeconds: Double { soft(RLIMIT_CPU) }
  /// All that is mapped, in bytes.
  static var addressSpace: Double { soft(RLIMIT_AS) }
  /// All that is mapped for this process alone and to be written, in bytes.
  static var data: Double { soft(RLIMIT_DATA) }

  private static func soft(_ resource: __rlimit_resource) -> Double {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
      // RLIM_INFINITY is a macro that Swift does not see.
      limit.rlim_cur != rlim_t.max
    else { return .infinity }
    return Double(limit.rlim_cur)
  }
}
