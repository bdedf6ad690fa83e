// The standard library's square root, which IEEE rounds correctly on every machine, needs the math
// library to be linked.
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The quantile function of the standard normal distribution.
///
/// The relative error is about 10⁻¹⁶, and the bits are the same on every machine.
/// - Precondition: `0 < probability < 1`.
/// - Source: Wichura, "Algorithm AS 241", Applied Statistics 37, 1988 (PPND16).
public func normalQuantile(_ probability: Double) -> Double {
  precondition(probability > 0 && probability < 1, "the quantile of \(probability) was asked for")
  let centred = probability - 0.5
  if centred.magnitude <= 0.425 {
    let distance = 0.180625 - centred * centred
    return centred * ratio(central, at: distance)
  }
  let tail = centred < 0 ? probability : 1 - probability
  let root = (-naturalLogarithm(tail)).squareRoot()
  let magnitude = root <= 5 ? ratio(middle, at: root - 1.6) : ratio(far, at: root - 5)
  return centred < 0 ? -magnitude : magnitude
}

/// The quantiles of eight probabilities, in the bits of `normalQuantile`.
///
/// All are computed as if they were in the middle, where most are, side by side.
func normalQuantiles(_ probabilities: SIMD8<Double>) -> SIMD8<Double> {
  let centred = probabilities - 0.5
  var quantiles = centred * ratio(central, at: 0.180625 - centred * centred)
  for lane in 0..<8 where !(centred[lane].magnitude <= 0.425) {
    quantiles[lane] = normalQuantile(probabilities[lane])
  }
  return quantiles
}

/// A ratio of two polynomials of degree 7, the coefficients from the constant one upwards.
private struct Coefficients {
  typealias Row = InlineArray<8, Double>
  let numerator: Row
  let denominator: Row
}

private func ratio(_ coefficients: Coefficients, at argument: Double) -> Double {
  var numerator = coefficients.numerator[7]
  var denominator = coefficients.denominator[7]
  for index in stride(from: 6, through: 0, by: -1) {
    numerator = numerator * argument + coefficients.numerator[index]
    denominator = denominator * argument + coefficients.denominator[index]
  }
  return numerator / denominator
}

/// The same ratio at eight arguments.
private func ratio(_ coefficients: Coefficients, at arguments: SIMD8<Double>) -> SIMD8<Double> {
  var numerator = SIMD8(repeating: coefficients.numerator[7])
  var denominator = SIMD8(repeating: coefficients.denominator[7])
  for index in stride(from: 6, through: 0, by: -1) {
    numerator = numerator * arguments + coefficients.numerator[index]
    denominator = denominator * arguments + coefficients.denominator[index]
  }
  return numerator / denominator
}

private let central = Coefficients(
  numerator: [
    3.3871328727963666080, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
    1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
    3.3430575583588128105e+4, 2.5090809287301226727e+3,
  ],
  denominator: [
    1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
    2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
    5.2264952788528545610e+3,
  ])

private let middle = Coefficients(
  numerator: [
    1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
    3.64784832476320460504, 1.27045825245236838258, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4,
  ],
  denominator: [
    1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
    1.05075007164441684324e-9,
  ])

private let far = Coefficients(
  numerator: [
    6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
    2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  denominator: [
    1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
    2.04426310338993978564e-15,
  ])
