/// The functions that layers are activated by, as torch defines them.
///
/// Raw values are the codes of the results file's `activation` column and never change.
public enum ActivationFunction: Int8, KeyWord {
  case relu = 0
  /// With the slope 0.01 below 0.
  case leakyReLU = 1
  /// With a slope below 0 that is a parameter of the layer, 0.25 at the start.
  case prelu = 2
  case relu6 = 3
  case elu = 4
  case gelu = 5
  case geluTanh = 6
  case silu = 7
  case hardSwish = 8
  case hardSigmoid = 9
  case mish = 10
  case erf = 11
  case sigmoid = 12
  case tanh = 13
  case softplus = 14
  case identity = 15

  /// The function's name in sweep files.
  public var name: String {
    switch self {
    case .relu: "relu"
    case .leakyReLU: "leaky_relu"
    case .prelu: "prelu"
    case .relu6: "relu6"
    case .elu: "elu"
    case .gelu: "gelu"
    case .geluTanh: "gelu_tanh"
    case .silu: "silu"
    case .hardSwish: "hardswish"
    case .hardSigmoid: "hardsigmoid"
    case .mish: "mish"
    case .erf: "erf"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .softplus: "softplus"
    case .identity: "identity"
    }
  }
}
