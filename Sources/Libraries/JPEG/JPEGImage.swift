internal import CTurboJPEG

/// A JPEG image as it is stored, baseline or progressive: one channel if it is grey and three if it has
/// colours.
///
/// An orientation that a camera noted (EXIF) is left out: programs that train networks leave it out too.
public struct JPEGImage: Sendable {
  /// What the header says.
  public struct Header: Hashable, Sendable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Whether the image has colours.
    public let hasColour: Bool

    /// Reads the header, and compares what it claims with the number of bytes.
    ///
    /// **Throws**: `JPEGError`.
    public init(_ bytes: [UInt8]) throws(JPEGError) {
      try self.init(bytes, JPEGDecoder())
    }

    init(_ bytes: [UInt8], _ decoder: borrowing JPEGDecoder) throws(JPEGError) {
      let (width, height, space) = try decoder.header(of: bytes)
      guard space != TJCS_CMYK, space != TJCS_YCCK else { throw .fourInks }
      // A block of 8 × 8 pixels takes at least a bit of Huffman's codes.
      guard width * height <= JPEGImage.largestPixelCount,
        width * height <= 8 * 64 * bytes.count
      else { throw .implausible(width: width, height: height, byteCount: bytes.count) }
      (self.width, self.height, hasColour) = (width, height, space != TJCS_GRAY)
    }
  }

  /// The most pixels of an image that is read.
  static let largestPixelCount = 100_000_000

  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 or 3.
  public let channels: Int
  /// The samples, row by row, those of a pixel together.
  public let samples: [UInt8]

  /// Tells whether bytes begin as JPEG images do.
  public static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// Decodes an image.
  ///
  /// **Throws**: `JPEGError`.
  ///
  /// **Complexity**: its memory is that of the header's claim, which is compared with the number of bytes
  /// first.
  ///
  /// **Source**: TurboJPEG's `tjDecompressHeader3` and `tjDecompress2`, which return errors as values.
  public init(_ bytes: [UInt8]) throws(JPEGError) {
    let decoder = try JPEGDecoder()
    let header = try Header(bytes, decoder)
    (width, height, channels) = (header.width, header.height, header.hasColour ? 3 : 1)
    samples = try decoder.samples(of: bytes, width: width, height: height, channels: channels)
  }
}
