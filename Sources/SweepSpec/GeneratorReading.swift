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
    let made: [ParameterValue]
    do throws(Generator.Problem) {
      made =
        parameter == .widen
        ? try generator.reals().map { .real($0) } : try generator.integers().map { .integer($0) }
    } catch {
      fail(error, value.place, keyPath)
      return []
    }
    var seen: Set<ParameterValue> = []
    var values: [ParameterValue] = []
    for made in made where seen.insert(made).inserted {
      guard check(made, of: parameter, at: value.place, keyPath) != nil else { return [] }
      values.append(made)
    }
    if values.isEmpty {
      fail(value.place, keyPath, "the generator gives no value", expected: "at least one")
    }
    return values
  }

  private mutating func fail(_ problem: Generator.Problem, _ place: Place, _ keyPath: String) {
    switch problem {
    case .tooMany:
      fail(
        place, keyPath, "the generator gives too many values",
        expected: "at most \(Generator.countLimit)")
    case .tooLarge(let number):
      fail(place, keyPath, "\(number) does not fit 64 bits", expected: "smaller values")
    case .inexact:
      fail(
        place, keyPath, "steps between numbers above 1e13 are no whole numbers",
        expected: "whole ends and a whole step")
    }
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
    let start = number(items[0], "\(path)[0]", expected: "a number")
    let end = number(items[1], "\(path)[1]", expected: "a number")
    guard let start, let end else { return nil }
    if hasCount {
      guard let count = integer(items[2], "\(path)[2]", in: 2...Generator.countLimit) else {
        return nil
      }
      if kind.key == "linspace" { return .linear(from: start, to: end, count: count) }
      guard start.real > 0, end.real > 0 else {
        fail(kind.value.place, path, "an end is not positive", expected: "ends above 0")
        return nil
      }
      return .logarithmic(from: start, to: end, count: count)
    }
    if kind.key == "powers_of_two" { return .powersOfTwo(from: start, to: end) }
    var stride = GivenNumber(1)
    if let step {
      guard let number = number(step.value, "\(keyPath).step", expected: "a number") else {
        return nil
      }
      stride = number
    }
    let place = step?.value.place ?? kind.value.place
    guard stride.real != 0, (end.real - start.real) * stride.real >= 0 else {
      fail(
        place, step == nil ? path : "\(keyPath).step",
        "steps of \(stride.real) do not lead from \(start.real) to \(end.real)",
        expected: end.real < start.real ? "a step below 0" : "a step above 0")
      return nil
    }
    return .range(from: start, to: end, step: stride)
  }
}
