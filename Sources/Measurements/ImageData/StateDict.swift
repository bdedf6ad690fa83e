internal import Architectures

/// The modules of a state dict: what tensors belong together, by their names.
///
/// **Source**: torch's `Module.state_dict`, whose names are paths of attributes; those of torchvision, timm
/// and the networks for CIFAR that follow them.
struct StateDict: Equatable, Sendable {
  /// A convolution or a linear layer, with the batch normalisation of its result.
  struct Module: Equatable, Sendable {
    /// The path of attributes.
    let name: String
    /// The weight's extents, row-major.
    let shape: [Int]
    /// The name of its bias, if it has one.
    let bias: String?
    /// The path of its normalisation, if it has one.
    var normalization: String?

    var weight: String { "\(name).weight" }
  }

  /// What is wrong with names or shapes.
  struct Mistake: Error, Equatable {
    let problem: String
    let expected: String
  }

  /// The layers, in the order in which they compute.
  private(set) var layers: [Module] = []
  /// The projections on the way of skips, in order.
  private(set) var projections: [Module] = []
  /// Classifiers, which no network here has.
  private(set) var classifiers: [String] = []
  /// What no network uses.
  private(set) var unused: [String] = []
  /// What is in front of every name, such as `module.`.
  let prefix: String
  /// The shapes by the names without the prefix.
  let shapes: [String: [Int]]

  /// Sorts the tensors of a state dict by what they are.
  ///
  /// - Parameters:
  ///   - tensors: their shapes by their names.
  ///   - isFullyConnected: whether the layers are linear, so that not every linear one is a classifier.
  ///
  /// **Throws**: `Mistake` if there are parts that layers do not have, or if the order is not known.
  init(_ tensors: [String: [Int]], isFullyConnected: Bool) throws(Mistake) {
    prefix = Self.commonPrefix(of: tensors.keys)
    let length = prefix.count
    shapes = Dictionary(
      uniqueKeysWithValues: tensors.map { (String($0.key.dropFirst(length)), $0.value) })
    var parts: [String: Set<String>] = [:]
    for name in shapes.keys {
      let (module, part) = Self.split(name)
      parts[module, default: []].insert(part)
    }
    let normalizations = Set(parts.filter { !$0.value.isDisjoint(with: Self.statistics) }.keys)
    var main: [String] = []
    var side: [String] = []
    for (module, parts) in parts {
      let rank = parts.contains("weight") ? shapes["\(module).weight"]?.count ?? 0 : 0
      let isKnown = normalizations.contains(module) || rank == 2 || rank == 4
      let others = isKnown ? parts.subtracting(Self.knownParts) : []
      unused += others.map { "\(module).\($0)" }
      if normalizations.contains(module) {
        continue
      } else if rank == 2 || rank == 4 {
        if module.split(separator: ".").contains(where: { Self.shortcuts.contains(String($0)) }) {
          side.append(module)
        } else if rank == 2, !isFullyConnected || Self.isClassifier(module) {
          classifiers.append(module)
        } else {
          main.append(module)
        }
      } else if rank == 1, parts.isSubset(of: ["weight", "bias"]) {
        throw Mistake(
          problem: "\(module) normalises in a way that depends on the image, or scales",
          expected: "batch normalisation, with \(module).running_mean and \(module).running_var; "
            + "networks with others can be exported as ONNX")
      } else {
        unused += parts.map { module.isEmpty ? $0 : "\(module).\($0)" }
      }
    }
    unused.sort()
    let order = try Self.order(main)
    layers = order.map { module($0, parts) }
    projections = side.sorted(by: Self.precedes).map { module($0, parts) }
    try pairNormalizations(normalizations)
  }

  private func module(_ name: String, _ parts: [String: Set<String>]) -> Module {
    Module(
      name: name, shape: shapes["\(name).weight"] ?? [],
      bias: parts[name]?.contains("bias") == true ? "\(name).bias" : nil)
  }

  /// Gives every normalisation to the module whose result it takes in.
  private mutating func pairNormalizations(_ names: Set<String>) throws(Mistake) {
    var open = names
    func found(behind module: Module) throws(Mistake) -> String? {
      guard let name = Self.normalizations(behind: module.name).first(where: open.contains) else {
        return nil
      }
      let size = shapes["\(name).running_mean"] ?? shapes["\(name).running_var"] ?? []
      guard size == [module.shape[0]] else {
        throw Mistake(
          problem: "\(name) normalises \(size.first ?? 0) channels, and \(module.name) has "
            + "\(module.shape[0])",
          expected: "normalisation behind its convolution; networks that normalise before can be "
            + "exported as ONNX")
      }
      open.remove(name)
      return name
    }
    for index in layers.indices { layers[index].normalization = try found(behind: layers[index]) }
    for index in projections.indices {
      projections[index].normalization = try found(behind: projections[index])
    }
    if let name = open.min() {
      throw Mistake(
        problem: "\(name) normalises what is not the result of a layer",
        expected: "normalisation behind its convolution; networks that normalise elsewhere can be "
          + "exported as ONNX")
    }
    guard !names.isEmpty, let bare = layers.first(where: { $0.normalization == nil }) else {
      return
    }
    throw Mistake(
      problem: "\(bare.name) has no normalisation, and other layers have",
      expected:
        "it behind every convolution; networks that normalise before them can be exported as "
        + "ONNX")
  }
}

// MARK: - Names

extension StateDict {
  /// What wrappers put in front of names.
  private static let prefixes = ["module.", "_orig_mod.", "model."]
  /// Parts of layers and of batch normalisations that are read, or that count how often they were trained.
  private static let knownParts: Set = [
    "weight", "bias", "running_mean", "running_var", "num_batches_tracked",
  ]
  /// What makes a module a batch normalisation.
  private static let statistics: Set = ["running_mean", "running_var"]
  /// Parts of the paths of projections.
  private static let shortcuts: Set = ["downsample", "shortcut", "projection"]

  static func commonPrefix(of names: some Collection<String>) -> String {
    var prefix = ""
    while let next = prefixes.first(where: { next in
      !names.isEmpty && names.allSatisfy { $0.dropFirst(prefix.count).hasPrefix(next) }
    }) {
      prefix += next
    }
    return prefix
  }

  /// A tensor's module, and which part of it the tensor is.
  static func split(_ name: String) -> (module: String, part: String) {
    guard let dot = name.lastIndex(of: ".") else { return ("", name) }
    return (String(name[..<dot]), String(name[dot...].dropFirst()))
  }

  static func isClassifier(_ module: String) -> Bool {
    ["classifier", "fc", "head", "heads", "linear", "last_linear"].contains(
      module.split(separator: ".").first.map(String.init) ?? "")
  }

  /// Where the normalisation of a module's result can be: `bn1` behind `conv1`, or `4` behind `3`.
  private static func normalizations(behind module: String) -> [String] {
    let (path, last) = split(module)
    let start = path.isEmpty ? "" : "\(path)."
    if let number = Int(last) { return ["\(start)\(number + 1)"] }
    guard last.hasPrefix("conv") else { return [] }
    let rest = last.dropFirst(4)
    return ["\(start)bn\(rest)", "\(start)norm\(rest)"]
  }

  /// Brings modules in the order in which they compute: names that differ by numbers only, with at most one
  /// other before them.
  private static func order(_ modules: [String]) throws(Mistake) -> [String] {
    let kinds = Dictionary(grouping: modules, by: skeleton)
    let stems = kinds.values.filter { $0.count == 1 }.joined()
    guard kinds.count <= 1 || kinds.count == 2 && stems.count == 1 else {
      let names = kinds.values.compactMap { $0.min(by: precedes) }.sorted().prefix(4)
      throw Mistake(
        problem: "the order of the layers does not follow from their names ("
          + names.joined(separator: ", ") + ")",
        expected:
          "names that differ by numbers only, with one other before them; 'framesweep_analysis "
          + "weights' takes the layers in any order, and ONNX files hold it")
    }
    let rest = modules.filter { !stems.contains($0) || kinds.count == 1 }.sorted(by: precedes)
    return kinds.count == 1 ? rest : stems + rest
  }

  /// A name with a mark in place of each number.
  private static func skeleton(_ name: String) -> String {
    pieces(name).map { $0.number == nil ? $0.text : "#" }.joined()
  }

  /// Whether a name stands before another one if numbers are compared as numbers.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    let (left, right) = (pieces(left), pieces(right))
    for (one, other) in zip(left, right) where one != other {
      guard let number = one.number, let otherNumber = other.number else {
        return one.text < other.text
      }
      return number < otherNumber
    }
    return left.count < right.count
  }

  private struct Piece: Equatable {
    let text: String
    let number: Int?
  }

  /// A name cut into numbers and what is between them.
  private static func pieces(_ name: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = name[...]
    while let first = rest.first {
      let isDigit = first.isASCII && first.isNumber
      let piece = rest.prefix { ($0.isASCII && $0.isNumber) == isDigit }
      pieces.append(Piece(text: String(piece), number: isDigit ? Int(piece) : nil))
      rest = rest[piece.endIndex...]
    }
    return pieces
  }
}
