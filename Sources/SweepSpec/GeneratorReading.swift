/// How generators are written.
enum GeneratorReading {
  /// The keys of generators; `step` belongs to `range`.
  static let keys = ["range", "step", "linspace", "logspace", "powers_of_two"]

  /// What is expected where values of an axis are not a list.
  static let expected =
    "a list, or a generator (range: [a, b] with step: s, linspace: [a, b, n], "
    + "logspace: [a, b, n], powers_of_two: [a, b])"
}

extension Reading {
  /// The values that a generator gives for a parameter that takes numbers.
  mutating func generated(
    for parameter: Parameter, _ value: YAMLValue, _ keyPath: String
  ) -> [ParameterValue] {
    guard parameter.integers != nil || parameter == .widen else {
      fail(value, keyPath, expected: "a list, because \(parameter.key) is no number")
      return []
    }
    guard let generator = generator(value, keyPath) else { return [] }
    guard let numbers = generator.values, numbers.count <= Generator.countLimit else {
      fail(
        value.place, keyPath, "the generator gives too many values",
        expected: "at most \(Generator.countLimit)")
      return []
    }
    var seen: Set<ParameterValue> = []
    var values: [ParameterValue] = []
    for number in numbers {
      let made: ParameterValue
      if parameter == .widen {
        made = .real(number)
      } else if let integer = Int(exactly: number.rounded()) {
        made = .integer(integer)
      } else {
        fail(value.place, keyPath, "\(number) does not fit 64 bits", expected: "smaller values")
        return []
      }
      guard seen.insert(made).inserted else { continue }
      guard check(made, of: parameter, at: value.place, keyPath) != nil else { return [] }
      values.append(made)
    }
    if values.isEmpty {
      fail(value.place, keyPath, "the generator gives no value", expected: "at least one")
    }
    return values
  }

  private mutating func generator(_ value: YAMLValue, _ keyPath: String) -> Generator? {
    let errorCount = errors.count
    let expected = GeneratorReading.expected
    guard let entries = entries(of: value, keyPath, in: .generator, expected: expected),
      errors.count == errorCount
    else { return nil }
    let kinds = entries.filter { $0.key != "step" }
    guard let kind = kinds.first, kinds.count == 1 else {
      let names = entries.map(\.key).joined(separator: ", ")
      fail(
        value.place, keyPath, "found \(names) together", expected: "one generator")
      return nil
    }
    let step = entries.first { $0.key == "step" }
    if let step, kind.key != "range" {
      fail(step.keyPlace, "\(keyPath).step", "\(kind.key) has no step", expected: "it with range")
      return nil
    }
    let path = "\(keyPath).\(kind.key)"
    let hasCount = kind.key == "linspace" || kind.key == "logspace"
    let wanted = hasCount ? "[first, last, count]" : "[first, last]"
    guard let items = kind.value.items, items.count == (hasCount ? 3 : 2) else {
      fail(kind.value, path, expected: wanted)
      return nil
    }
    let start = real(items[0], "\(path)[0]", expected: "a number")
    let end = real(items[1], "\(path)[1]", expected: "a number")
    guard let start, let end else { return nil }
    if hasCount {
      guard let count = integer(items[2], "\(path)[2]", in: 2...Generator.countLimit) else {
        return nil
      }
      if kind.key == "linspace" { return .linear(from: start, to: end, count: count) }
      guard start > 0, end > 0 else {
        fail(kind.value.place, path, "an end is not positive", expected: "ends above 0")
        return nil
      }
      return .logarithmic(from: start, to: end, count: count)
    }
    if kind.key == "powers_of_two" { return .powersOfTwo(from: start, to: end) }
    var stride = 1.0
    if let step {
      guard let number = real(step.value, "\(keyPath).step", expected: "a number") else {
        return nil
      }
      stride = number
    }
    let place = step?.value.place ?? kind.value.place
    guard stride != 0, (end - start) * stride >= 0 else {
      fail(
        place, step == nil ? path : "\(keyPath).step",
        "steps of \(stride) do not lead from \(start) to \(end)",
        expected: end < start ? "a step below 0" : "a step above 0")
      return nil
    }
    return .range(from: start, to: end, step: stride)
  }
}
