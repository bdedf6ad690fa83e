extension ScalarFunction {
  /// Computes second derivatives; 0 at a kink, and where one is infinite.
  @inline(__always) func applySecond<Scalar: GraphScalar>(
    _ numbers: Numbers<Scalar>, into result: Numbers<Scalar>
  ) {
    /// One loop for each function: the choice is made outside of it.
    @inline(__always) func each(_ function: (Scalar) -> Scalar) {
      for place in 0..<result.count { result[place] = function(numbers[place]) }
    }
    func sigmoid(_ x: Scalar) -> Scalar { 1 / (1 + Scalar.exponential(-x)) }
    switch self {
    case .relu, .leakyReLU, .clip, .hardSigmoid, .absolute, .negative, .identity: result.fill(0)
    case .elu(let alpha):
      let alpha = Scalar(alpha)
      each { $0 < 0 ? alpha * Scalar.exponential($0) : 0 }
    case .gelu:
      let density = Scalar(0.39894228040143267794)
      each { density * Scalar.exponential(-0.5 * $0 * $0) * (2 - $0 * $0) }
    case .geluTanh:
      let (factor, cubic) = (Scalar(0.79788456080286535588), Scalar(0.044715))
      each {
        let tanh = Scalar.hyperbolicTangent(factor * ($0 + cubic * $0 * $0 * $0))
        let (slope, bend) = (factor * (1 + 3 * cubic * $0 * $0), 6 * factor * cubic * $0)
        return (1 - tanh * tanh) * (slope + 0.5 * $0 * (bend - 2 * tanh * slope * slope))
      }
    case .silu:
      each {
        let share = sigmoid($0)
        return share * (1 - share) * (2 + $0 * (1 - 2 * share))
      }
    case .hardSwish:
      let third = Scalar(1.0 / 3)
      each { $0 > -3 && $0 < 3 ? third : 0 }
    case .mish:
      each {
        let tanh = Scalar.hyperbolicTangent(
          ($0 > 0 ? $0 : 0) + Scalar.logarithmOfOnePlus(Scalar.exponential(-$0.magnitude)))
        let share = sigmoid($0)
        let (slope, bend) = (1 - tanh * tanh, share * (1 - share))
        return slope * (2 * share + $0 * (bend - 2 * tanh * share * share))
      }
    case .erf:
      let factor = Scalar(-2 * 1.1283791670955125739)
      each { factor * $0 * Scalar.exponential(-$0 * $0) }
    case .sigmoid:
      each {
        let share = sigmoid($0)
        return share * (1 - share) * (1 - 2 * share)
      }
    case .tanh:
      each {
        let tanh = Scalar.hyperbolicTangent($0)
        return -2 * tanh * (1 - tanh * tanh)
      }
    case .softplus:
      each {
        let share = sigmoid($0)
        return share * (1 - share)
      }
    case .exponential: each { Scalar.exponential($0) }
    case .logarithm: each { $0 == 0 ? 0 : -1 / ($0 * $0) }
    case .squareRoot: each { $0 == 0 ? 0 : -0.25 / ($0 * $0.squareRoot()) }
    case .power(2): result.fill(2)
    case .power(let exponent):
      let (number, factor) = (Scalar(exponent), Scalar(exponent * (exponent - 1)))
      each { $0 == 0 && exponent < 2 ? 0 : factor * Scalar.power($0, number - 2) }
    case .reciprocal: each { 2 / ($0 * $0 * $0) }
    }
  }
}
