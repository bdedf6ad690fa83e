import Foundation
import RandomNumbers
import Testing

@Suite("Normal quantiles")
struct NormalQuantileTests {
  /// Computed by an independent implementation of AS 241 that uses the C library's logarithm.
  @Test(
    "Known quantiles are met",
    arguments: [
      (1e-300, -37.0470962993612), (1e-20, -9.262340089798405),
      (0x1p-53, -8.209536151601386), (1e-6, -4.753424308822899), (0.01, -2.3263478740408408),
      (0.0749, -1.4402382675279632), (0.0751, -1.4388253927525398),
      (0.25, -0.6744897501960817), (0.5, 0), (0.5000001, 2.506628273311649e-07),
      (0.7, 0.5244005127080407), (0.975, 1.9599639845400536), (0.999, 3.090232306167813),
    ])
  func knownQuantiles(probability: Double, expected: Double) {
    // Two units in the last place, for the logarithm and the root of it.
    #expect((normalQuantile(probability) - expected).magnitude <= 0x1p-51 * expected.magnitude)
  }

  @Test("The distribution function undoes the quantile")
  func inverse() {
    for step in 1..<2000 {
      let probability = Double(step) / 2000
      let quantile = normalQuantile(probability)
      let back = 0.5 * erfc(-quantile / 2.0.squareRoot())
      // erfc multiplies a relative error of its argument by at most about 10 in this range.
      #expect((back - probability).magnitude <= 1e-14 * probability)
    }
  }

  @Test("The quantile is odd about one half and grows")
  func symmetry() {
    var last = -Double.infinity
    for step in 1..<1024 {
      let probability = Double(step) / 1024
      #expect(normalQuantile(probability) == -normalQuantile(1 - probability))
      #expect(normalQuantile(probability) > last)
      last = normalQuantile(probability)
    }
  }

  @Test("The logarithm is within two units in the last place")
  func logarithm() {
    var stream = RandomKey(domain: "logarithm test", seed: 1).stream
    for _ in 0..<20_000 {
      let exponent = stream.nextInteger(below: 2000) - 1000
      let near = stream.nextUniform() + 0.5
      for number in [near, Double(sign: .plus, exponent: exponent, significand: near + 0.5)] {
        let expected = log(number)
        #expect((naturalLogarithm(number) - expected).magnitude <= 2 * expected.ulp)
      }
    }
    #expect(naturalLogarithm(1) == 0)
    #expect(naturalLogarithm(2) == log(2))
    #expect(naturalLogarithm(.leastNormalMagnitude) == log(.leastNormalMagnitude))
  }
}
