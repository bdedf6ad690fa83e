/// Why bytes cannot be read as a PNG image.
public enum PNGError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes do not begin as PNG does, or end before the image does.
  case notWhole
  /// The header has a size or a type that PNG does not have.
  case badHeader
  /// The image that the header claims cannot come out of so few bytes, or is larger than what is read.
  case implausible(width: Int, height: Int, byteCount: Int)
  /// Some pixels are not opaque.
  case transparent
  /// What the library says of the bytes.
  case damaged(String)

  /// What is wrong, in words.
  public var description: String {
    switch self {
    case .notWhole: "it is not a whole PNG image"
    case .badHeader: "its header is not one of PNG"
    case .implausible(let width, let height, let byteCount):
      "its header claims \(width) × \(height) pixels, too many for \(byteCount) bytes"
    case .transparent: "it has transparent pixels, whose colour depends on a background"
    case .damaged(let reason): "it cannot be decoded: \(reason)"
    }
  }
}
