extension Reading {
  /// Patterns of names of representations; nil where mistakes were noted.
  public mutating func representations(_ value: YAMLValue, _ keyPath: String) -> [String]? {
    note(value.place, of: keyPath)
    let expected = "a list of patterns of names ([\"/layer4/*\", \"*Relu_output_0\"])"
    guard let items = items(of: value, keyPath, expected: expected) else { return nil }
    var patterns: [String] = []
    for (index, item) in items.enumerated() {
      guard case .scalar(let text, _) = item.content, !item.isNull, !text.isEmpty,
        !text.contains(where: \.isNewline)
      else {
        fail(item, "\(keyPath)[\(index)]", expected: "a name, in which * stands for anything")
        continue
      }
      patterns.append(text)
    }
    return patterns.count == items.count ? patterns : nil
  }

  /// Patterns in the one spelling that the plan hash covers.
  public static func canonicalText(ofPatterns patterns: [String]) -> String {
    "[\(patterns.map(yamlQuoted).joined(separator: ", "))]"
  }
}
