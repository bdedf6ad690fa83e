/// Why bytes cannot be read as a JPEG image.
public enum JPEGError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The image has the four inks of printing.
  case fourInks
  /// The image that the header claims cannot come out of so few bytes, or is larger than what is read.
  case implausible(width: Int, height: Int, byteCount: Int)
  /// What the library says of the bytes.
  case damaged(String)

  /// What is wrong, in words.
  public var description: String {
    switch self {
    case .fourInks: "it has the four inks of printing (CMYK)"
    case .implausible(let width, let height, let byteCount):
      "its header claims \(width) × \(height) pixels, too many for \(byteCount) bytes"
    case .damaged(let reason): "it cannot be decoded: \(reason)"
    }
  }
}
