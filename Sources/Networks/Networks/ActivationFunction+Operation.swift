public import Architectures
public import NetworkGraphs

extension ActivationFunction {
  /// The function of numbers, with torch's constants; nil for the one that has a parameter.
  public var function: ScalarFunction? {
    switch self {
    case .relu: .relu
    case .leakyReLU: .leakyReLU(slope: 0.01)
    case .prelu: nil
    case .relu6: .clip(minimum: 0, maximum: 6)
    case .elu: .elu(alpha: 1)
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .silu: .silu
    case .hardSwish: .hardSwish
    case .hardSigmoid: .hardSigmoid(alpha: 1 / 6, beta: 0.5)
    case .mish: .mish
    case .erf: .erf
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .softplus: .softplus
    case .identity: .identity
    }
  }
}
