internal import NetworkGraphs

extension ONNXNetwork {
  /// The names of the representations that are shown if nothing else is chosen, in the order in which
  /// they are computed.
  ///
  /// They are activations, sums of two computed values, concatenations and poolings, and the last
  /// normalisation if it stands behind all such sums and no weighted operator takes it in. Gates of
  /// squeeze and excitation, softmax, and arithmetic that belongs to no pattern are not among them.
  public var standardRepresentations: [String] {
    let steps = understanding.steps
    let needed = steps.needed(for: understanding.roots)
    var places: [Int] = []
    var lastNormalization: Int?
    for index in steps.steps.indices where needed[index] {
      let step = steps[index]
      switch step.operation?.role {
      case .activation: if !steps.isGate(index), !step.isArithmetic { places.append(index) }
      case .addition:
        guard step.inputs.count > 1 else { continue }
        places.append(index)
        lastNormalization = nil
      case .concatenation, .pooling: places.append(index)
      case .normalization:
        let isTakenIn =
          step.operation is BatchNormalization
          && steps[step.inputs[0]].operation?.role == .weighted
        lastNormalization = isTakenIn ? nil : index
      default: continue
      }
    }
    if let lastNormalization { places.append(lastNormalization) }
    return places.sorted().map { steps[$0].name }
  }

  /// The representations that patterns choose, by their names, in the order in which they are computed.
  ///
  /// A pattern is the name of a value, or of nodes with all their outputs; `*` stands for any characters
  /// and `?` for one. Names of nodes count where no value is called so. A value that has two names is
  /// chosen once, by the first of them, unless the patterns are those names themselves.
  ///
  /// - Parameter patterns: at least one.
  /// - Returns: the names, and why values are not among them that a pattern with `*` or `?` matches.
  ///
  /// **Throws**: `ONNXError` if a pattern matches nothing that is computed of the image and supported.
  public func representations(
    matching patterns: [String]
  ) throws(ONNXError) -> (names: [String], missing: [ONNXError]) {
    var chosen: [(step: Int, order: Int, name: String)] = []
    var missing: [ONNXError] = []
    var order: [String: Int] = [:]
    for (place, name) in nodeOutputs.lazy.flatMap(\.outputs).enumerated() { order[name] = place }
    for text in patterns {
      let pattern = NamePattern(text)
      var steps: Set<Int> = []
      var refusals: [ONNXError] = []
      for name in names(matching: pattern) {
        switch understanding.values[name] {
        case .computed(let step, _):
          if steps.insert(step).inserted { chosen.append((step, order[name] ?? 0, name)) }
        case .missing(let error): refusals.append(error)
        case .constant, nil: continue
        }
      }
      if steps.isEmpty { throw failure(of: text, refusals) }
      missing += refusals.filter { !missing.contains($0) }
    }
    var seen: Set<String> = []
    chosen = chosen.filter { seen.insert($0.name).inserted }
    chosen.sort { ($0.step, $0.order) < ($1.step, $1.order) }
    return (chosen.map(\.name), missing.map { $0.inFile(file) })
  }

  /// The names of values that a pattern means.
  private func names(matching pattern: NamePattern) -> [String] {
    let found = nodeOutputs.flatMap(\.outputs).filter { pattern.matches($0) }
    return found.isEmpty
      ? nodeOutputs.filter { pattern.matches($0.node) }.flatMap(\.outputs) : found
  }

  /// Why a pattern chooses nothing.
  private func failure(of pattern: String, _ refusals: [ONNXError]) -> ONNXError {
    if let first = refusals.first { return first.inFile(file) }
    let computed = nodeOutputs.lazy.flatMap(\.outputs).filter { self.shape(of: $0) != nil }
    let near = computed.filter { name in
      name.lowercased().contains(pattern.lowercased().filter { $0 != "*" && $0 != "?" })
    }
    let examples = (near.isEmpty ? Array(computed) : Array(near)).prefix(3).map { "'\($0)'" }
    return ONNXError(
      file: file,
      problem: "no value that is computed of the image, and no node, is called '\(pattern)'",
      expected: examples.isEmpty
        ? "the name of a value" : "such names as \(examples.joined(separator: ", "))")
  }
}

extension StepList {
  /// Whether a step is between 0 and 1 and multiplies each channel of an image by one number.
  fileprivate func isGate(_ index: Int) -> Bool {
    guard let activation = self[index].operation as? Activation else { return false }
    switch activation.function {
    case .sigmoid, .hardSigmoid: break
    default: return false
    }
    return steps.contains { step in
      step.operation is Product && step.inputs.contains(index)
        && step.shape != self[index].shape
    }
  }
}

extension Step {
  /// Whether it is a function that stands for arithmetic rather than for an activation.
  fileprivate var isArithmetic: Bool {
    switch (operation as? Activation)?.function {
    case .power, .squareRoot, .reciprocal, .negative, .exponential, .logarithm, .identity: true
    default: false
    }
  }
}
