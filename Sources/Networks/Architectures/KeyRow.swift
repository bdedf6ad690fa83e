/// A row of the table of keys: all that is known of a key of an architecture.
///
/// Rows are shared, not copied: each point of a plan looks at all of them.
public final class KeyRow: Sendable {
  /// Which values are read.
  public enum Reading: Sendable {
    /// One of some words, each at the place of its code.
    case words([KeyValue])
    /// A whole number.
    case integers(ClosedRange<Int>)
    /// An odd number.
    case oddIntegers(ClosedRange<Int>)
    /// A number above 0, at most 1e6.
    case positiveReals
    /// A number from 0 to 1e6.
    case nonnegativeReals
    /// A list of stages.
    case stages

    /// The words of an enumeration.
    static func words<Word: KeyWord>(of: Word.Type) -> Reading {
      .words(Word.allCases.map { KeyValue($0) })
    }

    /// Whether values are numbers.
    public var isNumber: Bool {
      switch self {
      case .integers, .oddIntegers, .positiveReals, .nonnegativeReals: true
      case .words, .stages: false
      }
    }

    /// Whether values are numbers with fractions.
    public var isReal: Bool {
      switch self {
      case .positiveReals, .nonnegativeReals: true
      case .words, .integers, .oddIntegers, .stages: false
      }
    }

    /// The whole numbers in whose range values lie; nil where they are of another kind.
    public var integers: ClosedRange<Int>? {
      switch self {
      case .integers(let range), .oddIntegers(let range): range
      case .words, .positiveReals, .nonnegativeReals, .stages: nil
      }
    }

    /// What is wrong with a value, and what was expected; nil for a value that the key may have.
    public func mistake(in value: KeyValue) -> (problem: String, expected: String)? {
      switch (self, value) {
      case (.integers(let range), .integer(let number)) where range.contains(number): return nil
      case (.integers(let range), _):
        return ("\(value.text) is out of range", Self.describe(range))
      case (.oddIntegers(let range), .integer(let number)) where range.contains(number):
        return number.isMultiple(of: 2)
          ? ("\(number) is even", "an odd number (1, 3, 5, …)") : nil
      case (.oddIntegers(let range), _):
        return ("\(value.text) is out of range", Self.describe(range))
      case (.positiveReals, .real(let number)) where number > 0 && number <= 1e6: return nil
      case (.positiveReals, _):
        return ("\(value.text) is out of range", "a number above 0, up to 1e6")
      case (.nonnegativeReals, .real(let number)) where number >= 0 && number <= 1e6: return nil
      case (.nonnegativeReals, _):
        return ("\(value.text) is out of range", "a number from 0 to 1e6")
      case (.words(let words), _):
        let names = words.map(\.text).joined(separator: ", ")
        return words.contains(value) ? nil : ("\(value.text) is unknown", "one of \(names)")
      case (.stages, _): return ("\(value.text) is no list of stages", "stages")
      }
    }

    /// The whole numbers of a range, in words.
    public static func describe(_ range: ClosedRange<Int>) -> String {
      if range.lowerBound == Int.min { return "a whole number that fits 64 bits" }
      if range.upperBound >= 999_999_999 { return "a whole number of at least \(range.lowerBound)" }
      return "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  /// Where a value goes.
  public enum Part: Sendable {
    /// The network as a whole.
    case network
    /// The named architecture.
    case preset
    /// What the named architecture leaves open.
    case presetOption
    /// The shape of the image.
    case input
    /// The stages, written one by one.
    case stages
    /// The rule by which stages are written.
    case rule
    /// What some families have besides stages: `Architecture` holds it.
    case option(Option)
  }

  /// What an architecture needs to know of a key that it holds.
  public final class Option: Sendable {
    private let makeStandard: @Sendable (Architecture) -> KeyValue
    private let condition: (@Sendable (Architecture) -> Bool)?
    /// Whether canonical texts name the standard value too: those of the first release did.
    public let isAlwaysWritten: Bool

    init(
      standard: @escaping @Sendable (Architecture) -> KeyValue, isAlwaysWritten: Bool = false,
      applies condition: (@Sendable (Architecture) -> Bool)? = nil
    ) {
      makeStandard = standard
      self.isAlwaysWritten = isAlwaysWritten
      self.condition = condition
    }

    /// The value of networks that do not name another.
    public func standard(_ architecture: Architecture) -> KeyValue { makeStandard(architecture) }

    /// Whether the key takes part in an architecture of one of its families.
    func applies(_ architecture: Architecture) -> Bool { condition?(architecture) ?? true }
  }

  /// The key in sweep files, dotted if it is nested.
  public let name: String
  /// Which values are read.
  public let reading: Reading
  /// Where a value goes.
  public let part: Part
  /// What an architecture needs to know of the key; nil for a key that it does not hold.
  public let option: Option?
  /// The families that have the key.
  public let families: [Family]
  /// The same, a bit for each code.
  private let familyBits: UInt64
  /// A few words for the axis of a plot; empty for a key without a column.
  public let longName: String
  /// What the column's values are.
  public let meaning: String
  /// The unit of the column's values.
  public let units: String
  /// Whether the hashes of plans in which no point makes use of the key name its column: those of
  /// version 0.1 named all that there were.
  public let isInEveryHash: Bool

  /// Makes a row; if no families are given, rules and options are those of layers in stages, and all else
  /// is every family's.
  init(
    _ name: String, _ reading: Reading, _ part: Part, of families: [Family]? = nil,
    _ longName: String = "", _ meaning: String = "", units: String = "1",
    isInEveryHash: Bool = true
  ) {
    self.name = name
    self.reading = reading
    self.part = part
    option = if case .option(let option) = part { option } else { nil }
    let families = families ?? (part.isForLayers ? Family.layered : Family.allCases)
    self.families = families
    familyBits = families.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    self.longName = longName
    self.meaning = meaning
    self.units = units
    self.isInEveryHash = isInEveryHash
  }

  /// Whether a family has the key.
  func isKey(of family: Family) -> Bool { familyBits >> UInt64(family.rawValue) & 1 == 1 }

  /// The column of the results file that holds the values; nil for a key without one.
  public var column: String? {
    longName.isEmpty ? nil : name.split(separator: ".").joined(separator: "_")
  }
}

extension KeyRow {
  /// Whether files leave the column out where no point makes use of the key.
  public var isOmittedIfUnused: Bool {
    guard isInEveryHash else { return true }
    return switch part {
    case .presetOption: true
    case .option(let option): !option.isAlwaysWritten
    case .network, .preset, .input, .stages, .rule: false
    }
  }
}

extension KeyRow.Part {
  /// A key that an architecture holds, whose standard value canonical texts leave out.
  static func option(
    standard: KeyValue, isAlwaysWritten: Bool = false,
    applies: (@Sendable (Architecture) -> Bool)? = nil
  ) -> Self {
    .option(
      KeyRow.Option(
        standard: { _ in standard }, isAlwaysWritten: isAlwaysWritten, applies: applies))
  }

  /// Whether it is a part of networks that are made of layers in stages, unless the row says otherwise.
  fileprivate var isForLayers: Bool {
    switch self {
    case .rule, .option: true
    case .network, .preset, .presetOption, .input, .stages: false
    }
  }
}
