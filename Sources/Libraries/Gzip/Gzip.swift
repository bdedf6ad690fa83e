internal import CZlib

/// Why bytes cannot be decompressed.
public enum GzipError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The bytes end too early.
  case truncated
  /// The bytes are no gzip format, or their checksum is wrong.
  case damaged

  /// What is wrong, in words.
  public var description: String {
    switch self {
    case .truncated: "the compressed data end too early"
    case .damaged: "the compressed data are damaged"
    }
  }
}

/// The compression of `.gz` files.
public enum Gzip {
  /// Whether bytes begin as gzip files do.
  public static func isCompressed(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// Decompresses a whole file, members one behind the other included.
  ///
  /// **Throws**: `GzipError`. **Source**: zlib's `inflate`.
  public static func decompress(_ bytes: [UInt8]) throws(GzipError) -> [UInt8] {
    var stream = unsafe z_stream()
    guard unsafe CZlib_startGzip(&stream) == Z_OK else {
      preconditionFailure("zlib is out of memory")
    }
    defer { unsafe inflateEnd(&stream) }
    var output: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 18)
    var position = 0
    var status = Z_OK
    repeat {
      // Sizes are 32 bits wide in the library, so both sides go in parts.
      let available = min(bytes.count - position, 1 << 24)
      var written = 0
      status = unsafe bytes.withUnsafeBufferPointer { input in
        unsafe part.withUnsafeMutableBufferPointer { target in
          let start = unsafe input.baseAddress.map { unsafe $0 + position }
          unsafe stream.next_in = UnsafeMutablePointer(mutating: start)
          unsafe stream.avail_in = UInt32(available)
          unsafe stream.next_out = target.baseAddress
          unsafe stream.avail_out = UInt32(target.count)
          let status = unsafe inflate(&stream, Z_NO_FLUSH)
          written = unsafe target.count - Int(stream.avail_out)
          return status
        }
      }
      position += unsafe available - Int(stream.avail_in)
      output += part[..<written]
      switch status {
      case Z_OK: break
      case Z_STREAM_END:
        guard position < bytes.count else { return output }
        // Another member follows.
        unsafe inflateReset(&stream)
      case Z_BUF_ERROR where position == bytes.count: throw .truncated
      default: throw .damaged
      }
    } while true
  }
}
