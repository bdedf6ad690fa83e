internal import CPNG

/// A PNG image as it is stored: eight bits a sample, one channel if it is grey and three if it has
/// colours.
///
/// Samples of 16 bits are rounded to eight. What the file says of gamma, profiles and chromaticities is
/// left out: networks are trained on samples as they are stored.
public struct PNGImage: Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 or 3.
  public let channels: Int
  /// The samples, row by row, those of a pixel together.
  public let samples: [UInt8]

  /// Decodes an image.
  ///
  /// **Throws**: `PNGError`.
  ///
  /// **Complexity**: its memory is that of the header's claim, which is compared with the number of bytes
  /// first.
  ///
  /// **Source**: libpng's `png_image_begin_read_from_memory` and `png_image_finish_read`, which return
  /// errors as values.
  public init(_ bytes: [UInt8]) throws(PNGError) {
    let header = try PNGHeader(bytes)
    let essential = try PNGChunks.essential(of: bytes)
    var image = unsafe png_image()
    unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { unsafe png_image_free(&image) }
    var decoded: [UInt8] = []
    var hasAlpha = false
    let channels = header.hasColour ? 3 : 1
    let isDone = unsafe essential.withUnsafeBytes { source in
      guard
        unsafe png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0,
        unsafe image.width == header.width, unsafe image.height == header.height
      else { return false }
      hasAlpha = unsafe image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
      // Without this, samples of 16 bits would be taken for amounts of light.
      unsafe image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
      unsafe image.format =
        png_uint_32(header.hasColour ? PNG_FORMAT_FLAG_COLOR : 0)
        | png_uint_32(hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0)
      let rowBytes = header.width * (channels + (hasAlpha ? 1 : 0))
      decoded = [UInt8](repeating: 0, count: rowBytes * header.height)
      return unsafe decoded.withUnsafeMutableBytes { target in
        unsafe png_image_finish_read(
          &image, nil, target.baseAddress, png_int_32(rowBytes), nil) != 0
      }
    }
    guard isDone else { throw .damaged(unsafe Self.message(of: image)) }
    (width, height, self.channels) = (header.width, header.height, channels)
    samples = hasAlpha ? try Self.opaque(decoded, channels: channels) : decoded
  }

  /// Leaves out alpha, which says that every pixel is opaque.
  private static func opaque(_ samples: [UInt8], channels: Int) throws(PNGError) -> [UInt8] {
    var colours: [UInt8] = []
    colours.reserveCapacity(samples.count / (channels + 1) * channels)
    for start in stride(from: 0, to: samples.count, by: channels + 1) {
      guard samples[start + channels] == 255 else { throw .transparent }
      colours += samples[start..<start + channels]
    }
    return colours
  }

  private static func message(of image: png_image) -> String {
    let text = unsafe withUnsafeBytes(of: image.message) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? "its header does not fit its data" : text
  }
}
