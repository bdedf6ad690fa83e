internal import Architectures
internal import BundledDigits
internal import Foundation
internal import Gzip

/// The handwritten digits that the program brings: 1,797 images of 8 × 8 pixels in 10 classes.
public enum Digits {
  /// The images, with values 0, 1/16 … 1, and their classes.
  ///
  /// **Source**: see `BundledDigits`.
  public static let images: ImageSet = {
    let bytes: [UInt8]
    do {
      bytes = try Gzip.decompress(BundledDigits.bytes)
    } catch {
      preconditionFailure("digits.gz: \(error)")
    }
    let pixelCount = 64
    let count = bytes.count / (pixelCount + 1)
    let storage = PixelBytes(
      files: [(Data(bytes.prefix(count * pixelCount)), count)], offset: 0, stride: pixelCount,
      largest: 16)
    return ImageSet(
      count: count, shape: InputShape(channels: 1, size: 8), digests: [],
      labels: bytes.suffix(count).map { Int($0) }, storage: .bytes(storage))
  }()
}
