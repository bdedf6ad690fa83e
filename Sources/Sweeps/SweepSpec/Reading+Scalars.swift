internal import Architectures

extension Reading {
  /// A whole number in a range.
  public mutating func integer(
    _ value: YAMLValue, _ keyPath: String, in range: ClosedRange<Int>
  ) -> Int? {
    let expected = KeyRow.Reading.describe(range)
    guard case .scalar(let text, quoted: false) = value.content, !value.isNull else {
      fail(value, keyPath, expected: expected)
      return nil
    }
    switch NumberReading(text) {
    case .integer(let number) where range.contains(number): return number
    case .integer(let number):
      let side = number < range.lowerBound ? "small" : "large"
      fail(
        value.place, keyPath, "\(number) is too \(side)",
        expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    case .real, .notANumber: fail(value, keyPath, expected: expected)
    case .notFinite: fail(value.place, keyPath, "'\(text)' is not finite", expected: expected)
    case .tooLarge:
      fail(value.place, keyPath, "\(value.summary) does not fit 64 bits", expected: expected)
    }
    return nil
  }

  /// A finite number in double precision.
  public mutating func real(_ value: YAMLValue, _ keyPath: String, expected: String) -> Double? {
    number(value, keyPath, expected: expected)?.real
  }

  /// A number in a range, in place of what was there.
  public mutating func number(
    _ value: YAMLValue, _ path: String, in range: ClosedRange<Double>, into result: inout Double
  ) {
    let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard let number = real(value, path, expected: expected) else { return }
    guard range.contains(number) else {
      fail(value.place, path, "\(number) is out of range", expected: expected)
      return
    }
    result = number
  }

  /// A finite number.
  mutating func number(_ value: YAMLValue, _ keyPath: String, expected: String) -> GivenNumber? {
    guard case .scalar(let text, quoted: false) = value.content, !value.isNull else {
      fail(value, keyPath, expected: expected)
      return nil
    }
    switch NumberReading(text) {
    case .integer(let number): return GivenNumber(number)
    case .real(let number): return GivenNumber(number)
    case .notFinite: fail(value.place, keyPath, "'\(text)' is not finite", expected: expected)
    case .tooLarge:
      fail(value.place, keyPath, "\(value.summary) does not fit 64 bits", expected: expected)
    case .notANumber: fail(value, keyPath, expected: expected)
    }
    return nil
  }

  /// One of some names.
  public mutating func name<Choice>(
    _ value: YAMLValue, _ keyPath: String, among choices: [(name: String, value: Choice)]
  ) -> Choice? {
    let names = choices.map(\.name)
    guard case .scalar(let text, _) = value.content else {
      fail(value, keyPath, expected: oneOf(names))
      return nil
    }
    if let choice = choices.first(where: { $0.name == text }) { return choice.value }
    fail(
      value.place, keyPath, "found \(value.summary)", expected: oneOf(names),
      suggestion: nearMiss(of: text, among: names))
    return nil
  }

  /// Whether an entry of a section says true; nil if it is not given or readable.
  public mutating func truth(_ key: String, in given: GivenSection) -> Bool? {
    guard let entry = given.entries.first(where: { $0.key == key }) else { return nil }
    return truth(entry.value, "\(given.keyPath).\(key)")
  }

  /// True or false.
  public mutating func truth(_ value: YAMLValue, _ keyPath: String) -> Bool? {
    if let truth = value.truth { return truth }
    fail(value, keyPath, expected: "true or false")
    return nil
  }

  /// One value of a parameter that is not nested.
  mutating func value(
    of parameter: Parameter, _ value: YAMLValue, _ keyPath: String
  ) -> ParameterValue? {
    switch parameter.reading {
    case nil where parameter == .network:
      return network(value, keyPath).map { .network($0) }
    case nil: return weights(value, keyPath).map { .weights($0) }
    case .stages: return stages(value, keyPath)
    case .words(let words):
      return name(value, keyPath, among: words.map { ($0.text, .plain($0)) })
    case .positiveReals, .nonnegativeReals:
      let expected =
        if case .positiveReals = parameter.reading { "a number above 0" } else { "a number from 0" }
      guard let number = real(value, keyPath, expected: expected) else { return nil }
      return check(.real(number), of: parameter, at: value.place, keyPath).map { .plain($0) }
    case .integers(let range), .oddIntegers(let range):
      guard let number = integer(value, keyPath, in: range) else { return nil }
      return check(.integer(number), of: parameter, at: value.place, keyPath).map { .plain($0) }
    }
  }

  /// A value again if the parameter may have it.
  mutating func check(
    _ value: KeyValue, of parameter: Parameter, at place: Place, _ keyPath: String
  ) -> KeyValue? {
    guard let mistake = parameter.reading?.mistake(in: value) else { return value }
    fail(place, keyPath, mistake.problem, expected: mistake.expected)
    return nil
  }
}
