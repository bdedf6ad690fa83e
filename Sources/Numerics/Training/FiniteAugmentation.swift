internal import Architectures
internal import Foundation
internal import RandomNumbers

/// Random changes of images by finite amounts of the infinitesimal generators of augmentations.
///
/// Each amount is uniform between its bounds, drawn anew for each image and epoch. 0 leaves it out.
public struct FiniteAugmentation: Hashable, Sendable {
  /// The largest shift along each axis, in pixels.
  public var translate = 0.0
  /// The largest rotation, in degrees.
  public var rotate = 0.0
  /// The largest relative change of size.
  public var scale = 0.0
  /// The largest shear along each axis.
  public var shear = 0.0
  /// The largest number that is added to all values.
  public var brightness = 0.0
  /// The largest relative change of the distance from the mean.
  public var contrast = 0.0

  /// Starts with no changes.
  public init() {}

  /// Whether nothing is changed.
  public var isIdentity: Bool { self == FiniteAugmentation() }

  /// Amounts of all changes, as the generators count them: x to the right, y down.
  struct Amounts {
    var shift = (x: 0.0, y: 0.0)
    /// In radians.
    var angle = 0.0
    var scale = 0.0
    var shear = (x: 0.0, y: 0.0)
    var brightness = 0.0
    var contrast = 0.0
  }

  /// Draws amounts between the bounds; all are drawn, so that one bound does not move the others.
  func amounts(from stream: inout RandomStream) -> Amounts {
    func amount(_ bound: Double) -> Double { bound * (2 * stream.nextUniform() - 1) }
    var amounts = Amounts()
    amounts.shift = (amount(translate), amount(translate))
    amounts.angle = amount(rotate) * Double.pi / 180
    amounts.scale = amount(scale)
    amounts.shear = (amount(shear), amount(shear))
    amounts.brightness = amount(brightness)
    amounts.contrast = amount(contrast)
    return amounts
  }

  /// A changed image: an affine map about its centre, read by bilinear interpolation with the edges
  /// replicated, then contrast and brightness; what then lies outside [0, 1] is brought to the edge.
  static func change(_ image: [Double], shape: InputShape, by amounts: Amounts) -> [Double] {
    let (cosine, sine) = (cos(amounts.angle), sin(amounts.angle))
    let (slantX, slantY, size) = (amounts.shear.x, amounts.shear.y, 1 + amounts.scale)
    // From a place in the result to one in the image: rotation times shear over the scale. To first
    // order each amount moves the image along its generator.
    let toX = ((cosine - slantY * sine) / size, (sine - slantX * cosine) / size)
    let toY = ((-sine - slantY * cosine) / size, (cosine + slantX * sine) / size)
    let side = shape.size
    let centre = Double(side - 1) / 2
    let mean = image.reduce(0, +) / Double(image.count)
    var result: [Double] = []
    result.reserveCapacity(image.count)
    for channel in 0..<shape.channels {
      let plane = channel * side * side
      for place in 0..<side * side {
        let (y, x) = (Double(place / side) - centre, Double(place % side) - centre)
        let value = read(
          image, plane, side, row: centre + toY.0 * x + toY.1 * y - amounts.shift.y,
          column: centre + toX.0 * x + toX.1 * y - amounts.shift.x)
        let changed = mean + (1 + amounts.contrast) * (value - mean) + amounts.brightness
        result.append(min(max(changed, 0), 1))
      }
    }
    return result
  }

  private static func read(
    _ image: [Double], _ plane: Int, _ side: Int, row: Double, column: Double
  ) -> Double {
    let last = Double(side - 1)
    let (row, column) = (min(max(row, 0), last), min(max(column, 0), last))
    let (top, left) = (Int(row), Int(column))
    let (bottom, right) = (min(top + 1, side - 1), min(left + 1, side - 1))
    let (down, across) = (row - Double(top), column - Double(left))
    func value(_ row: Int, _ column: Int) -> Double { image[plane + row * side + column] }
    return (1 - down) * ((1 - across) * value(top, left) + across * value(top, right))
      + down * ((1 - across) * value(bottom, left) + across * value(bottom, right))
  }
}
