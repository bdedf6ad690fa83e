public import Architectures
public import Safetensors

/// The weights of a network in safetensors files: a state dict of torch.
///
/// Layers follow from the names of its modules. A batch normalisation behind a layer becomes part of its
/// weight and its bias, as in evaluation; its ε is 1e-5, torch's default, which files do not hold. A
/// projection's bias is added to that of the layer that it ends at. Classifiers are passed over.
public struct SafetensorsWeights: Sendable {
  let file: SafetensorsFile
  /// What the files hold, by name.
  let entries: [String: SafetensorsHeader.Entry]
  private let name: String
  /// Whether skips without a projection that change the width put half of the zero channels before, and half
  /// behind.
  let padsShortcuts: Bool

  /// Opens a file, or an index of several.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - padsShortcuts: whether shortcuts that change the width are slices between zero channels, half of
  ///     which are in front.
  ///   - name: what messages call it.
  ///
  /// **Throws**: `InputFileError`.
  ///
  /// **Complexity**: reads headers only.
  public init(_ path: String, padsShortcuts: Bool = false, name: String) throws(InputFileError) {
    do throws(SafetensorsError) {
      file = try SafetensorsFile(path)
    } catch {
      throw InputFileError(path: name, problem: error.problem, expected: error.expected)
    }
    entries = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, $0) })
    (self.padsShortcuts, self.name) = (padsShortcuts, name)
  }

  /// The files that an index names, by paths that open them.
  public var sourcePaths: [String] { file.shardPaths }

  /// What the files hold, in the order of names.
  public var tensors: [SafetensorsHeader.Entry] { entries.values.sorted { $0.name < $1.name } }

  /// The names of what the network does not use.
  public func unusedNames(_ architecture: Architecture) -> [String] {
    guard let dict = try? dict(architecture) else { return [] }
    return dict.unused.map { dict.prefix + $0 }
  }

  /// Checks that the file holds the weights of an architecture.
  ///
  /// **Throws**: `InputFileError` naming what is missing, left over or of another shape.
  public func check(_ architecture: Architecture) throws(InputFileError) {
    _ = try matched(architecture)
  }

  /// Reads the weights of an architecture.
  ///
  /// **Throws**: `InputFileError`.
  public func read(_ architecture: Architecture) throws(InputFileError) -> NetworkWeights {
    let (dict, projections) = try matched(architecture)
    var weights: [WeightTensor] = []
    var biases: [[Double]] = []
    var tensors: [Int: WeightTensor] = [:]
    for (layer, module) in zip(architecture.layers, dict.layers) {
      let (values, ownBias) = try folded(module, dict.prefix)
      var bias = ownBias
      if let skip = layer.skip, skip.projectionStride != nil {
        let columns = architecture.layers[skip.layer].width
        let projection: [Double]
        if let module = projections[layer.index] {
          let (values, shift) = try folded(module, dict.prefix)
          projection = values
          bias = zip(bias, shift).map { $0 + $1 }
        } else {
          projection = Self.padding(rows: layer.width, columns: columns)
        }
        tensors[layer.index] = WeightTensor(
          rows: layer.width, columns: columns, kernel: 1, values: projection)
      }
      weights.append(
        WeightTensor(
          rows: layer.width, columns: layer.inputWidth, kernel: layer.kernel, values: values))
      biases.append(bias)
    }
    return NetworkWeights(layers: weights, biases: biases, projections: tensors)
  }

  /// The linear classifier behind the layers of a network with convolutions.
  ///
  /// - Parameters:
  ///   - architecture: the network.
  ///   - features: the number of its features.
  ///
  /// **Throws**: `InputFileError` if there is none, or more than one.
  public func classifier(
    behind architecture: Architecture, features: Int
  ) throws(InputFileError) -> (weight: WeightTensor, bias: [Double]) {
    let dict = try dict(architecture)
    let names = dict.classifiers.sorted()
    guard names.count == 1, let shape = dict.shapes["\(names[0]).weight"], shape[1] == features
    else {
      throw unfit(
        names.isEmpty
          ? "it has no classifier" : "its linear layers are \(names.joined(separator: ", "))",
        "one linear layer of \(features) features behind the others")
    }
    return try classifier(dict.prefix + names[0], features: features)
  }

  /// The linear classifier of a name.
  ///
  /// **Throws**: `InputFileError` if it is not there, or reads another number of features.
  func classifier(
    _ name: String, features: Int
  ) throws(InputFileError) -> (weight: WeightTensor, bias: [Double]) {
    let classes = entries["\(name).weight"]?.shape.first ?? 0
    let (weight, bias) = ("\(name).weight", "\(name).bias")
    try check(weight, "classifier") {
      $0.filter { $0 != 1 } == [classes, features].filter { $0 != 1 }
    } expected: {
      [classes, features]
    }
    let shift =
      entries[bias] == nil ? [Double](repeating: 0, count: classes) : try finiteNumbers(of: bias)
    guard shift.count == classes else {
      throw unfit("\(bias) has \(shift.count) numbers", "\(classes)")
    }
    return (
      WeightTensor(
        rows: classes, columns: features, kernel: 1, values: try finiteNumbers(of: weight)), shift
    )
  }

  /// The projection that puts channels in the middle of more, or of as many.
  private static func padding(rows: Int, columns: Int) -> [Double] {
    var values = [Double](repeating: 0, count: rows * columns)
    for column in 0..<columns { values[((rows - columns) / 2 + column) * columns + column] = 1 }
    return values
  }

  /// The numbers of a module.
  struct ModuleNumbers {
    var weight: [Double]
    var bias: [Double]
    /// Those of its batch normalisation.
    var normalization: (scale: [Double], shift: [Double], mean: [Double], variance: [Double])?
  }

  /// A module's weight and bias with its normalisation in them.
  func folded(
    _ module: StateDict.Module, _ prefix: String
  ) throws(InputFileError) -> (weight: [Double], bias: [Double]) {
    var found = try numbers(of: module, prefix)
    guard let (scale, shift, mean, variance) = found.normalization else {
      return (found.weight, found.bias)
    }
    let length = found.weight.count / max(scale.count, 1)
    for row in scale.indices {
      let factor = scale[row] / (variance[row] + 1e-5).squareRoot()
      for place in row * length..<(row + 1) * length { found.weight[place] *= factor }
      found.bias[row] = (found.bias[row] - mean[row]) * factor + shift[row]
    }
    return (found.weight, found.bias)
  }

  /// The numbers of a module; biases that it has not are 0.
  func numbers(
    of module: StateDict.Module, _ prefix: String
  ) throws(InputFileError) -> ModuleNumbers {
    func numbers(_ name: String) throws(InputFileError) -> [Double] {
      try finiteNumbers(of: prefix + name)
    }
    let rows = module.shape[0]
    let weight = try numbers(module.weight)
    let bias = try module.bias.map(numbers) ?? [Double](repeating: 0, count: rows)
    guard let normalization = module.normalization else {
      return ModuleNumbers(weight: weight, bias: bias)
    }
    let mean = try numbers("\(normalization).running_mean")
    let variance = try numbers("\(normalization).running_var")
    // Without affine parameters these are 1 and 0.
    func optional(_ part: String, _ value: Double) throws(InputFileError) -> [Double] {
      let name = "\(normalization).\(part)"
      return entries[prefix + name] != nil
        ? try numbers(name) : [Double](repeating: value, count: rows)
    }
    let (scale, shift) = (try optional("weight", 1), try optional("bias", 0))
    if let negative = variance.first(where: { $0 < 0 }) {
      throw unfit(
        "\(prefix + normalization).running_var holds \(negative)", "variances from 0 on")
    }
    return ModuleNumbers(
      weight: weight, bias: bias, normalization: (scale, shift, mean, variance))
  }

  private func dict(_ architecture: Architecture) throws(InputFileError) -> StateDict {
    try dict(isFullyConnected: architecture.input.size == 1)
  }

  /// The modules of the file.
  func dict(isFullyConnected: Bool) throws(InputFileError) -> StateDict {
    do throws(StateDict.Mistake) {
      return try StateDict(
        entries.mapValues(\.shape),
        isFullyConnected: isFullyConnected)
    } catch {
      throw unfit(error.problem, error.expected)
    }
  }

  /// The modules, and the projections by the layers that they end at.
  private func matched(
    _ architecture: Architecture
  ) throws(InputFileError) -> (dict: StateDict, projections: [Int: StateDict.Module]) {
    let dict = try dict(architecture)
    let layers = architecture.layers
    guard dict.layers.count == layers.count else {
      let names = dict.layers.map(\.name)
      let shown = names.count > 6 ? names.prefix(3) + ["…"] + names.suffix(2) : names[...]
      throw unfit(
        "it has \(names.count) layers (\(shown.joined(separator: ", ")))",
        "\(layers.count), those of the architecture")
    }
    for (layer, module) in zip(layers, dict.layers) {
      try check(
        module, dict.prefix, [layer.width, layer.inputWidth, layer.kernel, layer.kernel],
        "layer \(layer.index + 1)")
    }
    var projected = layers.filter { $0.skip?.projectionStride != nil }
    // Most networks have no projection where a block neither shrinks nor widens: what is added there is
    // what comes in.
    let needed = projected.filter { layer in
      layer.skip?.projectionStride != 1 || layer.width != layers[layer.skip?.layer ?? 0].width
    }
    if dict.projections.count == needed.count { projected = needed }
    if dict.projections.isEmpty, let first = projected.first {
      guard padsShortcuts else {
        throw unfit(
          "it has no projections, and the network has one at layer \(first.index + 1)",
          "weights of \(projected.count) projections, or 'shortcuts: padded' if the network's "
            + "shortcuts put their channels between zeros")
      }
      if let narrow = projected.first(where: { $0.width < layers[$0.skip?.layer ?? 0].width }) {
        throw unfit(
          "layer \(narrow.index + 1) has fewer channels than its shortcut",
          "at least as many, with 'shortcuts: padded'")
      }
      return (dict, [:])
    }
    guard dict.projections.count == projected.count, !padsShortcuts || projected.isEmpty else {
      throw unfit(
        "it has \(dict.projections.count) projections "
          + "(\(dict.projections.map(\.name).joined(separator: ", ")))",
        padsShortcuts
          ? "none with 'shortcuts: padded'" : "\(projected.count), those of the architecture")
    }
    for (layer, module) in zip(projected, dict.projections) {
      let columns = layers[layer.skip?.layer ?? 0].width
      try check(
        module, dict.prefix, [layer.width, columns, 1, 1],
        "projection of layer \(layer.index + 1)")
    }
    return (
      dict, Dictionary(uniqueKeysWithValues: zip(projected.map(\.index), dict.projections))
    )
  }

  /// Checks that all numbers of a module are there, and have the shapes of an operator.
  ///
  /// - Parameters:
  ///   - module: a convolution or a linear layer.
  ///   - prefix: what is in front of every name.
  ///   - shape: the extents of the operator's weight.
  ///   - place: what messages call the operator.
  func check(
    _ module: StateDict.Module, _ prefix: String, _ shape: [Int], _ place: String
  ) throws(InputFileError) {
    let isLinear = module.shape.count == 2 && shape[2] == 1
    let weight = isLinear ? Array(shape.prefix(2)) : shape
    try check(prefix + module.weight, place, fits: { $0 == weight }, expected: { weight })
    let channels = [shape[0]]
    var parts = module.bias.map { [$0] } ?? []
    if let norm = module.normalization {
      // Without affine parameters these two are 1 and 0.
      parts += ["\(norm).weight", "\(norm).bias"].filter { entries[prefix + $0] != nil }
      parts += ["\(norm).running_mean", "\(norm).running_var"]
    }
    for part in parts {
      try check(prefix + part, place, fits: { $0 == channels }, expected: { channels })
    }
  }

  /// Checks that a tensor is there, that it fits, and that it holds floating-point numbers.
  func check(
    _ name: String, _ place: String, fits: ([Int]) -> Bool, expected: () -> [Int]
  ) throws(InputFileError) {
    func text(_ shape: [Int]) -> String {
      "(\(shape.map(String.init).joined(separator: ", ")))"
    }
    guard let entry = entries[name] else {
      throw unfit("there is no \(name) (\(place))", "one of the shape \(text(expected()))")
    }
    guard fits(entry.shape) else {
      throw unfit("\(name) (\(place)) has the shape \(text(entry.shape))", text(expected()))
    }
    guard entry.holdsNumbers else {
      throw unfit("\(name) (\(place)) holds \(entry.type)", "F64, F32, F16 or BF16")
    }
  }

  /// Reads the finite numbers of a tensor.
  func finiteNumbers(of name: String) throws(InputFileError) -> [Double] {
    let numbers: [Double]
    do throws(SafetensorsError) {
      numbers = try file.numbers(of: name)
    } catch {
      throw InputFileError(path: self.name, problem: error.problem, expected: error.expected)
    }
    guard let place = numbers.firstIndex(where: { !$0.isFinite }) else { return numbers }
    throw unfit("\(name) holds \(numbers[place])", "finite numbers")
  }

  /// An error of this file.
  public func unfit(_ problem: String, _ expected: String) -> InputFileError {
    InputFileError(path: name, problem: problem, expected: expected)
  }
}
