/// What the header of a PNG image says.
///
/// **Source**: W3C, "Portable Network Graphics (PNG) Specification", third edition, section 11.2.1.
public struct PNGHeader: Hashable, Sendable {
  /// The most pixels of an image that is read.
  static let largestPixelCount = 100_000_000

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Whether the image has colours; an image with a palette has.
  public let hasColour: Bool

  /// Tells whether bytes begin as PNG images do.
  public static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

  /// Reads the header, and compares what it claims with the number of bytes.
  ///
  /// **Throws**: `PNGError`.
  public init(_ bytes: [UInt8]) throws(PNGError) {
    guard bytes.count >= 33, Self.isPNG(bytes) else { throw .notWhole }
    func number(at offset: Int) -> Int {
      bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let (depth, type) = (Int(bytes[24]), bytes[25])
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][type]
    guard number(at: 8) == 13, bytes[12..<16].elementsEqual("IHDR".utf8), let samples,
      [1, 2, 4, 8, 16].contains(depth)
    else { throw .badHeader }
    (width, height, hasColour) = (number(at: 16), number(at: 20), type & 2 != 0)
    guard width > 0, height > 0, width < 1 << 31, height < 1 << 31 else { throw .badHeader }
    // Rows have a byte for their filter, and deflate makes nothing smaller than a 1,032nd.
    let rowBytes = 1 + (width * samples * depth + 7) / 8
    guard width * height <= Self.largestPixelCount, rowBytes * height <= 1_032 * bytes.count else {
      throw .implausible(width: width, height: height, byteCount: bytes.count)
    }
  }

  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}
