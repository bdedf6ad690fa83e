extension Generator {
  /// Above this, numbers of 14 digits have no tenths.
  private static let largestWithTenths = 1e13

  /// The numbers in order, rounded to whole ones; repeats are left in.
  ///
  /// Between ends and steps that are whole nothing is rounded but what a curve says in between, so
  /// large numbers (seeds) keep all of their digits.
  func integers() throws(Problem) -> [Int] {
    switch self {
    case .range(let from, let to, let step):
      if let start = from.whole, let end = to.whole, let step = step.whole {
        return try Self.range(start, end, step)
      }
      guard max(abs(from.real), abs(to.real)) <= Self.largestWithTenths else { throw .inexact }
      return try rounded()
    case .linear(let from, let to, let count):
      guard let start = from.whole, let end = to.whole else { return try rounded() }
      return (0..<count).map { Self.between(start, end, $0, of: count - 1) }
    case .logarithmic(let from, let to, _):
      var values: [Int] = []
      let curve = try reals()
      for (place, real) in curve.enumerated() {
        let end = place == 0 ? from.whole : place == curve.count - 1 ? to.whole : nil
        if let end { values.append(end) } else { values.append(try Self.rounded(real)) }
      }
      return values
    case .powersOfTwo(let from, let to):
      return (0...62).map { 1 << $0 }.filter { power in
        (from.whole.map { $0 <= power } ?? (from.real <= Double(power)))
          && (to.whole.map { power <= $0 } ?? (Double(power) <= to.real))
      }
    }
  }

  private func rounded() throws(Problem) -> [Int] {
    try reals().map { real throws(Problem) in try Self.rounded(real) }
  }

  private static func rounded(_ real: Double) throws(Problem) -> Int {
    guard let value = Int(exactly: real.rounded()) else { throw .tooLarge(real) }
    return value
  }

  private static func range(_ start: Int, _ end: Int, _ step: Int) throws(Problem) -> [Int] {
    guard step > 0 ? start <= end : end <= start else { return [] }
    // A difference of 64-bit integers fits 64 bits without a sign.
    let span = UInt(bitPattern: step > 0 ? end &- start : start &- end)
    let steps = span / step.magnitude
    guard steps < UInt(countLimit) else { throw .tooMany }
    // What is passed on the way may leave 64 bits, and comes back.
    return (0...Int(steps)).map { start &+ $0 &* step }
  }

  /// The whole number nearest to a part of the way from one to another, of two the one farther from 0.
  private static func between(_ start: Int, _ end: Int, _ part: Int, of parts: Int) -> Int {
    let direction = start <= end ? 1 : -1
    let span = UInt(bitPattern: start <= end ? end &- start : start &- end)
    let divisor = UInt(parts)
    let (steps, rest) = divisor.dividingFullWidth(span.multipliedFullWidth(by: UInt(part)))
    let before = start &+ direction &* Int(bitPattern: steps)
    if rest * 2 == divisor { return before * direction >= 0 ? before + direction : before }
    return rest * 2 > divisor ? before + direction : before
  }
}
