internal import Architectures
internal import Foundation

/// The handwritten digits that the program brings: 1,797 images of 8 × 8 pixels in 10 classes.
public enum Digits {
  /// The images, with values 0, 1/16 … 1, and their classes.
  ///
  /// **Source**: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
  /// Learning Repository, 1998, licensed under CC BY 4.0.
  public static let images: ImageSet = {
    var pixels = Data()
    var labels: [Int] = []
    let characters = unsafe UnsafeBufferPointer(
      start: Digits.text.utf8Start, count: Digits.text.utf8CodeUnitCount)
    for line in unsafe Array(characters).split(separator: 0x0A) {
      precondition(line.count == 65, "a line has 64 pixels and a class")
      for character in line.dropLast() { pixels.append(value(of: character)) }
      labels.append(Int(value(of: line[line.endIndex - 1])))
    }
    let storage = PixelBytes(
      files: [(pixels, labels.count)], offset: 0, stride: 64, largest: 16)
    return ImageSet(
      count: labels.count, shape: InputShape(channels: 1, size: 8), digests: [], labels: labels,
      storage: .bytes(storage))
  }()

  /// A digit to base 17.
  private static func value(of character: UInt8) -> UInt8 {
    character < 0x61 ? character - 0x30 : character - 0x61 + 10
  }
}
