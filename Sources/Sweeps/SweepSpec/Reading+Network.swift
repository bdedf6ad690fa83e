internal import Architectures

extension Reading {
  /// A network from a file.
  mutating func network(_ value: YAMLValue, _ keyPath: String) -> NetworkFile? {
    let expected = "a network from a file ({onnx: nets/resnet50.onnx})"
    let errorCount = errors.count
    guard let entries = entries(of: value, keyPath, in: .network, expected: expected),
      errors.count == errorCount
    else { return nil }
    guard let file = entries.first(where: { $0.key == "onnx" }) else {
      fail(value.place, keyPath, "the network has no file", expected: expected)
      return nil
    }
    let shape = entries.first { $0.key == "input" }.map { extents($0.value, "\(keyPath).input") }
    guard let path = locationText(file.value, "\(keyPath).onnx", "a path"),
      errors.count == errorCount
    else { return nil }
    return NetworkFile(path: path, inputShape: shape)
  }

  /// The extents of an input, without the batch.
  private mutating func extents(_ value: YAMLValue, _ keyPath: String) -> [Int] {
    let items = items(of: value, keyPath, expected: "the extents of one input ([3, 48, 320])")
    return (items ?? []).enumerated().compactMap { index, item in
      integer(item, "\(keyPath)[\(index)]", in: 1...1_048_576)
    }
  }

  /// A network from a file that all points are compared with, so its path has no placeholders.
  public mutating func guide(_ value: YAMLValue, _ keyPath: String) -> NetworkFile? {
    note(value.place, of: keyPath)
    guard let file = network(value, keyPath) else { return nil }
    guard file.names.isEmpty else {
      fail(
        value.place, keyPath, "'\(file.path)' has placeholders, and all points have one guide",
        expected: "the path of a file")
      return nil
    }
    return file
  }

  /// Checks that what is given besides a network from a file does not contradict it.
  ///
  /// - Parameters:
  ///   - network: where the network is given.
  ///   - given: all that is given.
  ///   - names: the placeholders of the files' paths, whose keys may vary.
  ///   - keyPath: the part of the sweep file that the points are of.
  mutating func checkNetwork(
    _ network: Claim, _ given: [Parameter: Claim], names: Set<String>, _ keyPath: String
  ) {
    if let weights = given[.weights], weights.keyPath != "weights" {
      fail(
        max(network.place, weights.place), keyPath,
        "a network is given by a file, which has its weights, and weights are given too",
        expected: "one of the two")
    }
    let replaced = Parameter.replacedByNetwork.filter { parameter in
      given[parameter] != nil && !(parameter.column.map(names.contains) ?? false)
    }
    guard let place = replaced.compactMap({ given[$0]?.place }).min() else { return }
    let names = replaced.map(\.key).joined(separator: ", ")
    fail(
      max(network.place, place), keyPath, "a network is given by a file and by \(names)",
      expected: "one of the two; input can be given besides a file, and keys that its path names")
  }
}
