internal import HDF5

/// Networks whose parameters are more than the weights and biases of layers: those with normalisation,
/// for example. The group has a dataset for each parameter, at its path.
extension WeightsFile {
  /// Looks whether a group holds the parameters of a network, and no other layers; reads no numbers.
  ///
  /// - Parameters:
  ///   - parameters: what the network needs.
  ///   - path: the file.
  ///   - group: a group such as `/epoch10`, nil for the root group.
  ///   - name: what messages call the file, nil for its path.
  ///
  /// - Returns: the other files that the numbers are read from, by paths that open them.
  ///
  /// **Throws**: `InputFileError` naming the first parameter that is missing or has another shape or type.
  @discardableResult
  public static func check(
    _ parameters: [StoredParameter], in path: String, group: String? = nil, name: String? = nil
  ) throws(InputFileError) -> [String] {
    let name = name ?? path
    return try reading(path, name) { root in
      var sources = SourceFiles()
      let members = try open(group, in: root, name, noting: &sources)
      try checkModules(parameters, of: members, group, name)
      for parameter in parameters {
        try dataset(parameter, in: members, group, name, noting: &sources)
          .noteSources(in: &sources)
      }
      return sources.paths
    }
  }

  /// Reads the parameters of a network; numbers of single precision are widened.
  ///
  /// - Parameters:
  ///   - parameters: what the network needs.
  ///   - path: the file.
  ///   - group: a group such as `/epoch10`, nil for the root group.
  ///   - name: what messages call the file, nil for its path.
  ///
  /// - Returns: the numbers of each parameter.
  ///
  /// **Throws**: `InputFileError` as `check` does, or if a number is not finite or a variance negative.
  public static func read(
    _ parameters: [StoredParameter], from path: String, group: String? = nil, name: String? = nil
  ) throws(InputFileError) -> [[Double]] {
    let name = name ?? path
    return try reading(path, name) { root in
      var sources = SourceFiles()
      let members = try open(group, in: root, name, noting: &sources)
      try checkModules(parameters, of: members, group, name)
      return try parameters.map { parameter in
        let values = try dataset(parameter, in: members, group, name, noting: &sources)
          .read(Double.self)
        if let bad = values.first(where: { !$0.isFinite || (parameter.isVariance && $0 < 0) }) {
          throw InputFileError(
            path: name, problem: "\(full(parameter.path, group)) holds \(bad)",
            expected: parameter.isVariance ? "finite numbers from 0" : "finite numbers")
        }
        return values
      }
    }
  }

  /// Writes parameters into a group, in the order in which they are given.
  static func write(
    _ parameters: [(place: StoredParameter, values: [Double])], in group: borrowing Group,
    _ precision: Precision
  ) throws {
    for (place, values) in parameters {
      precondition(values.count == place.count, "\(place.path) has another shape")
      let names = place.path.split(separator: "/").map(String.init)
      let folder = names.dropLast().joined(separator: "/")
      try write(
        values, names[names.count - 1], shape: place.shape,
        in: made(folder.isEmpty ? nil : folder, in: group), precision)
    }
  }

  private static func dataset(
    _ parameter: StoredParameter, in members: borrowing Group, _ group: String?, _ name: String,
    noting sources: inout SourceFiles
  ) throws -> Dataset {
    let title = full(parameter.path, group)
    let expected = parameter.shapes.map(WeightsListing.text).joined(separator: " or ")
    guard let dataset = try members.dataset(at: parameter.path, noting: &sources) else {
      throw InputFileError(
        path: name, problem: "there is no \(title)", expected: "one of shape \(expected)")
    }
    let (shape, type) = (try dataset.shape(), try dataset.elementSummary())
    guard parameter.shapes.contains(shape) else {
      throw InputFileError(
        path: name, problem: "\(title) has shape \(WeightsListing.text(shape))",
        expected: expected)
    }
    guard ["float16", "float32", "float64"].contains(type) else {
      throw InputFileError(
        path: name, problem: "\(title) holds \(type)", expected: "float16, float32 or float64")
    }
    return dataset
  }

  /// Refuses layers that the network does not have.
  private static func checkModules(
    _ parameters: [StoredParameter], of members: borrowing Group, _ group: String?, _ name: String
  ) throws {
    let known = Set(parameters.map(\.module) + ["classifier"])
    for (member, kind) in try members.members() where kind == .group && !known.contains(member) {
      throw InputFileError(
        path: name, problem: "the network has no \(full(member, group))",
        expected: "a file of a network with the same layers")
    }
  }

  private static func full(_ member: String, _ group: String?) -> String {
    let group = group ?? "/"
    let start = (group.hasPrefix("/") ? "" : "/") + group
    return start.hasSuffix("/") ? start + member : "\(start)/\(member)"
  }
}
