extension Reading {
  /// Where weights are written, a file for each network.
  public mutating func savedWeights(_ value: YAMLValue, _ keyPath: String) -> WeightsLocation? {
    let expected = "a file for each network ({file: \"nets/{width}-{draw}.h5\"})"
    guard let entries = entries(of: value, keyPath, keys: ["file", "group"], expected: expected)
    else {
      return nil
    }
    let given = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
    let more = WeightsLocation.savedPlaceholders
    for (key, value) in given { places["\(keyPath).\(key)"] = value.place }
    let group = given["group"].flatMap { locationText($0, "\(keyPath).group", "a group", more) }
    guard let file = given["file"] else {
      if !meantKeys.contains("file") {
        fail(value.place, keyPath, "'file' is missing", expected: expected)
      }
      return nil
    }
    guard let path = locationText(file, "\(keyPath).file", "a path", more) else { return nil }
    guard let last = path.split(separator: "/", omittingEmptySubsequences: false).last,
      ![".", "..", ""].contains(last)
    else {
      fail(
        file.place, "\(keyPath).file", "'\(path)' is the name of a folder",
        expected: "the name of a file")
      return nil
    }
    return WeightsLocation(path: path, group: group)
  }
}
