/// ln 2 in two parts: the first has 29 bits, so that its product with an exponent is exact.
private let logarithmOfTwo = (high: 0x1.62e42fep-1, low: 0x1.f473de6af278fp-30)

/// The coefficients of the logarithm's series, from that of the highest power but one downwards.
private let seriesCoefficients: InlineArray<9, Double> = [
  2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3,
]

/// The natural logarithm of a positive, normal, finite number.
///
/// It uses only the IEEE operations, in a fixed order, so its bits are the same on every machine,
/// which those of a C library are not. The error stays below 2 units in the last place.
/// - Precondition: `number` is normal and positive.
public func naturalLogarithm(_ number: Double) -> Double {
  precondition(number.isNormal && number > 0, "the logarithm of \(number) was asked for")
  // number = mantissa · 2^exponent with √½ < mantissa < √2, up to rounding of √2.
  var exponent = Int(number.bitPattern >> 52) - 1023
  var mantissa = Double(bitPattern: number.bitPattern & 0x000F_FFFF_FFFF_FFFF | 1023 << 52)
  if mantissa > 1.4142135623730951 {
    mantissa *= 0.5
    exponent += 1
  }
  // ln(1 + f) = 2 artanh(s) with s = f / (2 + f), |s| ≤ 0.1716. The series 2 Σ s^(2k+1) / (2k+1) is
  // cut behind k = 10; the next term is below 0.1716²³ · 2 / 23 < 2⁻⁶¹ and small against s.
  let excess = mantissa - 1
  let ratio = excess / (2 + excess)
  let square = ratio * ratio
  var series = 2.0 / 21
  for index in seriesCoefficients.indices { series = series * square + seriesCoefficients[index] }
  // 2s = f − s f, with f exact: so only the correction, which is small, carries rounding errors.
  let correction = ratio * (square * series - excess)
  let scale = Double(exponent)
  return scale * logarithmOfTwo.high + (excess + (correction + scale * logarithmOfTwo.low))
}
