/// Memory that starts at a cache line, as oneDNN's kernels like it, between two zones that nobody may
/// write to.
@safe final class AlignedBytes {
  private let start: UnsafeMutableRawPointer
  private let zone: Int
  let count: Int

  private static let pattern: UInt8 = 0x5A

  /// Makes zeros; the zones are empty unless `MemoryGuards` are on.
  init(count: Int) {
    self.count = max(count, 64)
    zone = MemoryGuards.zoneBytes
    unsafe start = .allocate(byteCount: self.count + 2 * zone, alignment: 64)
    unsafe start.initializeMemory(
      as: UInt8.self, repeating: Self.pattern, count: self.count + 2 * zone)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0, count: self.count)
  }

  deinit { unsafe start.deallocate() }

  /// The first byte.
  var bytes: UnsafeMutableRawPointer { unsafe start + zone }

  /// The first number, of as many as there is room for.
  var numbers: UnsafeMutablePointer<Float> {
    unsafe bytes.assumingMemoryBound(to: Float.self)
  }

  /// Whether both zones are as they were made.
  var isIntact: Bool {
    (0..<zone).allSatisfy { place in
      unsafe start.load(fromByteOffset: place, as: UInt8.self) == Self.pattern
        && start.load(fromByteOffset: zone + count + place, as: UInt8.self) == Self.pattern
    }
  }
}
