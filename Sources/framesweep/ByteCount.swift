import ArgumentParser
import SweepJobs

/// A size on the command line, as `MemorySize` reads it.
struct ByteCount {
  let bytes: Double

  /// Reads a size from the command line.
  ///
  /// **Throws**: `ValidationError` with the spellings.
  static func argument(_ text: String) throws -> ByteCount {
    guard let bytes = MemorySize.bytes(text) else {
      throw ValidationError(MemorySize.mistake(in: text))
    }
    return ByteCount(bytes: bytes)
  }
}
