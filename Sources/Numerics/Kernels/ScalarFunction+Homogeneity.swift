public import NetworkGraphs

extension ScalarFunction {
  /// The slope a of functions that are x above 0 and a·x below; nil for others.
  ///
  /// 0 for relu, 1 for the identity.
  public var slopeBelowZero: Double? {
    switch self {
    case .relu: 0
    case .leakyReLU(let slope): slope
    case .identity: 1
    default: nil
    }
  }
}
