/// Tells whether two numbers are as close as a test allows.
///
/// They are if `|left − right| ≤ absolute + relative · max(|left|, |right|)`, or if they are equal,
/// infinities included. A NaN is close to nothing.
public func isClose<Number: BinaryFloatingPoint>(
  _ left: Number, _ right: Number, relative: Number = 0, absolute: Number = 0
) -> Bool {
  if left == right { return true }
  guard left.isFinite && right.isFinite else { return false }
  return (left - right).magnitude
    <= absolute + relative * max(left.magnitude, right.magnitude)
}

/// Tells whether two lists have equal lengths and entries that are as close as a test allows.
public func areClose<Number: BinaryFloatingPoint>(
  _ left: [Number], _ right: [Number], relative: Number = 0, absolute: Number = 0
) -> Bool {
  left.count == right.count
    && zip(left, right).allSatisfy {
      isClose($0, $1, relative: relative, absolute: absolute)
    }
}

/// The largest distance between entries; infinite if the lengths differ or an entry is NaN.
public func largestDistance<Number: BinaryFloatingPoint>(
  _ left: [Number], _ right: [Number]
) -> Number {
  guard left.count == right.count else { return .infinity }
  var largest = 0 as Number
  for (first, second) in zip(left, right) where first != second {
    let distance = (first - second).magnitude
    if distance.isNaN { return .infinity }
    largest = max(largest, distance)
  }
  return largest
}
