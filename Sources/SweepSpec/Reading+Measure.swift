extension Reading {
  /// Where weights come from.
  mutating func weights(_ value: YAMLValue, _ keyPath: String) -> WeightsSource? {
    let errorCount = errors.count
    let expected = "a source of weights ({init: he, draws: 4}, or {file: weights.h5})"
    guard let entries = entries(of: value, keyPath, in: .weights, expected: expected) else {
      return nil
    }
    let given = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0) })
    var draws = 1
    if let entry = given["init"] {
      _ = name(entry.value, "\(keyPath).init", among: [("he", true)])
    }
    if let entry = given["draws"],
      let number = integer(entry.value, "\(keyPath).draws", in: 1...1_000_000)
    {
      draws = number
    }
    let path = given["file"].flatMap { locationText($0.value, "\(keyPath).file", "a path") }
    let group = given["group"].flatMap { locationText($0.value, "\(keyPath).group", "a group") }
    if let file = given["file"] {
      for key in ["init", "draws"] {
        guard let entry = given[key] else { continue }
        fail(
          max(file.keyPlace, entry.keyPlace), keyPath,
          "weights come from a file, and \(key) is about random ones",
          expected: "one of file and init")
      }
    } else if let group = given["group"] {
      fail(group.keyPlace, "\(keyPath).group", "there is no file to have a group", expected: "file")
    }
    if errors.count == errorCount, given["init"] == nil, given["file"] == nil {
      fail(value.place, keyPath, "weights have no source", expected: "init: he, or a file")
    }
    guard errors.count == errorCount else { return nil }
    return path.map { .file(WeightsLocation(path: $0, group: group)) } ?? .he(draws: draws)
  }

  /// A path or a group, whose placeholders are checked; some places know more of them than others.
  mutating func locationText(
    _ value: YAMLValue, _ keyPath: String, _ kind: String, _ more: [String] = []
  ) -> String? {
    let placeholders = WeightsLocation.placeholders + more
    let example = kind == "a path" ? "\"nets/{width}.h5\"" : "\"/epoch10\""
    guard case .scalar(let text, _) = value.content, !value.isNull,
      !text.allSatisfy(\.isWhitespace), !text.contains(where: \.isNewline)
    else {
      fail(value, keyPath, expected: "\(kind) on one line, in quotes (\(example))")
      return nil
    }
    do throws(PlaceholderMistake) {
      try WeightsLocation.check(text, among: placeholders)
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

  /// What is measured.
  mutating func measure(_ value: YAMLValue) -> Measure? {
    let expected = "what is measured (frame: {minimum: true, statistics: true, bounds: false})"
    var measure = Measure()
    guard let entries = entries(of: value, "measure", in: .measure, expected: expected) else {
      return nil
    }
    for entry in entries {
      let path = "measure.\(entry.key)"
      if entry.key == "neural_frames" {
        measure.neuralFrames = neuralFrames(entry.value, path)
        continue
      }
      if entry.key == "train" {
        measure.train = train(entry.value, path)
        continue
      }
      if entry.key == "companions" {
        measure.companions = companions(entry.value, path)
        continue
      }
      if entry.key == "robustness" {
        measure.robustness = robustness(entry.value, path)
        if !entries.contains(where: { $0.key == "train" }), !meantKeys.contains("train") {
          fail(
            entry.keyPlace, path, "only networks that are trained are attacked",
            expected: "train beside it")
        }
        continue
      }
      let expected = "{minimum: true, statistics: true, bounds: false} or a part of it"
      let choices = self.entries(of: entry.value, path, in: .frame, expected: expected) ?? []
      for choice in choices {
        guard let answer = truth(choice.value, "\(path).\(choice.key)") else { continue }
        switch choice.key {
        case "minimum": measure.frame.minimum = answer
        case "statistics": measure.frame.statistics = answer
        default: measure.frame.bounds = answer
        }
      }
    }
    return measure
  }
}
