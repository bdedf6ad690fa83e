/// A value of a YAML file with its place, free of the library that parsed it.
public struct YAMLValue: Sendable {
  /// One key of a mapping with its value.
  public struct Entry: Sendable {
    /// The key.
    public let key: String
    /// Where the key is.
    public let keyPlace: Place
    /// What it is given.
    public let value: YAMLValue
  }

  /// What a value is.
  public indirect enum Content: Sendable {
    /// A text, and whether it stands in quotes.
    case scalar(String, quoted: Bool)
    /// A list.
    case sequence([YAMLValue])
    /// Keys with their values.
    case mapping([Entry])
  }

  /// Where it begins.
  public let place: Place
  /// What it is.
  public let content: Content

  /// Whether the value is left out, or one of the spellings of nothing.
  public var isNull: Bool {
    guard case .scalar(let text, quoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The finite number that the value says; nil if it says none.
  public var number: Double? {
    guard case .scalar(let text, quoted: false) = content else { return nil }
    switch NumberReading(text) {
    case .integer(let number): return Double(number)
    case .real(let number): return number
    case .notFinite, .tooLarge, .notANumber: return nil
    }
  }

  /// True or false; nil if the value says neither.
  ///
  /// YAML readers disagree on yes and on, so they are not read.
  public var truth: Bool? {
    guard case .scalar(let text, quoted: false) = content else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }

  /// The items of a sequence.
  public var items: [YAMLValue]? {
    guard case .sequence(let items) = content else { return nil }
    return items
  }

  /// The entries of a mapping.
  public var entries: [Entry]? {
    guard case .mapping(let entries) = content else { return nil }
    return entries
  }

  /// The value in a few words, as error messages name it.
  public var summary: String {
    switch content {
    case .sequence(let items): return items.isEmpty ? "an empty list" : "a list"
    case .mapping(let entries): return entries.isEmpty ? "an empty mapping" : "a mapping"
    case .scalar(let text, let quoted):
      if isNull { return "nothing" }
      let short = text.count > 40 ? text.prefix(40) + "…" : text[...]
      // Control characters of quoted scalars must not reach a terminal.
      let shown = String(
        String.UnicodeScalarView(short.unicodeScalars.map { $0.value < 32 ? " " : $0 }))
      return quoted ? "the text \"\(shown)\"" : "'\(shown)'"
    }
  }
}

/// What a plain scalar says as a number.
enum NumberReading: Equatable {
  case integer(Int)
  case real(Double)
  case notFinite
  case tooLarge
  case notANumber

  /// Reads decimal numbers only: 010 and 1_000 mean different things to different YAML readers.
  init(_ text: String) {
    let lower = text.lowercased()
    if ["nan", "inf", "infinity"].contains(lower.drop { "+-.".contains($0) }) {
      self = .notFinite
      return
    }
    let unsigned = text.drop { $0 == "+" || $0 == "-" }
    let digits = unsigned.utf8.prefix { (48...57).contains($0) }
    let hasTwoSigns = text.utf8.count - unsigned.utf8.count > 1
    let leadsWithZero = digits.count > 1 && digits.first == 48
    let allowed = unsigned.utf8.allSatisfy {
      (48...57).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
    }
    guard !hasTwoSigns, !leadsWithZero, allowed, !unsigned.isEmpty else {
      self = .notANumber
      return
    }
    if digits.count == unsigned.utf8.count {
      self = Int(text).map { .integer($0) } ?? .tooLarge
    } else if let value = Double(text.hasSuffix(".") ? text + "0" : text) {
      self = value.isFinite ? .real(value) : .tooLarge
    } else {
      self = .notANumber
    }
  }
}
