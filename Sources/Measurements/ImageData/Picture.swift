internal import JPEG
internal import PNG

/// A decoded picture: eight bits a sample, one channel or three.
struct Picture: Equatable, Sendable {
  /// What a file says of its picture before it is decoded.
  struct Header: Equatable, Sendable {
    let width: Int
    let height: Int
    let hasColour: Bool
  }

  let width: Int
  let height: Int
  let channels: Int
  /// The samples, row by row, those of a pixel together.
  let samples: [UInt8]

  /// Reads what a PNG or JPEG file says of its picture.
  static func header(of bytes: [UInt8], name: String) throws(InputFileError) -> Header {
    try decoding(bytes, name: name) { bytes throws(PNGError) in
      let header = try PNGHeader(bytes)
      return Header(width: header.width, height: header.height, hasColour: header.hasColour)
    } jpeg: { bytes throws(JPEGError) in
      let header = try JPEGImage.Header(bytes)
      return Header(width: header.width, height: header.height, hasColour: header.hasColour)
    }
  }

  init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(
      samples.count == width * height * channels, "samples of \(width) × \(height) × \(channels)")
    (self.width, self.height, self.channels) = (width, height, channels)
    self.samples = samples
  }

  /// Decodes a PNG or JPEG file; its first bytes say which it is.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `InputFileError`.
  init(decoding bytes: [UInt8], name: String) throws(InputFileError) {
    self = try Self.decoding(bytes, name: name) { bytes throws(PNGError) in
      let image = try PNGImage(bytes)
      return Picture(
        width: image.width, height: image.height, channels: image.channels, samples: image.samples)
    } jpeg: { bytes throws(JPEGError) in
      let image = try JPEGImage(bytes)
      return Picture(
        width: image.width, height: image.height, channels: image.channels, samples: image.samples)
    }
  }

  private static func decoding<Result>(
    _ bytes: [UInt8], name: String, png: ([UInt8]) throws(PNGError) -> Result,
    jpeg: ([UInt8]) throws(JPEGError) -> Result
  ) throws(InputFileError) -> Result {
    if PNGHeader.isPNG(bytes) {
      do throws(PNGError) {
        return try png(bytes)
      } catch {
        throw InputFileError(
          path: name, problem: error.description, expected: "a whole PNG image without transparency"
        )
      }
    }
    guard JPEGImage.isJPEG(bytes) else {
      throw InputFileError(
        path: name, problem: "it does not begin as PNG or JPEG does", expected: "PNG or JPEG")
    }
    do throws(JPEGError) {
      return try jpeg(bytes)
    } catch {
      throw InputFileError(
        path: name, problem: error.description, expected: "a whole JPEG image, grey or of colours")
    }
  }

  /// The samples channel by channel, a grey picture repeated if more channels are asked for.
  ///
  /// **Shape**: channels × height × width, row-major.
  func planes(channels wanted: Int) -> [UInt8] {
    var planes: [UInt8] = []
    planes.reserveCapacity(wanted * width * height)
    for channel in 0..<wanted {
      let source = channels == 1 ? 0 : channel
      for place in 0..<width * height { planes.append(samples[place * channels + source]) }
    }
    return planes
  }
}
