import NetworkGraphs
import Testing

@Suite("Rectifier of bits")
struct RectifierTests {
  /// Numbers around those at which bits change, with both signs.
  private func numbers<Scalar: GraphScalar>(_: Scalar.Type) -> [Scalar] {
    let magnitudes: [Scalar] = [
      0, .leastNonzeroMagnitude, .leastNormalMagnitude, 1, .greatestFiniteMagnitude, .infinity,
    ]
    return magnitudes + magnitudes.map { -$0 }
  }

  @Test("What is not positive is +0, and what is positive stays")
  func rectifies() {
    for number in numbers(Float.self) {
      #expect(number.rectified.bitPattern == (number <= 0 ? 0 : number.bitPattern))
    }
    for number in numbers(Double.self) {
      #expect(number.rectified.bitPattern == (number <= 0 ? 0 : number.bitPattern))
    }
  }

  @Test("A NaN stays, whatever its sign")
  func keepsNaN() {
    for number in [Float.nan, -Float.nan] {
      #expect(number.rectified.bitPattern == number.bitPattern)
    }
    for number in [Double.nan, -Double.nan] {
      #expect(number.rectified.bitPattern == number.bitPattern)
    }
  }
}
