public import Architectures
internal import Safetensors

/// Networks whose parameters are found by the names that a library gives them.
extension SafetensorsWeights {
  /// The tensors of a network's parameters.
  public struct NamedTensors: Hashable, Sendable {
    /// The names, in the order of the parameters.
    public let names: [String]
    /// What the file holds besides, apart from classifiers and counters.
    public let unused: [String]
    /// The name of the classifier's module.
    public let classifier: String
    /// How many parameters are missing.
    fileprivate let missingCount: Int
    /// Whether so many of them are there that they are not met by chance.
    public var areLikely: Bool { 2 * missingCount <= names.count }
    /// Whose names they are.
    fileprivate let title: String
  }

  /// The tensors by the names of the library that has most of them; nil if no library's names are there.
  ///
  /// What is missing or left over is not looked at; see `check(_:of:)`.
  public func named(_ parameters: [NamedParameter]) -> NamedTensors? {
    let prefix = StateDict.commonPrefix(of: entries.keys)
    return NamingConvention.all.compactMap { convention in
      named(parameters, convention, prefix)
    }.min { $0.missingCount < $1.missingCount }
  }

  /// What libraries call the first of a network's parameters; empty if none has such networks.
  public static func expectedNames(_ parameters: [NamedParameter]) -> [String] {
    NamingConvention.all.compactMap { convention in
      let names = parameters.compactMap { convention.names(of: $0)?.first }
      guard names.count == parameters.count, let first = names.first else { return nil }
      return "\(first) (\(convention.title))"
    }
  }

  private func named(
    _ parameters: [NamedParameter], _ convention: NamingConvention, _ prefix: String
  ) -> NamedTensors? {
    var names: [String] = []
    for parameter in parameters {
      guard let all = convention.names(of: parameter)?.map({ prefix + $0 }) else { return nil }
      names.append(all.first { entries[$0] != nil } ?? all[0])
    }
    let missing = names.filter { entries[$0] == nil }.count
    guard missing < names.count else { return nil }
    let used = Set(names)
    let classifiers = convention.classifiers.map { prefix + $0 }
    let classifier = classifiers.first { entries["\($0).weight"] != nil } ?? classifiers[0]
    let unused = entries.keys.filter { name in
      let (module, part) = StateDict.split(name)
      let isClassifier = StateDict.isClassifier(String(module.dropFirst(prefix.count)))
      return !used.contains(name) && part != "num_batches_tracked" && module != classifier
        && !isClassifier
    }
    return NamedTensors(
      names: names, unused: unused.sorted(), classifier: classifier, missingCount: missing,
      title: convention.title)
  }

  /// Checks that all parameters are there as the network has them, and no others of its kind.
  ///
  /// **Throws**: `InputFileError` naming what is missing, left over or of another shape or type.
  public func check(
    _ tensors: NamedTensors, of parameters: [NamedParameter]
  ) throws(InputFileError) {
    for (name, parameter) in zip(tensors.names, parameters) {
      let others = entries[name] == nil ? tensors.missingCount - 1 : 0
      let place =
        parameter.name
        + (others > 0
          ? "; \(others) more of \(tensors.title) \(others > 1 ? "are" : "is") missing" : "")
      try check(name, place, fits: parameter.fits, expected: { parameter.shape })
    }
    // Masks and indices do not hold numbers in floating point.
    let others = tensors.unused.filter { entries[$0]?.holdsNumbers == true }
    guard let first = others.first else { return }
    let more = others.count > 1 ? " and \(others.count - 1) more" : ""
    throw unfit(
      "the network has no \(first)\(more)", "a state dict of a network with the same layers")
  }

  /// The linear classifier behind a network.
  ///
  /// **Throws**: `InputFileError` if there is none.
  public func classifier(
    _ tensors: NamedTensors, features: Int
  ) throws(InputFileError) -> (weight: WeightTensor, bias: [Double]) {
    try classifier(tensors.classifier, features: features)
  }

  /// Reads the numbers of the parameters, after `check(_:of:)`.
  ///
  /// **Throws**: `InputFileError` if a number is not finite, or a variance negative.
  public func read(
    _ tensors: NamedTensors, of parameters: [NamedParameter]
  ) throws(InputFileError) -> [[Double]] {
    var result: [[Double]] = []
    for (name, parameter) in zip(tensors.names, parameters) {
      let numbers = try finiteNumbers(of: name)
      if parameter.isVariance, let negative = numbers.first(where: { $0 < 0 }) {
        throw unfit("\(name) holds \(negative)", "variances from 0 on")
      }
      result.append(numbers)
    }
    return result
  }
}
