/// A placeholder that a text misuses.
enum PlaceholderMistake: Error, Equatable {
  /// A brace that nothing closes or opens.
  case unbalanced
  /// A name that no placeholder has.
  case unknown(String)
}

/// Paths and groups in which names in braces stand for values of a point.
enum PlaceholderText {
  /// The placeholders of a text, in order.
  static func names(in text: String) -> [String] {
    parts(of: text).enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
  }

  /// Checks the placeholders of a text that a sweep file gives.
  static func check(
    _ text: String, among placeholders: [String]
  ) throws(PlaceholderMistake) {
    var isOpen = false
    for character in text where character == "{" || character == "}" {
      guard (character == "{") != isOpen else { throw .unbalanced }
      isOpen.toggle()
    }
    guard !isOpen else { throw .unbalanced }
    for name in names(in: text) {
      guard placeholders.contains(name) else { throw .unknown(name) }
    }
  }

  /// A text with values in place of the placeholders; nil where one has no value.
  static func filled(_ text: String, _ value: (String) -> String?) -> String? {
    var filled = ""
    for (index, part) in parts(of: text).enumerated() {
      guard let next = index.isMultiple(of: 2) ? part : value(part) else { return nil }
      filled += next
    }
    return filled
  }

  /// A text cut at its braces: every second part is a placeholder's name.
  private static func parts(of text: String) -> [String] {
    text.split(omittingEmptySubsequences: false) { $0 == "{" || $0 == "}" }.map(String.init)
  }
}
