internal import Architectures
internal import RandomNumbers

/// Random crops of images with a frame of zeros, and random flips, both in whole pixels: torchvision's
/// `RandomCrop(size, padding)` and `RandomHorizontalFlip()`.
public struct CropAndFlip: Hashable, Sendable {
  /// The width of the frame on each side, in pixels; 0 for no crops.
  public var padding = 0
  /// Whether every other image, at random, has left and right exchanged.
  public var flips = false

  /// Starts with no changes.
  public init() {}

  /// Whether nothing is changed.
  public var isIdentity: Bool { self == CropAndFlip() }

  /// Changes an image; it takes three numbers, so that crops do not depend on flips.
  ///
  /// - Parameter image: channels × size × size.
  func change(_ image: inout [Double], shape: InputShape, from stream: inout RandomStream) {
    let down = stream.nextInteger(below: 2 * padding + 1) - padding
    let right = stream.nextInteger(below: 2 * padding + 1) - padding
    let isFlipped = stream.nextUniform() < 0.5 && flips
    image = Self.cropped(image, side: shape.size, down: down, right: right, isFlipped: isFlipped)
  }

  /// The part of an image that starts some pixels below and to the right of its corner, zeros outside
  /// of the image.
  static func cropped(
    _ image: [Double], side: Int, down: Int, right: Int, isFlipped: Bool
  ) -> [Double] {
    var result = [Double](repeating: 0, count: image.count)
    let rows = max(0, -down)..<max(max(0, -down), min(side, side - down))
    let columns = max(0, -right)..<max(max(0, -right), min(side, side - right))
    for plane in stride(from: 0, to: image.count, by: side * side) {
      for row in rows {
        for column in columns {
          let target = plane + row * side + (isFlipped ? side - 1 - column : column)
          result[target] = image[plane + (row + down) * side + column + right]
        }
      }
    }
    return result
  }
}
