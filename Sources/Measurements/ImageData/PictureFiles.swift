internal import Digest
internal import Foundation

/// Pictures in files of their own, decoded when they are asked for.
struct PictureFiles: Sendable {
  /// One file.
  struct Entry: Sendable {
    let path: String
    /// What messages call it.
    let name: String
    let digest: Digest256
  }

  /// What messages call the folder.
  let folder: String
  let entries: [Entry]
  let preparation: PicturePreparation
  /// 1 or 3, for all pictures.
  let channels: Int

  /// The bytes of some pictures: channels × size × size each.
  ///
  /// **Throws**: `InputFileError` if a file is not what it was, or is damaged.
  func bytes(_ places: some Sequence<Int>) throws(InputFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    for place in places {
      let entry = entries[place]
      let file = try Self.contents(of: entry.path, name: entry.name)
      guard SHA256.hash(file) == entry.digest else {
        throw InputFileError(
          path: entry.name, problem: "the file has changed since it was opened",
          expected: "it as it was")
      }
      let picture = try Picture(decoding: file, name: entry.name)
      bytes += preparation.applied(to: picture).planes(channels: channels)
    }
    return bytes
  }

  /// The bytes of a regular file.
  static func contents(of path: String, name: String) throws(InputFileError) -> [UInt8] {
    // Reading a pipe would wait for ever.
    let values = try? URL(filePath: path).resolvingSymlinksInPath()
      .resourceValues(forKeys: [.isRegularFileKey])
    guard values?.isRegularFile ?? true else {
      throw InputFileError(path: name, problem: "it is not a regular file", expected: "PNG or JPEG")
    }
    return [UInt8](try FileBytes.contents(of: path, name: name, expected: "PNG or JPEG"))
  }
}

/// What is done to pictures before they are images of a data set.
public struct PicturePreparation: Hashable, Sendable {
  /// The longest side that pictures are brought to or cut to.
  public static let largestSide = 16_384

  /// What the shorter side is brought to; nil if pictures keep their size.
  public var shorterSide: Int?
  /// The side of the square that is cut from the middle; nil if nothing is cut.
  public var crop: Int?

  /// Collects the steps, which are done in this order.
  public init(shorterSide: Int? = nil, crop: Int? = nil) {
    (self.shorterSide, self.crop) = (shorterSide, crop)
  }

  /// The size of a picture that is prepared.
  ///
  /// **Throws**: `InputFileError` if the picture cannot be prepared.
  func extents(
    of header: Picture.Header, name: String
  ) throws(InputFileError) -> (width: Int, height: Int) {
    var (width, height) = (header.width, header.height)
    if let shorterSide {
      (width, height) = Picture.resizedExtents(
        width: width, height: height, shorterSide: shorterSide)
      guard width * height <= Self.largestPixelCount else {
        throw InputFileError(
          path: name,
          problem: "its \(header.width) × \(header.height) pixels become \(width) × \(height)",
          expected: "at most \(Self.largestPixelCount) pixels")
      }
    }
    guard let crop else { return (width, height) }
    guard crop <= min(width, height) else {
      let resized = shorterSide == nil ? "" : " after resizing"
      throw InputFileError(
        path: name, problem: "it has \(width) × \(height) pixels\(resized)",
        expected: "at least \(crop) × \(crop), of which the middle is cut")
    }
    return (crop, crop)
  }

  /// The prepared picture.
  func applied(to picture: Picture) -> Picture {
    var picture = picture
    if let shorterSide {
      let (width, height) = Picture.resizedExtents(
        width: picture.width, height: picture.height, shorterSide: shorterSide)
      picture = picture.resized(width: width, height: height)
    }
    return crop.map { picture.cropped(to: $0) } ?? picture
  }

  private static let largestPixelCount = 100_000_000
}
