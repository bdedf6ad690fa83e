/// Mean and standard deviation of numbers that come one after the other.
///
/// **Source**: B. P. Welford, "Note on a method for calculating corrected sums of squares and
/// products", 1962.
public struct Moments: Sendable, Equatable {
  /// How many numbers came.
  public private(set) var count = 0
  private var average = 0.0
  private var squares = 0.0

  /// Starts with no number.
  public init() {}

  /// Takes a number; NaN is left out.
  public mutating func add(_ value: Double) {
    guard !value.isNaN else { return }
    count += 1
    let change = value - average
    average += change / Double(count)
    squares += change * (value - average)
  }

  /// The mean; NaN without a number.
  public var mean: Double { count > 0 ? average : .nan }

  /// The standard deviation with divisor n; NaN without a number.
  public var standardDeviation: Double {
    count > 0 ? (squares / Double(count)).squareRoot() : .nan
  }
}

/// The statistics of neural frames over images, in memory that does not grow with their number.
public struct FrameSummary: Sendable {
  private let families: Int
  /// The number of representations, the input among them.
  public let representations: Int
  private var statistics: [Moments]
  private var overlaps: [Moments]
  private var valid: [Int]

  /// Starts without images.
  ///
  /// - Parameters:
  ///   - families: the number of families.
  ///   - representations: the number of representations, the input's among them.
  public init(families: Int, representations: Int) {
    self.families = families
    self.representations = representations
    statistics = Array(
      repeating: Moments(), count: FrameStatistic.allCases.count * families * representations)
    overlaps = Array(repeating: Moments(), count: families * (families - 1) / 2 * representations)
    valid = Array(repeating: 0, count: families * representations)
  }

  /// Takes the statistics of one image at one representation.
  ///
  /// - Parameters:
  ///   - values: those of each family.
  ///   - overlaps: those of each pair of families.
  ///   - representation: the representation; 0 is the input.
  public mutating func add(
    _ values: [FrameValues], overlaps pairs: [Double], representation: Int
  ) {
    precondition(values.count == families, "an image has statistics of each family")
    for (family, values) in values.enumerated() {
      for statistic in FrameStatistic.allCases {
        statistics[place(statistic, family, representation)].add(values[statistic])
      }
      if values.isValid { valid[family * representations + representation] += 1 }
    }
    for (pair, value) in pairs.enumerated() {
      overlaps[pair * representations + representation].add(value)
    }
  }

  /// A statistic of a family at a representation over the images where it is defined.
  public subscript(statistic: FrameStatistic, family family: Int, representation at: Int)
    -> Moments
  { statistics[place(statistic, family, at)] }

  /// The overlap of a pair of families over the images where it is defined.
  public func overlap(pair: Int, representation: Int) -> Moments {
    overlaps[pair * representations + representation]
  }

  /// The number of images whose frame of a family has not vanished at a representation.
  public func validImages(family: Int, representation: Int) -> Int {
    valid[family * representations + representation]
  }

  private func place(_ statistic: FrameStatistic, _ family: Int, _ representation: Int) -> Int {
    precondition(
      (0..<families).contains(family) && (0..<representations).contains(representation),
      "no such family or representation")
    return (statistic.rawValue * families + family) * representations + representation
  }
}
