public import Architectures
internal import HDF5

/// What a group of a weights file holds, without the numbers.
public struct WeightsListing: Equatable, Sendable {
  /// A dataset.
  struct Entry: Equatable, Sendable {
    /// The extents, row-major.
    let shape: [Int]
    /// The name of the stored type.
    let type: String
  }

  /// The file's path, as messages name it.
  let path: String
  /// The group, `/` or `/…` without a slash at the end.
  let group: String
  /// The datasets by their path within the group, such as `5/shortcut/weight`.
  var entries: [String: Entry] = [:]
  /// The members of the group that are no layers.
  var others: [String] = []
  /// What belongs to a normalisation or makes the weights only together with others, such as
  /// `0/running_mean`: the network that it is of computes something else.
  var transforms: [String] = []
  /// What else no network uses, such as `0/momentum`.
  var unused: [String] = []
  /// Biases beside projections, such as `3/shortcut/bias`, which the network does not have.
  var projectionBiases: [String] = []
  /// The other files that the numbers are read from.
  var sources = SourceFiles()

  /// The other files that the numbers are read from, by paths that open them.
  public var sourcePaths: [String] { sources.paths }

  /// What the group holds beside the weights and is not used, as messages name it.
  public var unusedNames: [String] { unused.map { fullName($0) } }

  /// Checks that the group holds the weights of an architecture: all of its layers and projections in
  /// their shapes, and no other layers.
  ///
  /// **Throws**: `InputFileError` naming the first layer that does not fit.
  public func check(_ architecture: Architecture) throws(InputFileError) {
    let layers = architecture.layers
    for layer in layers {
      try check(
        "weight", of: layer.index, [layer.width, layer.inputWidth, layer.kernel, layer.kernel])
      if entries[Self.member("bias", of: layer.index)] != nil {
        try check("bias", of: layer.index, [layer.width])
      }
      if let skip = layer.skip, skip.projectionStride != nil {
        let shape = [layer.width, layers[skip.layer].width, 1, 1]
        try check("shortcut/weight", of: layer.index, shape)
      } else if entries[Self.member("shortcut/weight", of: layer.index)] != nil {
        throw error(
          "\(name("shortcut/weight", of: layer.index)) is a projection",
          expected: "none, because the network has no projection there")
      }
    }
    if let transform = transforms.first {
      throw error(
        "\(fullName(transform)) belongs to a normalisation or a reparametrisation, which the network "
          + "does not have",
        expected: "it folded into the weight and the bias of its layer, and left out of the file")
    }
    let beyond = entries.keys.compactMap { key in
      key.split(separator: "/").first.flatMap { Int($0) }
    }.filter { $0 >= layers.count }.min()
    if let beyond {
      throw error(
        "\(name("", of: beyond)) is one layer too many",
        expected: "the network's \(layers.count) \(layers.count == 1 ? "layer" : "layers")")
    }
  }

  /// The path of a dataset of a layer within the group.
  static func member(_ dataset: String, of layer: Int) -> String { "\(layer)/\(dataset)" }

  /// A dataset of a layer as messages name it, with both of the layer's counts.
  func name(_ dataset: String, of layer: Int) -> String {
    fullName("\(layer)\(dataset.isEmpty ? "" : "/\(dataset)")") + " (layer \(layer + 1))"
  }

  func fullName(_ member: String) -> String {
    group.hasSuffix("/") ? group + member : "\(group)/\(member)"
  }

  func error(_ problem: String, expected: String) -> InputFileError {
    InputFileError(path: path, problem: problem, expected: expected)
  }

  private func check(
    _ dataset: String, of layer: Int, _ shape: [Int]
  ) throws(InputFileError) {
    // A kernel of one tap may be left out, as torch does in fully connected layers.
    let isPoint = shape.count == 4 && shape[2] == 1
    let shapes = isPoint ? [shape, Array(shape.prefix(2))] : [shape]
    let expected = shapes.map(Self.text).joined(separator: " or ")
    guard let entry = entries[Self.member(dataset, of: layer)] else {
      let found = others.isEmpty ? "" : "; the group holds \(others.joined(separator: ", "))"
      throw error(
        "there is no \(name(dataset, of: layer))\(found)", expected: "one of shape \(expected)")
    }
    guard shapes.contains(entry.shape) else {
      throw error(
        "\(name(dataset, of: layer)) has shape \(Self.text(entry.shape))", expected: expected)
    }
    guard ["float16", "float32", "float64"].contains(entry.type) else {
      throw error(
        "\(name(dataset, of: layer)) holds \(entry.type)",
        expected: "float16, float32 or float64")
    }
  }

  static func text(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
  }
}
