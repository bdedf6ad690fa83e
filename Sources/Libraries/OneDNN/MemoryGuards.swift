internal import Synchronization

/// Watches what oneDNN writes, for tests: kernels of some releases write outside their memory.
///
/// While guards are on, every buffer that this module makes for oneDNN, scratch memory included, lies
/// between zones of a known pattern, and a computation that has touched one throws.
package enum MemoryGuards {
  private static let areOn = Atomic<Bool>(false)

  /// The bytes of a zone: more than the largest register times the largest block of channels.
  static var zoneBytes: Int { isOn ? 16_384 : 0 }

  static var isOn: Bool { areOn.load(ordering: .relaxed) }

  /// Runs with guards on, in all threads of the process.
  package static func watching<Result>(_ body: () throws -> Result) rethrows -> Result {
    areOn.store(true, ordering: .relaxed)
    defer { areOn.store(false, ordering: .relaxed) }
    return try body()
  }
}
