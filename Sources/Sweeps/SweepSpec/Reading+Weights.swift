extension Reading {
  /// Where weights come from.
  mutating func weights(_ value: YAMLValue, _ keyPath: String) -> WeightsSource? {
    let errorCount = errors.count
    let expected =
      "a source of weights ({init: he, draws: 4}, {file: weights.h5} or "
      + "{safetensors: net.safetensors})"
    guard let entries = entries(of: value, keyPath, in: .weights, expected: expected) else {
      return nil
    }
    let given = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0) })
    var draws = 1
    let random = randomWeights(given, keyPath)
    if let entry = given["draws"],
      let number = integer(entry.value, "\(keyPath).draws", in: 1...1_000_000)
    {
      draws = number
    }
    let location = location(given, keyPath)
    if let file = given["file"] ?? given["safetensors"] {
      for key in ["init", "draws", "weight_variance", "bias_variance"] {
        guard let entry = given[key] else { continue }
        fail(
          max(file.keyPlace, entry.keyPlace), keyPath,
          "weights come from a file, and \(key) is about random ones",
          expected: "one of \(file.key) and init")
      }
    }
    if errors.count == errorCount, given["init"] == nil, location == nil {
      fail(value.place, keyPath, "weights have no source", expected: "init: he, or a file")
    }
    guard errors.count == errorCount else { return nil }
    return location.map { .file($0) } ?? .random(random, draws: draws)
  }

  /// The file of weights; nil if none is named, or if what is said of it does not fit.
  private mutating func location(
    _ given: [String: YAMLValue.Entry], _ keyPath: String
  ) -> WeightsLocation? {
    if let file = given["file"], let other = given["safetensors"] {
      fail(
        max(file.keyPlace, other.keyPlace), keyPath, "file and safetensors are given together",
        expected: "one of them")
    }
    let path = (given["file"] ?? given["safetensors"]).flatMap {
      locationText($0.value, "\(keyPath).\($0.key)", "a path")
    }
    let group = given["group"].flatMap { locationText($0.value, "\(keyPath).group", "a group") }
    if let entry = given["group"], given["file"] == nil {
      fail(entry.keyPlace, "\(keyPath).group", "the group has no file", expected: "file")
    }
    guard given["safetensors"] != nil else {
      if let entry = given["shortcuts"] {
        fail(
          entry.keyPlace, "\(keyPath).shortcuts", "it says what a state dict leaves out",
          expected: "it with safetensors only")
      }
      return path.map { WeightsLocation(path: $0, group: group) }
    }
    let padsShortcuts =
      given["shortcuts"].map { entry in
        name(
          entry.value, "\(keyPath).shortcuts",
          among: [(name: "projected", value: false), (name: "padded", value: true)]) ?? false
      } ?? false
    return path.map {
      WeightsLocation(path: $0, format: .safetensors(padsShortcuts: padsShortcuts))
    }
  }

  /// A path or a group, whose placeholders are checked; some places know more of them than others.
  mutating func locationText(
    _ value: YAMLValue, _ keyPath: String, _ kind: String, _ more: [String] = []
  ) -> String? {
    let placeholders = PlaceholderValues.names + more
    let example = kind == "a path" ? "\"nets/{width}.h5\"" : "\"/epoch10\""
    guard case .scalar(let text, _) = value.content, !value.isNull,
      !text.allSatisfy(\.isWhitespace), !text.contains(where: \.isNewline)
    else {
      fail(value, keyPath, expected: "\(kind) on one line, in quotes (\(example))")
      return nil
    }
    do throws(PlaceholderMistake) {
      try PlaceholderText.check(text, among: placeholders)
      return text
    } catch {
      switch error {
      case .unbalanced:
        fail(
          value.place, keyPath, "a brace of '\(text)' has no partner",
          expected: "braces around the name of a column only ({width})")
      case .unknown(let name):
        fail(
          value.place, keyPath, "there is no placeholder '{\(name)}'",
          expected: oneOf(placeholders),
          suggestion: nearMiss(of: name.replacing(".", with: "_"), among: placeholders))
      }
      return nil
    }
  }
}
