public import Architectures
internal import HDF5

extension WeightsFile {
  /// The precision in which weights are stored.
  public enum Precision: Sendable {
    /// IEEE 754 binary32, as torch trains.
    case float32
    /// IEEE 754 binary64.
    case float64
  }

  /// Writes networks into a new file, each under a group of its own.
  ///
  /// Weights have their four extents and every layer its bias.
  ///
  /// - Parameters:
  ///   - networks: the networks, and the groups, nil for the root group; no two are the same.
  ///   - path: the file, which must not exist.
  ///   - precision: how numbers are stored.
  ///
  /// **Throws**: `InputFileError` where the file cannot be written.
  public static func write(
    _ networks: [(group: String?, weights: NetworkWeights)], to path: String,
    precision: Precision = .float32
  ) throws(InputFileError) {
    do {
      try HDF5Library.exclusively {
        let file = try File.create(path)
        for network in networks {
          try write(network.weights, in: made(network.group, in: file.root()), precision)
        }
        try file.close()
      }
    } catch {
      throw InputFileError(
        path: path, problem: "cannot be written: \(error)",
        expected: "a new file on a disk with room")
    }
  }

  /// Writes one network into a new file.
  ///
  /// **Throws**: `InputFileError` where the file cannot be written.
  public static func write(
    _ weights: NetworkWeights, to path: String, group: String? = nil,
    precision: Precision = .float32
  ) throws(InputFileError) {
    try write([(group, weights)], to: path, precision: precision)
  }

  /// Opens a group, whose path is made where it is not there.
  static func made(_ group: String?, in root: borrowing Group) throws -> Group {
    var path = "."
    for member in (group ?? "").split(separator: "/") {
      let parent = try root.openGroup(path)
      path += "/\(member)"
      if try !parent.contains(String(member)) { _ = try parent.createGroup(String(member)) }
    }
    return try root.openGroup(path)
  }

  /// Writes all layers of a network into a group.
  static func write(
    _ weights: NetworkWeights, in group: borrowing Group, _ precision: Precision
  ) throws {
    for (index, layer) in weights.layers.enumerated() {
      let members = try group.createGroup(String(index))
      let shape = [layer.rows, layer.columns, layer.kernel, layer.kernel]
      try write(layer.values, "weight", shape: shape, in: members, precision)
      let bias = weights.biases[index]
      try write(bias, "bias", shape: [bias.count], in: members, precision)
      if let projection = weights.projections[index] {
        let shape = [projection.rows, projection.columns, projection.kernel, projection.kernel]
        try write(
          projection.values, "weight", shape: shape, in: members.createGroup("shortcut"), precision)
      }
    }
  }

  /// Writes one dataset.
  static func write(
    _ values: [Double], _ name: String, shape: [Int], in group: borrowing Group,
    _ precision: Precision
  ) throws {
    switch precision {
    case .float32:
      try group.createDataset(name, .float32, shape: shape).write(values.map { Float($0) })
    case .float64:
      try group.createDataset(name, .float64, shape: shape).write(values)
    }
  }
}
