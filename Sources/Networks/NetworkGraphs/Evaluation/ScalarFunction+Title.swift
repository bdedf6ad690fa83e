extension ScalarFunction {
  /// What the function is called.
  public var title: String {
    switch self {
    case .relu: "relu"
    case .leakyReLU: "leaky relu"
    case .clip(minimum: 0, maximum: 6): "relu6"
    case .clip: "clip"
    case .elu: "elu"
    case .gelu: "gelu"
    case .geluTanh: "gelu (tanh)"
    case .silu: "silu"
    case .hardSwish: "hard swish"
    case .hardSigmoid: "hard sigmoid"
    case .mish: "mish"
    case .erf: "erf"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .softplus: "softplus"
    case .exponential: "exp"
    case .logarithm: "log"
    case .squareRoot: "square root"
    case .power(let exponent): "power \(exponent)"
    case .absolute: "absolute value"
    case .negative: "negative"
    case .reciprocal: "reciprocal"
    case .identity: "identity"
    }
  }
}
