/// A linear operator of a network, with the batch normalisation of its result, as a state dict has them.
public struct StoredOperator: Hashable, Sendable {
  /// What messages call it, such as `stage_1.block_1.layer_1.convolution`.
  public let name: String
  /// The extents of its weight, row-major.
  public let shape: [Int]
  /// Whether it stands on the way of a skip.
  public let isProjection: Bool
  /// Whether it adds a bias.
  public let hasBias: Bool
  /// Whether its result is normalised.
  public let isNormalized: Bool

  /// Describes an operator.
  public init(
    name: String, shape: [Int], isProjection: Bool, hasBias: Bool, isNormalized: Bool
  ) {
    (self.name, self.shape, self.isProjection) = (name, shape, isProjection)
    (self.hasBias, self.isNormalized) = (hasBias, isNormalized)
  }
}

/// Networks with batch normalisation of their own: what layers and normalisations have stays apart.
extension SafetensorsWeights {
  /// Checks that the file holds the operators of a network, in order, and nothing else.
  ///
  /// **Throws**: `InputFileError` naming what is missing, left over or of another shape.
  public func check(_ operators: [StoredOperator]) throws(InputFileError) {
    _ = try matched(operators)
  }

  /// Reads the numbers of a network's operators.
  ///
  /// If the file has a bias where the network has a normalisation only, the mean takes it in; if it has a
  /// normalisation where the network has none, weight and bias do.
  ///
  /// - Returns: for each operator its weight; its bias if it has one; and scale, shift, mean and variance
  ///   if it is normalised.
  ///
  /// **Throws**: `InputFileError`.
  public func read(_ operators: [StoredOperator]) throws(InputFileError) -> [[[Double]]] {
    let (dict, modules) = try matched(operators)
    var result: [[[Double]]] = []
    for (own, module) in zip(operators, modules) {
      var parts: [[Double]]
      if own.isNormalized {
        let found = try numbers(of: module, dict.prefix)
        guard let (scale, shift, mean, variance) = found.normalization else {
          preconditionFailure("modules were checked")
        }
        let moved = own.hasBias ? mean : zip(mean, found.bias).map { $0 - $1 }
        parts = [found.weight] + (own.hasBias ? [found.bias] : [])
        parts += [scale, shift, moved, variance]
      } else {
        let (weight, bias) = try folded(module, dict.prefix)
        parts = own.hasBias ? [weight, bias] : [weight]
      }
      result.append(parts)
    }
    return result
  }

  /// The module of each operator.
  private func matched(
    _ operators: [StoredOperator]
  ) throws(InputFileError) -> (dict: StateDict, modules: [StateDict.Module]) {
    let isFullyConnected = operators.allSatisfy { $0.shape.dropFirst(2).allSatisfy { $0 == 1 } }
    let dict = try dict(isFullyConnected: isFullyConnected)
    var rest = (layers: dict.layers[...], projections: dict.projections[...])
    let projected = operators.filter(\.isProjection).count
    for (kind, found, wanted) in [
      ("layers", dict.layers.count, operators.count - projected),
      ("projections", dict.projections.count, projected),
    ] where found != wanted {
      throw unfit("it has \(found) \(kind)", "\(wanted), those of the network")
    }
    guard !padsShortcuts else {
      throw unfit(
        "'shortcuts: padded' goes with networks of convolutions and rectifiers only",
        "'shortcut: pad' in the architecture")
    }
    var modules: [StateDict.Module] = []
    for own in operators {
      guard let module = own.isProjection ? rest.projections.popFirst() : rest.layers.popFirst()
      else { preconditionFailure("modules were counted") }
      try check(
        module, dict.prefix, own.shape + (own.shape.count == 2 ? [1, 1] : []), own.name)
      try checkOthers(of: module, dict.prefix, own)
      modules.append(module)
    }
    return (dict, modules)
  }

  /// Checks that a module has what else an operator has, and nothing that the operator has not.
  private func checkOthers(
    of module: StateDict.Module, _ prefix: String, _ own: StoredOperator
  ) throws(InputFileError) {
    let name = prefix + module.name
    guard !own.isNormalized || module.normalization != nil else {
      throw unfit(
        "\(name) has no batch normalisation (\(own.name))",
        "it behind every layer and shortcut, or normalization: none")
    }
    guard !own.isNormalized, !own.hasBias else { return }
    // Zeros change nothing.
    let isBiased =
      try module.bias.map { bias throws(InputFileError) in
        try finiteNumbers(of: prefix + bias).contains { $0 != 0 }
      } ?? false
    guard !isBiased, module.normalization == nil else {
      throw unfit(
        "\(name) has a bias or a normalisation (\(own.name))", "none, as in the network")
    }
  }
}
