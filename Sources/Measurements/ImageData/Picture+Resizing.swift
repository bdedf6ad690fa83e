extension Picture {
  /// The size after its shorter side is brought to a length; the longer one is rounded down.
  ///
  /// **Source**: torchvision's `Resize`.
  static func resizedExtents(
    width: Int, height: Int, shorterSide: Int
  ) -> (width: Int, height: Int) {
    let (short, long) = (min(width, height), max(width, height))
    let longer = shorterSide * long / short
    return width <= height ? (shorterSide, longer) : (longer, shorterSide)
  }

  /// The picture at another size, by antialiased bilinear interpolation.
  ///
  /// Rows are resized first, then columns, each with results of eight bits; weights have 22 bits behind
  /// the point. So the samples are those of Pillow, bit for bit. Pillow from 13 on does columns first if a
  /// high picture shrinks; then some samples differ by 1.
  ///
  /// **Source**: the triangle filter of Pillow's `Image.resize`, which widens with the step.
  func resized(width newWidth: Int, height newHeight: Int) -> Picture {
    resizedRows(to: newWidth).resizedColumns(to: newHeight)
  }

  private func resizedRows(to newWidth: Int) -> Picture {
    guard newWidth != width else { return self }
    let filter = TriangleFilter(from: width, to: newWidth)
    var resized: [UInt8] = []
    resized.reserveCapacity(newWidth * height * channels)
    for row in 0..<height {
      let start = row * width * channels
      for place in 0..<newWidth {
        let first = start + filter.firsts[place] * channels
        for channel in 0..<channels {
          resized.append(filter.value(place, of: samples, at: first + channel, step: channels))
        }
      }
    }
    return Picture(width: newWidth, height: height, channels: channels, samples: resized)
  }

  private func resizedColumns(to newHeight: Int) -> Picture {
    guard newHeight != height else { return self }
    let filter = TriangleFilter(from: height, to: newHeight)
    let rowLength = width * channels
    var resized: [UInt8] = []
    resized.reserveCapacity(newHeight * rowLength)
    for place in 0..<newHeight {
      let first = filter.firsts[place] * rowLength
      for column in 0..<rowLength {
        resized.append(filter.value(place, of: samples, at: first + column, step: rowLength))
      }
    }
    return Picture(width: width, height: newHeight, channels: channels, samples: resized)
  }

  /// The middle of the picture; where it is not exact, half a pixel is rounded to the even number.
  ///
  /// **Source**: torchvision's `CenterCrop`.
  func cropped(to size: Int) -> Picture {
    precondition(size <= width && size <= height, "a crop of \(size) of \(width) × \(height)")
    func start(_ extent: Int) -> Int {
      Int((Double(extent - size) / 2).rounded(.toNearestOrEven))
    }
    let (top, left) = (start(height), start(width))
    var cropped: [UInt8] = []
    cropped.reserveCapacity(size * size * channels)
    for row in top..<top + size {
      let first = (row * width + left) * channels
      cropped += samples[first..<first + size * channels]
    }
    return Picture(width: size, height: size, channels: channels, samples: cropped)
  }
}

/// The weights of each new sample along one side.
private struct TriangleFilter {
  /// Bits of a weight behind the point.
  private static let precision = 22

  /// The first old sample of each new one.
  private(set) var firsts: [Int] = []
  /// The weights of each new sample's old ones.
  private var weights: [[Int32]] = []

  init(from old: Int, to new: Int) {
    let step = Double(old) / Double(new)
    // A step below 1 enlarges: then the triangle spans two old samples, and nothing is averaged.
    let support = max(step, 1)
    for place in 0..<new {
      let centre = (Double(place) + 0.5) * step
      let first = max(Int(centre - support + 0.5), 0)
      let end = min(Int(centre + support + 0.5), old)
      let heights = (first..<end).map { sample in
        max(1 - abs((Double(sample) - centre + 0.5) / support), 0)
      }
      let sum = heights.reduce(0, +)
      firsts.append(first)
      weights.append(
        heights.map { Int32(($0 / sum * Double(1 << Self.precision)).rounded()) })
    }
  }

  /// A new sample from old ones that lie a step apart.
  func value(_ place: Int, of samples: [UInt8], at first: Int, step: Int) -> UInt8 {
    var sum: Int32 = 1 << (Self.precision - 1)
    var index = first
    for weight in weights[place] {
      sum += Int32(samples[index]) * weight
      index += step
    }
    return UInt8(clamping: sum >> Self.precision)
  }
}
