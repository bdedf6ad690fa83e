/// Random numbers for tests: equal seeds give equal numbers, on every machine.
///
/// It is apart from the generator that the program uses, so that a test never checks it by itself.
/// - Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Builds the generator of a seed.
  public init(seed: UInt64) { state = seed }

  /// The next word.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// Numbers that are uniform in the open interval (−1, 1).
  public mutating func numbers<Number: BinaryFloatingPoint>(_ count: Int) -> [Number] {
    // Odd multiples of 2⁻²⁴ are exact in single precision too.
    (0..<count).map { _ in
      let odd = Int64(next() >> 40) * 2 + 1 - (1 << 24)
      return Number(odd) / Number(1 << 24)
    }
  }
}
