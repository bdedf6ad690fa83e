internal import Architectures

extension Reading {
  /// A whole number in a range.
  mutating func integer(
    _ value: YAMLValue, _ keyPath: String, in range: ClosedRange<Int>
  ) -> Int? {
    let expected = Self.describe(range)
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
  mutating func real(_ value: YAMLValue, _ keyPath: String, expected: String) -> Double? {
    number(value, keyPath, expected: expected)?.real
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
  mutating func name<Choice>(
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

  /// True or false.
  mutating func truth(_ value: YAMLValue, _ keyPath: String) -> Bool? {
    if case .scalar(let text, quoted: false) = value.content {
      // YAML readers disagree on yes and on, so they are not read.
      switch text {
      case "true", "True", "TRUE": return true
      case "false", "False", "FALSE": return false
      default: break
      }
    }
    fail(value, keyPath, expected: "true or false")
    return nil
  }

  /// One value of a parameter that is not nested.
  mutating func value(
    of parameter: Parameter, _ value: YAMLValue, _ keyPath: String
  ) -> ParameterValue? {
    switch parameter {
    case .family:
      return name(value, keyPath, among: Family.allCases.map { ($0.name, .family($0)) })
    case .form:
      return name(value, keyPath, among: Form.allCases.map { ($0.name, .form($0)) })
    case .shortcut:
      return name(value, keyPath, among: Shortcut.allCases.map { ($0.name, .shortcut($0)) })
    case .preset:
      return name(value, keyPath, among: Preset.allCases.map { ($0.name, .preset($0)) })
    case .stages: return stages(value, keyPath)
    case .weights: return weights(value, keyPath).map { .weights($0) }
    case .widen:
      let expected = "a number above 0"
      guard let number = real(value, keyPath, expected: expected) else { return nil }
      return check(.real(number), of: parameter, at: value.place, keyPath)
    default:
      guard let number = integer(value, keyPath, in: parameter.integers ?? 1...Int.max) else {
        return nil
      }
      return check(.integer(number), of: parameter, at: value.place, keyPath)
    }
  }

  /// A value again if the parameter may have it.
  mutating func check(
    _ value: ParameterValue, of parameter: Parameter, at place: Place, _ keyPath: String
  ) -> ParameterValue? {
    switch value {
    case .integer(let number):
      if let range = parameter.integers, !range.contains(number) {
        fail(place, keyPath, "\(number) is out of range", expected: Self.describe(range))
        return nil
      }
      if parameter == .kernel, number.isMultiple(of: 2) {
        fail(place, keyPath, "\(number) is even", expected: "an odd number (1, 3, 5, …)")
        return nil
      }
    case .real(let number):
      if number <= 0 || number > 1e6 {
        fail(place, keyPath, "\(number) is out of range", expected: "a number above 0, up to 1e6")
        return nil
      }
    case .family, .form, .shortcut, .preset, .stages, .weights: break
    }
    return value
  }

  private static func describe(_ range: ClosedRange<Int>) -> String {
    if range.lowerBound == Int.min { return "a whole number that fits 64 bits" }
    if range.upperBound >= 999_999_999 { return "a whole number of at least \(range.lowerBound)" }
    return "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }
}
