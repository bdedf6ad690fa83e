internal import Architectures

extension Reading {
  /// The axes of the grid, in order.
  mutating func grid(_ value: YAMLValue) -> [GridAxis] {
    let expected = "a mapping of axes (width: [8, 16])"
    let entries = entries(of: value, "grid", in: .axes, expected: expected) ?? []
    return entries.flatMap { entry -> [GridAxis] in
      let path = "grid.\(entry.key)"
      if entry.key == "input", let sides = entry.value.entries {
        return self.sides(sides, of: entry.value, path)
      }
      return choices(of: entry, path).map { [$0] } ?? []
    }
  }

  /// The lists that are walked together.
  mutating func zips(_ value: YAMLValue) -> [GridAxis] {
    let expected = "a list of mappings (- {kernel: [3, 5], stride: [2, 1]})"
    let items = items(of: value, "zip", expected: expected) ?? []
    var axes: [GridAxis] = []
    for (index, item) in items.enumerated() {
      let path = "zip[\(index)]"
      let entries =
        entries(
          of: item, path, in: .axes, expected: "a mapping of lists (kernel: [3, 5], stride: [2, 1])"
        )
        ?? []
      var lists: [(GridAxis, YAMLValue.Entry)] = []
      for entry in entries {
        if let list = choices(of: entry, "\(path).\(entry.key)") { lists.append((list, entry)) }
      }
      guard lists.count == entries.count, let (first, firstEntry) = lists.first else { continue }
      let uneven = lists.filter { $0.0.choices.count != first.choices.count }
      for (list, entry) in uneven {
        fail(
          entry.value.place, "\(path).\(entry.key)",
          "a list of \(list.choices.count) is walked together with \(firstEntry.key), which has "
            + "\(first.choices.count)", expected: "lists of one length")
      }
      guard uneven.isEmpty else { continue }
      let choices = first.choices.indices.map { choice in lists.flatMap { $0.0.choices[choice] } }
      axes.append(GridAxis(parameters: lists.flatMap { $0.0.parameters }, choices: choices))
    }
    return axes
  }

  /// Axes of their own for the sides of the input: `input: {size: [8, 16]}`.
  private mutating func sides(
    _ sides: [YAMLValue.Entry], of value: YAMLValue, _ keyPath: String
  ) -> [GridAxis] {
    let expected = "a list of shapes, or lists (channels: [1, 3], size: [8, 16])"
    let entries = entries(of: value, keyPath, in: .input, expected: expected) ?? []
    return entries.compactMap { entry in
      guard let parameter = Parameter.byKey["input.\(entry.key)"] else { return nil }
      let path = "\(keyPath).\(entry.key)"
      claim([parameter], at: entry.keyPlace, path)
      let choices = values(of: parameter, entry.value, path)
      return choices.isEmpty
        ? nil : GridAxis(parameters: [parameter], choices: choices.map { [$0] })
    }
  }

  /// One list of values, claimed for the grid; nil where something is wrong.
  private mutating func choices(of entry: YAMLValue.Entry, _ keyPath: String) -> GridAxis? {
    let errorCount = errors.count
    if entry.key == "input" {
      let expected = "a list of shapes ({channels: 3, size: 32})"
      let items = items(of: entry.value, keyPath, expected: expected) ?? []
      var choices: [[Assignment]] = []
      for (index, item) in items.enumerated() {
        let sides = input(item, "\(keyPath)[\(index)]")
        choices.append(Parameter.input.flatMap { side in sides.filter { $0.parameter == side } })
      }
      let parameters = choices.first.map { $0.map(\.parameter) } ?? []
      claim(
        parameters.isEmpty ? Parameter.input : parameters, at: entry.keyPlace, keyPath)
      for (index, choice) in choices.enumerated()
      where errors.count == errorCount && choice.map(\.parameter) != parameters {
        fail(
          items[index].place, "\(keyPath)[\(index)]", "this shape has other keys than the first",
          expected: parameters.map(\.key).joined(separator: " and "))
      }
      guard errors.count == errorCount else { return nil }
      return GridAxis(parameters: parameters, choices: choices)
    }
    guard let parameter = Parameter.byKey[entry.key] else { return nil }
    claim([parameter], at: entry.keyPlace, keyPath)
    let choices = values(of: parameter, entry.value, keyPath)
    guard errors.count == errorCount, !choices.isEmpty else { return nil }
    return GridAxis(parameters: [parameter], choices: choices.map { [$0] })
  }

  /// The values of a list or of a generator.
  private mutating func values(
    of parameter: Parameter, _ value: YAMLValue, _ keyPath: String
  ) -> [Assignment] {
    if value.entries != nil, !parameter.isMapping {
      return generated(for: parameter, value, keyPath).map {
        Assignment(parameter: parameter, value: $0, place: value.place)
      }
    }
    if parameter == .architecture(.presetIndex), case .scalar("all", quoted: false) = value.content
    {
      if searchSpace == nil {
        let names = Preset.allCases.filter { $0.networkCount != nil }.map(\.name)
        fail(
          value.place, keyPath, "all are those of one search space, and none is named",
          expected: "preset: \(oneOf(names)) in architecture")
      }
      return (0..<(searchSpace?.networkCount ?? 0)).map {
        Assignment(parameter: parameter, value: .plain(.integer($0)), place: value.place)
      }
    }
    guard let items = value.items else {
      fail(
        value, keyPath,
        expected: parameter.reading?.isNumber == true
          ? GeneratorReading.expected + (parameter == .architecture(.presetIndex) ? ", or all" : "")
          : "a list; what does not vary stands in "
            + (parameter == .weights ? "weights at the top level" : "architecture"))
      return []
    }
    if items.isEmpty {
      fail(value.place, keyPath, "the axis is empty", expected: "at least one value")
    }
    var assignments: [Assignment] = []
    for (index, item) in items.enumerated() {
      if let made = self.value(of: parameter, item, "\(keyPath)[\(index)]") {
        assignments.append(Assignment(parameter: parameter, value: made, place: item.place))
      }
    }
    return assignments
  }
}
