/// A value of a key of an architecture.
public enum KeyValue: Hashable, Sendable {
  /// A whole number.
  case integer(Int)
  /// A number in double precision.
  case real(Double)
  /// A word and its code in the results file.
  case word(String, code: Int8)

  /// The word of an enumeration.
  public init(_ word: some KeyWord) { self = .word(word.name, code: word.rawValue) }

  /// The value as sweep files and messages write it.
  public var text: String {
    switch self {
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .word(let word, _): word
    }
  }

  /// The value as columns of the results file hold it, whole numbers as 32 bits.
  public var number: Double {
    switch self {
    case .integer(let number): Double(Int32(clamping: number))
    case .real(let number): number
    case .word(_, let code): Double(code)
    }
  }

  /// The whole number; nil for other values.
  public var integer: Int? {
    if case .integer(let number) = self { number } else { nil }
  }

  /// The number in double precision; nil for other values.
  public var real: Double? {
    if case .real(let number) = self { number } else { nil }
  }

  /// The word as a case of its enumeration; nil for other values.
  public func word<Word: KeyWord>(of: Word.Type = Word.self) -> Word? {
    if case .word(_, let code) = self { Word(rawValue: code) } else { nil }
  }
}

extension KeyValue: ExpressibleByIntegerLiteral {
  /// Makes a whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
}

/// An enumeration whose cases are the words of a key.
///
/// Raw values are the codes of the key's column. They count from 0 in the order of the cases, and a
/// case keeps its code for ever.
public protocol KeyWord: RawRepresentable<Int8>, CaseIterable, Hashable, Sendable {
  /// The word in sweep files.
  var name: String { get }
}

/// Values of some keys, in the order of the table.
public struct KeyValues: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  private struct Entry: Hashable, Sendable {
    let key: ArchitectureKey
    var value: KeyValue
  }

  // Few keys have a value at a time, so a search is short.
  private var entries: [Entry] = []

  /// Makes values without repeated keys.
  public init(dictionaryLiteral elements: (ArchitectureKey, KeyValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  /// The keys that have a value.
  public var keys: [ArchitectureKey] { entries.map(\.key) }

  /// Whether only these keys have a value.
  func areAll(in keys: Set<ArchitectureKey>) -> Bool {
    entries.allSatisfy { keys.contains($0.key) }
  }

  /// The value of a key; nil for none.
  public subscript(key: ArchitectureKey) -> KeyValue? {
    get {
      for place in entries.indices where entries[place].key == key { return entries[place].value }
      return nil
    }
    set {
      let place = entries.firstIndex { $0.key >= key } ?? entries.count
      let isThere = place < entries.count && entries[place].key == key
      switch newValue {
      case .some(let value) where isThere: entries[place].value = value
      case .some(let value): entries.insert(Entry(key: key, value: value), at: place)
      case .none where isThere: entries.remove(at: place)
      case .none: break
      }
    }
  }
}
