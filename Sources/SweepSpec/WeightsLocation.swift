/// Where weights stand: a file, and a group of it.
///
/// In a sweep file both may hold placeholders such as `{width}`, which stand for the values that
/// columns of the results file have at a point, and `{name}`, the sweep's name. A point's own
/// location has none left.
public struct WeightsLocation: Hashable, Sendable {
  /// The file's path as it is written; a relative one starts at the folder of the sweep file.
  public let path: String
  /// The group that holds the layers, from `/` on; nil for the root group.
  public let group: String?

  /// Makes a location; a group is brought to its one spelling, with a slash before each name.
  public init(path: String, group: String? = nil) {
    self.path = path
    let names = (group ?? "").split(separator: "/").filter { $0 != "." }
    self.group = names.isEmpty ? nil : "/" + names.joined(separator: "/")
  }

  /// The location in the one spelling that identifies it.
  public var canonicalText: String {
    "{file: \(Self.quoted(path))" + (group.map { ", group: \(Self.quoted($0))" } ?? "") + "}"
  }

  /// File and group as messages name them.
  public var description: String { path + (group.map { ":\($0)" } ?? "") }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

/// A placeholder that a text misuses.
enum PlaceholderMistake: Error, Equatable {
  /// A brace that nothing closes or opens.
  case unbalanced
  /// A name that no placeholder has.
  case unknown(String)
}

extension WeightsLocation {
  /// What placeholders can be called.
  static let placeholders =
    [
      "name", "family", "form", "shortcut", "preset", "stage_depth", "width", "stage_count",
      "widen", "kernel", "stride", "growth", "skip_length", "input_channels", "input_size",
      "layer_count",
    ] + Parameter.presetOptions.map(\.key) + ["inference_sweeps", "seed"]

  /// The placeholders of path and group, in order.
  var names: [String] {
    [path, group ?? ""].flatMap { text in
      Self.parts(of: text).enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
    }
  }

  /// Checks the placeholders of a text that a sweep file gives.
  static func check(
    _ text: String, among placeholders: [String] = placeholders
  ) throws(PlaceholderMistake) {
    var isOpen = false
    for character in text where character == "{" || character == "}" {
      guard (character == "{") != isOpen else { throw .unbalanced }
      isOpen.toggle()
    }
    guard !isOpen else { throw .unbalanced }
    for (index, part) in parts(of: text).enumerated() where !index.isMultiple(of: 2) {
      guard placeholders.contains(part) else { throw .unknown(part) }
    }
  }

  /// The location with values in place of the placeholders; nil where one has no value.
  func filled(_ value: (String) -> String?) -> WeightsLocation? {
    guard let path = Self.fill(path, value) else { return nil }
    guard let group else { return WeightsLocation(path: path) }
    return Self.fill(group, value).map { WeightsLocation(path: path, group: $0) }
  }

  private static func fill(_ text: String, _ value: (String) -> String?) -> String? {
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
