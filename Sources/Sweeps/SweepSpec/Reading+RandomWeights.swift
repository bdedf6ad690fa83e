internal import Architectures

extension Reading {
  /// How random weights are drawn; He's initialisation if nothing is said, or if it was refused.
  mutating func randomWeights(
    _ given: [String: YAMLValue.Entry], _ keyPath: String
  ) -> RandomWeights {
    var scheme = RandomWeights.Scheme.he
    if let entry = given["init"] {
      let choices = RandomWeights.Scheme.allCases.map { (name: $0.rawValue, value: $0) }
      guard let choice = name(entry.value, "\(keyPath).init", among: choices) else { return .he }
      scheme = choice
    }
    var (weightVariance, biasVariance) = (2.0, 0.0)
    for key in ["weight_variance", "bias_variance"] {
      guard let entry = given[key] else { continue }
      let path = "\(keyPath).\(key)"
      if given["init"] != nil, !scheme.hasVariances {
        fail(
          entry.keyPlace, path, "init: \(scheme.rawValue) has variances of its own",
          expected: "it with init: normal or init: orthogonal only")
      } else if key == "weight_variance" {
        number(entry.value, path, in: 1e-6...1e6, into: &weightVariance)
      } else {
        number(entry.value, path, in: 0...1e6, into: &biasVariance)
      }
    }
    if let entry = given["init"], scheme == .normal, given["weight_variance"] == nil {
      fail(
        entry.value.place, "\(keyPath).init", "'weight_variance' is missing",
        expected: "the variance of weights times their inputs ({init: normal, weight_variance: 2})")
    }
    return RandomWeights(scheme, weightVariance: weightVariance, biasVariance: biasVariance)
  }

  /// Refuses weights and networks from files where a measurement starts from random weights.
  ///
  /// - Parameters:
  ///   - measure: what is measured.
  ///   - weights: the source of the points that name none of their own.
  ///   - assignments: what the points of the grid have.
  ///   - inclusions: the whole points.
  mutating func checkRandomWeights(
    _ measure: Measure, weights: (source: WeightsSource?, place: Place?),
    assignments: [Assignment], inclusions: [Inclusion]
  ) {
    guard let random = measure.requests.first(where: { $0.startsFromRandomWeights }) else { return }
    let name = type(of: random).section
    if case .file = weights.source, let place = weights.place {
      refuseTrained("these are", at: place, "weights", measuring: name)
    }
    let all =
      assignments.map { ($0, "") }
      + inclusions.flatMap { item in item.assignments.map { ($0, "\(item.keyPath).") } }
    for (assignment, prefix) in all {
      let keyPath = prefix + assignment.parameter.key
      switch assignment.value {
      case .weights(.file):
        refuseTrained("these are", at: assignment.place, keyPath, measuring: name)
      case .network:
        refuseTrained("this network is", at: assignment.place, keyPath, measuring: name)
      default: continue
      }
    }
  }

  private mutating func refuseTrained(
    _ what: String, at place: Place, _ keyPath: String, measuring name: String
  ) {
    fail(
      place, keyPath, "measure.\(name) starts from random weights, and \(what) from a file",
      expected: "init: he, or measure without \(name)")
  }
}
