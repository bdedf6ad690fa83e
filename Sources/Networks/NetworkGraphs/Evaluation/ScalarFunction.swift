/// A function of a number that activations apply to each entry, with its derivative.
///
/// At a kink, and where the derivative is infinite, the derivative is 0.
public enum ScalarFunction: Hashable, Sendable {
  /// max(x, 0).
  case relu
  /// x if x > 0, else slope · x.
  case leakyReLU(slope: Double)
  /// x, but no less than the minimum and no more than the maximum; relu6 is (0, 6).
  case clip(minimum: Double, maximum: Double)
  /// x if x > 0, else α (exp x − 1).
  case elu(alpha: Double)
  /// x Φ(x), Φ being the distribution function of the normal distribution.
  case gelu
  /// x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2.
  case geluTanh
  /// x / (1 + exp −x).
  case silu
  /// x · min(max(x/6 + 1/2, 0), 1).
  case hardSwish
  /// min(max(α x + β, 0), 1); torch's has α = 1/6, ONNX's α = 0.2, and both β = 1/2.
  case hardSigmoid(alpha: Double, beta: Double)
  /// x tanh(ln(1 + exp x)).
  case mish
  /// The error function.
  case erf
  /// 1 / (1 + exp −x).
  case sigmoid
  /// The hyperbolic tangent.
  case tanh
  /// ln(1 + exp x).
  case softplus
  /// The exponential function.
  case exponential
  /// The natural logarithm.
  case logarithm
  /// The square root.
  case squareRoot
  /// x to a power.
  case power(Double)
  /// |x|.
  case absolute
  /// −x.
  case negative
  /// 1 / x.
  case reciprocal
  /// x.
  case identity

  /// Whether it is relu, whose derivative can be read off its value.
  var isGate: Bool { self == .relu }

  /// Whether the derivative is 0 wherever the value is.
  var keepsZeros: Bool {
    switch self {
    case .relu: true
    case .leakyReLU(let slope): slope != 0
    // At 0 there is a kink or the function is flat.
    case .clip(let minimum, let maximum): minimum >= 0 || maximum <= 0
    case .hardSigmoid, .absolute: true
    default: false
    }
  }

  /// Computes values and derivatives; `result` may be the numbers themselves.
  @inline(__always) func apply<Scalar: GraphScalar>(
    _ numbers: Numbers<Scalar>, into result: Numbers<Scalar>, derivatives: Numbers<Scalar>
  ) {
    /// One loop for each function: the choice is made outside of it.
    @inline(__always) func each(_ function: (Scalar) -> (value: Scalar, derivative: Scalar)) {
      for place in 0..<result.count {
        let found = function(numbers[place])
        result[place] = found.value
        derivatives[place] = found.derivative
      }
    }
    switch self {
    case .relu: each { ($0 <= 0 ? 0 : $0, $0 > 0 ? 1 : 0) }
    case .leakyReLU(let slope):
      let slope = Scalar(slope)
      each { ($0 > 0 ? $0 : slope * $0, $0 > 0 ? 1 : ($0 < 0 ? slope : 0)) }
    case .clip(let minimum, let maximum):
      let (minimum, maximum) = (Scalar(minimum), Scalar(maximum))
      each {
        (
          $0 < minimum ? minimum : ($0 > maximum ? maximum : $0),
          $0 > minimum && $0 < maximum ? 1 : 0
        )
      }
    case .elu(let alpha):
      let alpha = Scalar(alpha)
      each {
        if $0 > 0 { return ($0, 1) }
        let value = alpha * Scalar.exponentialMinusOne($0)
        return (value, $0 == 0 && alpha != 1 ? 0 : value + alpha)
      }
    case .gelu:
      let (root, density) = (Scalar(0.5.squareRoot()), Scalar(0.39894228040143267794))
      each {
        let distribution = 0.5 * (1 + Scalar.errorFunction($0 * root))
        return ($0 * distribution, distribution + $0 * density * Scalar.exponential(-0.5 * $0 * $0))
      }
    case .geluTanh:
      let (factor, cubic) = (Scalar(0.79788456080286535588), Scalar(0.044715))
      each {
        let tanh = Scalar.hyperbolicTangent(factor * ($0 + cubic * $0 * $0 * $0))
        let slope = (1 - tanh * tanh) * factor * (1 + 3 * cubic * $0 * $0)
        return (0.5 * $0 * (1 + tanh), 0.5 * (1 + tanh + $0 * slope))
      }
    case .silu:
      each {
        let sigmoid = 1 / (1 + Scalar.exponential(-$0))
        return ($0 * sigmoid, sigmoid * (1 + $0 * (1 - sigmoid)))
      }
    case .hardSwish:
      let sixth = Scalar(1) / 6
      each {
        if $0 <= -3 { return (0, 0) }
        if $0 >= 3 { return ($0, $0 == 3 ? 0 : 1) }
        return ($0 * ($0 * sixth + 0.5), $0 * 2 * sixth + 0.5)
      }
    case .hardSigmoid(let alpha, let beta):
      let (alpha, beta) = (Scalar(alpha), Scalar(beta))
      each {
        let line = alpha * $0 + beta
        if line <= 0 { return (0, 0) }
        return line >= 1 ? (1, 0) : (line, alpha)
      }
    case .mish:
      each {
        let tanh = Scalar.hyperbolicTangent(Self.softplus($0))
        let sigmoid = 1 / (1 + Scalar.exponential(-$0))
        return ($0 * tanh, tanh + $0 * (1 - tanh * tanh) * sigmoid)
      }
    case .erf:
      let factor = Scalar(1.1283791670955125739)
      each { (Scalar.errorFunction($0), factor * Scalar.exponential(-$0 * $0)) }
    case .sigmoid:
      each {
        let sigmoid = 1 / (1 + Scalar.exponential(-$0))
        return (sigmoid, sigmoid * (1 - sigmoid))
      }
    case .tanh:
      each {
        let tanh = Scalar.hyperbolicTangent($0)
        return (tanh, 1 - tanh * tanh)
      }
    case .softplus: each { (Self.softplus($0), 1 / (1 + Scalar.exponential(-$0))) }
    case .exponential:
      each {
        let value = Scalar.exponential($0)
        return (value, value)
      }
    case .logarithm: each { (Scalar.logarithm($0), $0 == 0 ? 0 : 1 / $0) }
    case .squareRoot:
      each {
        let root = $0.squareRoot()
        return (root, $0 == 0 ? 0 : 0.5 / root)
      }
    case .power(let exponent): power(exponent, each)
    case .absolute: each { ($0.magnitude, $0 > 0 ? 1 : ($0 < 0 ? -1 : 0)) }
    case .negative: each { (-$0, -1) }
    case .reciprocal:
      each {
        let value = 1 / $0
        return (value, -value * value)
      }
    case .identity: each { ($0, 1) }
    }
  }

  @inline(__always) private func power<Scalar: GraphScalar>(
    _ exponent: Double, _ each: ((Scalar) -> (value: Scalar, derivative: Scalar)) -> Void
  ) {
    if exponent == 2 {
      each { ($0 * $0, 2 * $0) }
    } else {
      let number = Scalar(exponent)
      each {
        let derivative = number * Scalar.power($0, number - 1)
        return (Scalar.power($0, number), $0 == 0 && exponent < 1 ? 0 : derivative)
      }
    }
  }

  /// ln(1 + exp x) without overflow.
  @inline(__always) private static func softplus<Scalar: GraphScalar>(_ x: Scalar) -> Scalar {
    (x > 0 ? x : 0) + Scalar.logarithmOfOnePlus(Scalar.exponential(-x.magnitude))
  }
}
