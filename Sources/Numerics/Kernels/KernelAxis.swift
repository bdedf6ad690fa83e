/// What a convolution adds up along one direction of the image.
///
/// Along it entries belong to a row of an image, or to a row of one image and a row of another. The
/// taps of both images have the same offset, so an entry is a sum over runs of others.
struct KernelAxis: Sendable {
  /// Entries of the result that each add one of what is read.
  struct Run: Sendable {
    let target: Int
    let source: Int
    let count: Int
    /// The distance of the read ones.
    let step: Int
  }

  /// The entries of the result.
  let count: Int
  /// The entries that are read.
  let sourceCount: Int
  /// What is added, tap by tap; without the middle one if `startsAtMiddle`.
  let runs: [Run]
  /// For each entry of the result those that it adds, tap by tap.
  private let sources: [[Int]]
  /// Whether sums along the second direction start from what the middle tap reads, which is everything.
  ///
  /// Three summands have the same sum if the first two change places.
  private let startsAtMiddle: Bool

  /// Describes a convolution, of pairs of rows or of rows.
  init(_ layer: KernelNetwork.Convolution, ofPairs isPaired: Bool) {
    let (size, read, stride) = (layer.outputSize, layer.inputSize, layer.stride)
    count = isPaired ? size * size : size
    sourceCount = isPaired ? read * read : read
    var runs: [Run] = []
    for tap in -(layer.kernel / 2)...(layer.kernel / 2) {
      // The rows whose tap lies within the image.
      let first = max(0, (-tap + stride - 1) / stride)
      let last = min(size - 1, (read - 1 - tap) / stride)
      guard read - 1 - tap >= 0, first <= last else { continue }
      let length = last - first + 1
      if isPaired {
        for row in first...last {
          runs.append(
            Run(
              target: row * size + first,
              source: (row * stride + tap) * read + first * stride + tap, count: length,
              step: stride))
        }
      } else {
        runs.append(
          Run(target: first, source: first * stride + tap, count: length, step: stride))
      }
    }
    var sources = [[Int]](repeating: [], count: count)
    for run in runs {
      for place in 0..<run.count {
        sources[run.target + place].append(run.source + place * run.step)
      }
    }
    self.sources = sources
    let startsAtMiddle = layer.kernel == 3 && stride == 1
    self.startsAtMiddle = startsAtMiddle
    self.runs = startsAtMiddle ? runs.filter { $0.target != $0.source } : runs
  }

  /// Sums of a matrix's entries over the windows, along both of its directions.
  ///
  /// - Parameters:
  ///   - source: sourceCount × sourceCount.
  ///   - target: count × count.
  ///   - scratch: count × sourceCount.
  func sum(
    _ source: UnsafePointer<Double>, into target: UnsafeMutablePointer<Double>,
    scratch: UnsafeMutablePointer<Double>
  ) {
    for (row, places) in sources.enumerated() {
      let to = unsafe scratch + row * sourceCount
      let first = unsafe source + places[0] * sourceCount
      switch places.count {
      case 2:
        let second = unsafe source + places[1] * sourceCount
        for column in 0..<sourceCount { unsafe to[column] = first[column] + second[column] }
      case 3:
        let second = unsafe source + places[1] * sourceCount
        let third = unsafe source + places[2] * sourceCount
        for column in 0..<sourceCount {
          unsafe to[column] = first[column] + second[column] + third[column]
        }
      default:
        unsafe to.update(from: first, count: sourceCount)
        for place in places.dropFirst() {
          let other = unsafe source + place * sourceCount
          for column in 0..<sourceCount { unsafe to[column] += other[column] }
        }
      }
    }
    for row in 0..<count {
      let to = unsafe target + row * count
      let from = unsafe scratch + row * sourceCount
      if startsAtMiddle {
        unsafe to.update(from: from, count: count)
      } else {
        unsafe to.update(repeating: 0, count: count)
      }
      for run in runs {
        let (first, start) = unsafe (to + run.target, from + run.source)
        if run.step == 1 {
          for place in 0..<run.count { unsafe first[place] += start[place] }
        } else {
          for place in 0..<run.count { unsafe first[place] += start[place * run.step] }
        }
      }
    }
  }
}
