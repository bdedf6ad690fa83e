/// How parameters move along the gradients of batches; the defaults are torch's.
public enum Optimizer: Hashable, Sendable {
  /// Stochastic gradient descent: v ← μ v + g + λ w, then w ← w − η v; Nesterov's momentum goes along
  /// g + λ w + μ v instead of v.
  ///
  /// **Source**: Sutskever et al., "On the importance of initialization and momentum in deep learning",
  /// ICML 2013, in torch's form (`SGD`).
  case sgd(momentum: Double = 0, isNesterov: Bool = false)
  /// Adam with weight decay beside the gradient: w ← (1 − η λ) w − η m̂/(√v̂ + ε), m̂ and v̂ being the
  /// running means of g and g², which forget at rates of 1 − β₁ and 1 − β₂, without their bias towards 0.
  ///
  /// **Source**: Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019, in torch's
  /// form (`AdamW`).
  case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)

  /// The name in sweep files.
  public var name: String {
    switch self {
    case .sgd: "sgd"
    case .adamW: "adamw"
    }
  }

  /// The numbers that are kept of each parameter from step to step.
  public var momentCount: Int {
    switch self {
    case .sgd: 1
    case .adamW: 2
    }
  }
}
