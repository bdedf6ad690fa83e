public import Digest

/// A sequence of 2⁶⁴ random 64-bit words, each of which can be computed on its own.
///
/// The functions `…(at:)` look up one number; the functions `next…()` walk on from `position`.
/// Both give the same numbers on every machine: only integer arithmetic and the IEEE operations
/// `+ − × ÷ √` are used. Not for cryptography.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let generator: Philox4x32
  private let stream: UInt64
  private var pair: (UInt64, UInt64) = (0, 0)
  private var pairIndex: UInt64?

  /// The index of the word that comes next.
  public private(set) var position: UInt64 = 0

  /// Builds the stream of two words, at its beginning.
  ///
  /// The first is the generator's key, the second is the upper half of its counter.
  public init(key: UInt64, stream: UInt64) {
    generator = Philox4x32(
      key: (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
    self.stream = stream
  }

  /// Builds the stream of a digest's first 128 bits, at its beginning.
  public init(key: Digest256) { self.init(key: key.word(0), stream: key.word(1)) }

  /// The word with an index.
  public func word(at index: UInt64) -> UInt64 {
    let words = words(ofPair: index >> 1)
    return index & 1 == 0 ? words.0 : words.1
  }

  /// A number that is uniform in the open interval (0, 1).
  ///
  /// It is an odd multiple of 2⁻⁵³, so neither 0 nor 1 is reached and `1 − x` is as likely as `x`.
  public func uniform(at index: UInt64) -> Double { Self.uniform(word(at: index)) }

  /// A number with the standard normal distribution.
  ///
  /// It is the quantile of `uniform(at:)`: one word, one number; its magnitude is below 8.3.
  public func normal(at index: UInt64) -> Double { normalQuantile(uniform(at: index)) }

  /// Moves to an index; the next number is taken from there.
  public mutating func seek(to index: UInt64) { position = index }

  /// The next word.
  public mutating func next() -> UInt64 {
    let index = position >> 1
    if pairIndex != index {
      pair = words(ofPair: index)
      pairIndex = index
    }
    let word = position & 1 == 0 ? pair.0 : pair.1
    position &+= 1
    return word
  }

  /// The next number that is uniform in the open interval (0, 1).
  public mutating func nextUniform() -> Double { Self.uniform(next()) }

  /// The next number with the standard normal distribution.
  public mutating func nextNormal() -> Double { normalQuantile(nextUniform()) }

  /// The next integer that is uniform in `0..<bound`.
  ///
  /// It takes one word, or more when the word falls in the part that would favour some results:
  /// with probability below `bound / 2⁶⁴`.
  /// - Precondition: `bound > 0`.
  /// - Source: Lemire, "Fast random integer generation in an interval", 2019.
  public mutating func nextInteger(below bound: Int) -> Int {
    precondition(bound > 0, "an integer below \(bound) was asked for")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// The next random order of `0..<count`, all orders being equally likely.
  ///
  /// - Precondition: `count >= 0`.
  public mutating func nextPermutation(_ count: Int) -> [Int] {
    precondition(count >= 0, "a permutation of \(count) things was asked for")
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, nextInteger(below: last + 1))
    }
    return order
  }

  /// Fills a span with the next standard normal numbers.
  public mutating func fillWithNormals(_ numbers: inout MutableSpan<Double>) {
    var place = 0
    while place + 8 <= numbers.count {
      var probabilities = SIMD8<Double>()
      for lane in 0..<8 { probabilities[lane] = nextUniform() }
      let quantiles = normalQuantiles(probabilities)
      for lane in 0..<8 { numbers[place + lane] = quantiles[lane] }
      place += 8
    }
    while place < numbers.count {
      numbers[place] = nextNormal()
      place += 1
    }
  }

  /// The next standard normal numbers.
  ///
  /// - Precondition: `count >= 0`.
  public mutating func nextNormals(_ count: Int) -> [Double] {
    precondition(count >= 0, "\(count) numbers were asked for")
    var numbers = [Double](repeating: 0, count: count)
    var span = numbers.mutableSpan
    fillWithNormals(&span)
    return numbers
  }

  private func words(ofPair index: UInt64) -> (UInt64, UInt64) {
    let block = generator.block(
      (
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)
      ))
    return (
      UInt64(block.0) | UInt64(block.1) << 32, UInt64(block.2) | UInt64(block.3) << 32
    )
  }

  // The upper 52 bits and a half: with 53 bits and a half the largest value would round to 1.
  private static func uniform(_ word: UInt64) -> Double {
    (Double(word >> 12) + 0.5) * 0x1p-52
  }
}
