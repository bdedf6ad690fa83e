internal import Architectures

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
    guard let reading = parameter.reading, reading.isNumber else {
      fail(value, keyPath, expected: "a list, because \(parameter.key) is not a number")
      return []
    }
    guard let generator = generator(value, keyPath) else { return [] }
    let made: [KeyValue]
    do throws(Generator.Problem) {
      made =
        reading.isReal
        ? try generator.reals().map { .real($0) } : try generator.integers().map { .integer($0) }
    } catch {
      fail(error, value.place, keyPath)
      return []
    }
    var seen: Set<KeyValue> = []
    var values: [KeyValue] = []
    for made in made where seen.insert(made).inserted {
      guard check(made, of: parameter, at: value.place, keyPath) != nil else { return [] }
      values.append(made)
    }
    if let remark = generator.remark(on: values.map(\.text), isReal: reading.isReal) {
      notes.append(SpecError(value.place, keyPath, remark))
    }
    if values.isEmpty {
      fail(value.place, keyPath, "the generator gives no value", expected: "at least one")
    }
    return values.map { .plain($0) }
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

extension Generator {
  /// What to say of the values that came out where a reader of the ends may expect others; nil where
  /// nothing is.
  ///
  /// - Parameters:
  ///   - values: the values as they are written, without repeats.
  ///   - isReal: whether fractions are values.
  func remark(on values: [String], isReal: Bool) -> String? {
    guard let first = values.first, let last = values.last else { return nil }
    func missed(_ ends: [GivenNumber]) -> [String] {
      zip(ends, [first, last]).compactMap { end, value in
        Double(value) == end.real ? nil : end.text
      }
    }
    func isAre(_ ends: [String]) -> String {
      ends.joined(separator: " and ") + (ends.count == 1 ? " is" : " are")
    }
    var reasons: [String] = []
    switch self {
    case .powersOfTwo(let from, let to):
      let ends = missed([from, to])
      if !ends.isEmpty {
        reasons.append("\(isAre(ends)) no power\(ends.count == 1 ? "" : "s") of two")
      }
    case .range(let from, let to, let step):
      let ends = missed([from, to])
      if !ends.isEmpty { reasons.append("\(isAre(ends)) not reached in steps of \(step.text)") }
      let isRounded = [from, to, step].contains { $0.whole == nil }
      if isRounded, !isReal { reasons.append("fractions are rounded, and equal values count once") }
    case .linear(let from, let to, let count), .logarithmic(let from, let to, let count):
      let ends = missed([from, to])
      if !ends.isEmpty { reasons.append("\(isAre(ends)) rounded") }
      if values.count < count {
        reasons.append("\(count) were asked for, and equal ones count once")
      }
    }
    guard !reasons.isEmpty else { return nil }
    let shown =
      values.count > 12
      ? values.prefix(6) + ["…"] + values.suffix(2) : values[...]
    let noun = values.count == 1 ? "value" : "values"
    return "gives \(values.count) \(noun), \(shown.joined(separator: ", ")): "
      + reasons.joined(separator: "; ")
  }
}

extension GivenNumber {
  /// The number as a sweep file would give it.
  fileprivate var text: String { whole.map(String.init) ?? "\(real)" }
}
