internal import SweepSpec
internal import Training

extension TrainingMeasurement {
  /// The keys of optimisers, and which optimiser has them.
  private static let optimizerKeys = [
    ("momentum", "sgd"), ("nesterov", "sgd"), ("betas", "adamw"), ("epsilon", "adamw"),
  ]

  /// Reads the optimiser with its keys, and sets the step size and the decay that are usual with it.
  mutating func readOptimizer(_ given: GivenSection, _ reading: inout Reading) {
    let entries = Dictionary(
      given.entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    func path(_ key: String) -> String { "\(given.keyPath).\(key)" }
    let choices = [settings.optimizer, Optimizer.adamW()]
    if let value = entries["optimizer"],
      let optimizer = reading.name(
        value, path("optimizer"), among: choices.map { ($0.name, $0) })
    {
      settings.optimizer = optimizer
    }
    for (key, owner) in Self.optimizerKeys {
      guard let value = entries[key], owner != settings.optimizer.name else { continue }
      reading.fail(
        value.place, path(key), "\(settings.optimizer.name) has no '\(key)'",
        expected: "it with optimizer: \(owner)")
    }
    switch settings.optimizer {
    case .sgd(var momentum, _):
      if let value = entries["momentum"] {
        reading.number(value, path("momentum"), in: 0...0.9999, into: &momentum)
      }
      let isNesterov = reading.truth("nesterov", in: given) ?? false
      if isNesterov, momentum == 0, let value = entries["nesterov"] {
        reading.fail(
          value.place, path("nesterov"), "Nesterov's momentum of 0", expected: "momentum above 0")
      }
      settings.optimizer = .sgd(momentum: momentum, isNesterov: isNesterov)
    case .adamW(var beta1, var beta2, var epsilon):
      if let value = entries["betas"] {
        let expected = "two numbers ([0.9, 0.999])"
        if let items = reading.items(of: value, path("betas"), expected: expected) {
          if items.count == 2 {
            reading.number(items[0], path("betas[0]"), in: 0...0.999_999, into: &beta1)
            reading.number(items[1], path("betas[1]"), in: 0...0.999_999, into: &beta2)
          } else {
            reading.fail(value, path("betas"), expected: expected)
          }
        }
      }
      if let value = entries["epsilon"] {
        reading.number(value, path("epsilon"), in: 1e-30...1, into: &epsilon)
      }
      settings.optimizer = .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon)
      (settings.learningRate, settings.weightDecay) = (0.001, 0.01)
    }
  }

  /// The optimiser as the plan's hash covers it.
  var optimizerText: String {
    switch settings.optimizer {
    case .sgd(let momentum, let isNesterov):
      "momentum: \(momentum)" + (isNesterov ? ", nesterov: true" : "")
    case .adamW(let beta1, let beta2, let epsilon):
      "optimizer: adamw, betas: [\(beta1), \(beta2)], epsilon: \(epsilon)"
    }
  }
}
