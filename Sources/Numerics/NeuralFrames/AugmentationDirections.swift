public import Architectures
internal import Foundation

extension Directions {
  /// The generators of augmentations at an image.
  ///
  /// Generators that need three channels are left out where there are others, and those that leave
  /// the image as it is: a constant image has no translation. Where the image is a single pixel
  /// wide there are none at all.
  ///
  /// - Parameters:
  ///   - generators: which of them; their order is that of `Augmentation`.
  ///   - image: channels × size × size values in [0, 1], row-major.
  ///   - shape: the image's shape.
  public static func augmentation(
    _ generators: Set<Augmentation> = Set(Augmentation.allCases), of image: [Double],
    shape: InputShape
  ) -> Directions {
    let field = ImageField(image, shape: shape)
    var candidates: [Double] = []
    if shape.size > 1 {
      for generator in Augmentation.allCases where generators.contains(generator) {
        if let direction = field.direction(generator) { candidates += direction }
      }
    }
    return Directions(family: .augmentation, dimension: image.count, normalizing: candidates)
  }
}

/// An image as a function of place.
private struct ImageField {
  let image: [Double]
  let channels: Int
  let size: Int

  init(_ image: [Double], shape: InputShape) {
    precondition(
      image.count == shape.channels * shape.size * shape.size,
      "an image has channels · size² values")
    self.image = image
    channels = shape.channels
    size = shape.size
  }

  /// The generator's image; nil where there is none.
  func direction(_ generator: Augmentation) -> [Double]? {
    switch generator {
    case .translateX: return map { -slopeX($0, $1, $2) }
    case .translateY: return map { -slopeY($0, $1, $2) }
    case .rotate:
      return map { centred($1) * slopeX($0, $1, $2) - centred($2) * slopeY($0, $1, $2) }
    case .scale:
      return map { -(centred($2) * slopeX($0, $1, $2) + centred($1) * slopeY($0, $1, $2)) }
    case .shearX: return map { -centred($1) * slopeX($0, $1, $2) }
    case .shearY: return map { -centred($2) * slopeY($0, $1, $2) }
    case .brightness: return [Double](repeating: 1, count: image.count)
    case .contrast:
      let mean = image.reduce(0, +) / Double(image.count)
      return image.map { $0 - mean }
    case .gamma: return image.map { $0 * log(max($0, 1e-6)) }
    case .blur:
      return map { channel, row, column in
        let sum =
          value(channel, row, column - 1) + value(channel, row, column + 1)
          + value(channel, row - 1, column) + value(channel, row + 1, column)
        return sum - 4 * value(channel, row, column)
      }
    case .saturation:
      guard channels == 3 else { return nil }
      return map { channel, row, column in
        let grey =
          0.299 * value(0, row, column) + 0.587 * value(1, row, column)
          + 0.114 * value(2, row, column)
        return value(channel, row, column) - grey
      }
    case .hue:
      guard channels == 3 else { return nil }
      return map { channel, row, column in
        let next = value((channel + 1) % 3, row, column)
        let afterNext = value((channel + 2) % 3, row, column)
        return (next - afterNext) / 3.0.squareRoot()
      }
    }
  }

  private func map(_ value: (_ channel: Int, _ row: Int, _ column: Int) -> Double) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(image.count)
    for channel in 0..<channels {
      for row in 0..<size {
        for column in 0..<size { result.append(value(channel, row, column)) }
      }
    }
    return result
  }

  /// The value at a place; outside, that of the nearest edge pixel.
  private func value(_ channel: Int, _ row: Int, _ column: Int) -> Double {
    let row = min(max(row, 0), size - 1)
    let column = min(max(column, 0), size - 1)
    return image[(channel * size + row) * size + column]
  }

  private func slopeX(_ channel: Int, _ row: Int, _ column: Int) -> Double {
    (value(channel, row, column + 1) - value(channel, row, column - 1)) / 2
  }

  private func slopeY(_ channel: Int, _ row: Int, _ column: Int) -> Double {
    (value(channel, row + 1, column) - value(channel, row - 1, column)) / 2
  }

  private func centred(_ coordinate: Int) -> Double {
    Double(coordinate) - Double(size - 1) / 2
  }
}
