internal import Yams

/// Parses YAML into `YAMLValue`s, collecting mistakes that do not stop it.
///
/// The library ends at the first key that a mapping has twice. Such a key is then overwritten in a
/// copy of the text by as many private-use characters, which keeps all places, and parsing repeated.
public struct YAMLParsing {
  /// More values than this come from aliases that multiply, not from a sweep.
  static let valueLimit = 4_000_000
  /// Sweep files nest to six levels.
  static let depthLimit = 32
  /// Keys given twice that are reported before giving up.
  static let duplicateLimit = 50

  /// The mistakes that were found.
  public private(set) var errors: [SpecError] = []
  private var overwritten: [Place: String] = [:]
  private var valueCount = 0
  private var hasPlaceholders = false
  private let kind: String

  /// Prepares the parsing of a file that should hold something, such as "a sweep".
  public init(of kind: String) { self.kind = kind }

  /// The root of the file's only document; nil where errors left none.
  public mutating func parse(_ text: String) -> YAMLValue? {
    var scalars = Array(text.unicodeScalars)
    // A byte order mark is no column.
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    while true {
      do {
        let copy = String(String.UnicodeScalarView(scalars))
        guard let node = try compose(yaml: copy, .basic, .default, .utf8) else {
          errors.append(SpecError(Self.start, "", "the file is empty", expected: kind))
          return nil
        }
        let root = convert(node, path: "", depth: 0)
        // A file that is cut off would seem to lack what was cut.
        return valueCount > Self.valueLimit ? nil : root
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        let place = Place(context.mark)
        guard let name = names.first, overwritten.count < Self.duplicateLimit,
          let range = Self.range(of: name, at: place, in: scalars),
          let mask = Unicode.Scalar(0xE000 + UInt32(overwritten.count))
        else {
          errors.append(
            SpecError(place, "", "the key '\(names.first ?? "")' is given twice", expected: "once"))
          return nil
        }
        scalars.replaceSubrange(range, with: repeatElement(mask, count: range.count))
        overwritten[place] = name
      } catch {
        guard Self.maskPlaceholders(at: error, in: &scalars) else {
          errors.append(Self.translate(error))
          return nil
        }
        hasPlaceholders = true
      }
    }
  }

  private static let start = Place(line: 1, column: 1)

  private mutating func convert(_ node: Node, path: String, depth: Int) -> YAMLValue? {
    let place = node.mark.map(Place.init) ?? Self.start
    valueCount += 1
    guard valueCount <= Self.valueLimit, depth <= Self.depthLimit else {
      // One report is enough: the count stays above the limit.
      if valueCount <= Self.valueLimit || valueCount == Self.valueLimit + 1 {
        valueCount = Self.valueLimit + 1
        errors.append(
          SpecError(
            place, path,
            "the file has too many or too deeply nested values once its aliases are "
              + "written out",
            expected: "at most \(Self.valueLimit) values, "
              + "\(Self.depthLimit) levels deep"))
      }
      return nil
    }
    switch node {
    case .scalar(let scalar):
      let plain = scalar.style == .plain || scalar.style == .any
      return YAMLValue(place: place, content: .scalar(unmasked(scalar.string), quoted: !plain))
    case .sequence(let sequence):
      var items: [YAMLValue] = []
      for (index, item) in sequence.enumerated() where valueCount <= Self.valueLimit {
        if let item = convert(item, path: "\(path)[\(index)]", depth: depth + 1) {
          items.append(item)
        }
      }
      return YAMLValue(place: place, content: .sequence(items))
    case .mapping(let mapping):
      return YAMLValue(
        place: place, content: .mapping(entries(of: mapping, path: path, depth: depth)))
    case .alias:
      errors.append(SpecError(place, path, "this alias is not resolved", expected: "a value"))
      return nil
    }
  }

  private func unmasked(_ text: String) -> String { hasPlaceholders ? Self.unmask(text) : text }

  private mutating func entries(
    of mapping: Node.Mapping, path: String, depth: Int
  ) -> [YAMLValue.Entry] {
    var entries: [YAMLValue.Entry] = []
    var firstPlaces: [String: Place] = [:]
    for (key, value) in mapping where valueCount <= Self.valueLimit {
      let place = key.mark.map(Place.init) ?? Self.start
      guard let scalar = key.scalar else {
        errors.append(SpecError(place, path, "a key is a list or a mapping", expected: "a name"))
        continue
      }
      let name = unmasked(overwritten[place] ?? scalar.string)
      let keyPath = path.isEmpty ? name : "\(path).\(name)"
      if let first = firstPlaces[name] {
        errors.append(
          SpecError(
            place, keyPath, "the key is given twice, already at \(first)", expected: "it once"))
        continue
      }
      firstPlaces[name] = place
      if name == "<<" {
        errors.append(
          SpecError(
            place, keyPath, "merge keys are not read", expected: "the keys themselves"))
        continue
      }
      if let value = convert(value, path: keyPath, depth: depth + 1) {
        entries.append(YAMLValue.Entry(key: name, keyPlace: place, value: value))
      }
    }
    return entries
  }
}

extension YAMLParsing {
  /// Where a place lies in a text; nil beyond its end.
  static func index(of place: Place, in scalars: [Unicode.Scalar]) -> Int? {
    var line = 1
    var index = 0
    while line < place.line, index < scalars.count {
      let isBreak = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalars[index])
      let isFirstOfTwo =
        scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if isBreak, !isFirstOfTwo { line += 1 }
      index += 1
    }
    index += place.column - 1
    return index < scalars.count ? index : nil
  }

  private static func character(at place: Place, in text: String) -> Unicode.Scalar? {
    let scalars = Array(text.unicodeScalars)
    return index(of: place, in: scalars).map { scalars[$0] }
  }

  /// Where a key stands in a text, without its quotes; nil where it is spelled with escapes.
  private static func range(
    of name: String, at place: Place, in scalars: [Unicode.Scalar]
  ) -> Range<Int>? {
    guard var index = index(of: place, in: scalars) else { return nil }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    let end = index + name.unicodeScalars.count
    guard end <= scalars.count, scalars[index..<end].elementsEqual(name.unicodeScalars) else {
      return nil
    }
    return index..<end
  }

  private static func translate(_ error: any Error) -> SpecError {
    guard let error = error as? YamlError else {
      return SpecError(start, "", "this is not YAML: \(error)")
    }
    switch error {
    case .scanner(_, _, let mark, let yaml)
    where character(at: Place(mark), in: yaml) == "\t":
      return SpecError(
        Place(mark), "", "a tab indents this line, and YAML knows spaces only", expected: "spaces")
    case .scanner(_, let problem, let mark, let yaml)
    where problem.contains("cannot start any token"):
      let found = character(at: Place(mark), in: yaml).map { "'\($0)'" } ?? "a sign"
      return SpecError(
        Place(mark), "", "this is not YAML: \(found) begins a value",
        expected: "the value in quotes"
      )
    case .scanner(let context, let problem, let mark, yaml: _),
      .parser(let context, let problem, let mark, yaml: _),
      .composer(let context, let problem, let mark, yaml: _):
      let wording = context.map { "\($0.text) at \(Place($0.mark)): \(problem)" } ?? problem
      return SpecError(Place(mark), "", "this is not YAML: \(wording)")
    case .reader(let problem, let offset, value: _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let lines = before.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      let column = lines.last?.unicodeScalars.count ?? 0
      return SpecError(
        Place(line: max(1, lines.count), column: column + 1), "", "this is not YAML: \(problem)")
    default:
      return SpecError(start, "", "this is not YAML: \(error)")
    }
  }
}

extension Place {
  init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
