internal import Yams

/// Placeholders in plain scalars of flow mappings: `{file: nets/{width}.h5}`.
///
/// YAML ends a plain scalar at a brace there and refuses what follows. The braces of all placeholders
/// are then replaced by private-use characters in a copy of the text, which keeps all places, and parsing
/// repeated: a file that is YAML without this never changes its meaning.
extension YAMLParsing {
  private static let opening = Unicode.Scalar(0xE0F0 as UInt16) ?? "{"
  private static let closing = Unicode.Scalar(0xE0F1 as UInt16) ?? "}"

  /// Masks the braces of all placeholders where an error stopped at one; false where it stopped
  /// elsewhere.
  static func maskPlaceholders(at error: any Error, in scalars: inout [Unicode.Scalar]) -> Bool {
    guard case YamlError.parser(_, _, let mark, yaml: _) = error,
      let start = index(of: Place(mark), in: scalars),
      end(ofPlaceholderAt: start, in: scalars) != nil
    else { return false }
    for index in scalars.indices {
      guard let end = end(ofPlaceholderAt: index, in: scalars) else { continue }
      scalars[index] = opening
      scalars[end] = closing
    }
    return true
  }

  /// Where the brace is that closes a placeholder within a word; nil where none is opened.
  private static func end(ofPlaceholderAt start: Int, in scalars: [Unicode.Scalar]) -> Int? {
    guard start > 0, scalars[start] == "{", isPartOfWord(scalars[start - 1]),
      let end = scalars[(start + 1)...].firstIndex(where: { !isPartOfWord($0) }),
      scalars[end] == "}"
    else { return nil }
    return end
  }

  /// A scalar with its braces.
  static func unmask(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0 == opening ? "{" : $0 == closing ? "}" : $0 }))
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || ["_", "-", ".", "/", opening, closing].contains(scalar)
  }
}
