internal import Architectures

/// Reads sweep files.
public enum SpecReader {
  /// Reads and checks a sweep file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the file's contents.
  ///   - registry: what it can ask for.
  ///
  /// **Throws**: `SpecErrors` with every mistake and its place.
  public static func read(
    _ bytes: [UInt8], measuring registry: MeasureRegistry
  ) throws(SpecErrors) -> Spec {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SpecErrors([undecodable(bytes)])
    }
    return try read(text, measuring: registry)
  }

  /// Reads and checks a sweep file's text.
  ///
  /// Architectures that are impossible only for some points are found by `Plan`.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - registry: what it can ask for.
  ///
  /// **Throws**: `SpecErrors` with every mistake and its place.
  public static func read(
    _ text: String, measuring registry: MeasureRegistry
  ) throws(SpecErrors) -> Spec {
    var parsing = YAMLParsing(of: "a sweep")
    let root = parsing.parse(text)
    var reading = Reading(errors: parsing.errors, registry: registry)
    let spec = root.flatMap { reading.spec(from: $0, text: text) }
    guard let spec, reading.errors.isEmpty else { throw SpecErrors(reading.errors) }
    return spec
  }

  /// Finds the first byte that starts no UTF-8 character.
  private static func undecodable(_ bytes: [UInt8]) -> SpecError {
    var place = Place(line: 1, column: 1)
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      place =
        scalar == "\n"
        ? Place(line: place.line + 1, column: 1)
        : Place(line: place.line, column: place.column + 1)
    }
    return SpecError(place, "", "this byte is not UTF-8", expected: "a text in UTF-8")
  }
}

/// A sweep file being read: what was found so far.
public struct Reading {
  /// Where a parameter of the grid was first given.
  struct Claim {
    let place: Place
    let keyPath: String
  }

  /// All mistakes so far.
  public internal(set) var errors: [SpecError]
  /// What is worth saying without refusing the file.
  var warnings: [SpecError] = []
  /// What the file means where that is not plain from its text.
  var notes: [SpecError] = []
  /// Keys that a refused key stands for: they are not reported as missing besides.
  var meantKeys: Set<String> = []
  /// Where keys are whose mistakes show only when files are read, by their paths.
  var places: [String: Place] = [:]
  /// The parameters of the grid's points: those that are readable and those that are not.
  var claims: [Parameter: Claim] = [:]
  /// The search space of all points of the grid, if they have one.
  var searchSpace: Preset?

  /// What the file can ask for.
  let registry: MeasureRegistry

  init(errors: [SpecError], registry: MeasureRegistry) {
    self.errors = errors
    self.registry = registry
  }

  /// Remembers where a key is given whose mistakes show only when files are read.
  public mutating func note(_ place: Place, of keyPath: String) { places[keyPath] = place }

  /// Where a key is given, as far as it was noted.
  public func place(of keyPath: String) -> Place? { places[keyPath] }

  /// Notes a mistake.
  public mutating func fail(
    _ place: Place, _ keyPath: String, _ problem: String, expected: String = "",
    suggestion: String? = nil
  ) {
    errors.append(
      SpecError(place, keyPath, problem, expected: expected, suggestion: suggestion))
  }

  /// Notes that a value is of the wrong kind.
  public mutating func fail(_ value: YAMLValue, _ keyPath: String, expected: String) {
    fail(value.place, keyPath, "found \(value.summary)", expected: expected)
  }

  /// The entries of a mapping that have known keys; nil if it is none or empty.
  mutating func entries(
    of value: YAMLValue, _ keyPath: String, in section: Section, expected: String
  ) -> [YAMLValue.Entry]? {
    guard let entries = value.entries, !entries.isEmpty else {
      fail(value, keyPath, expected: expected)
      return nil
    }
    return entries.filter { entry in
      guard !section.keys.contains(entry.key) else { return true }
      let path = keyPath.isEmpty ? entry.key : "\(keyPath).\(entry.key)"
      errors.append(section.refusal(of: entry.key, at: entry.keyPlace, path, registry))
      meantKeys.formUnion(section.meant(by: entry.key))
      return false
    }
  }

  /// The entries of a mapping that have some keys; nil if it is none or empty.
  public mutating func entries(
    of value: YAMLValue, _ keyPath: String, keys: [String], expected: String
  ) -> [YAMLValue.Entry]? {
    entries(of: value, keyPath, in: .measured(keys), expected: expected)
  }

  /// The items of a list that is not empty; nil if it is none.
  public mutating func items(of value: YAMLValue, _ keyPath: String, expected: String)
    -> [YAMLValue]?
  {
    guard let items = value.items, !items.isEmpty else {
      fail(value, keyPath, expected: expected)
      return nil
    }
    return items
  }
}
