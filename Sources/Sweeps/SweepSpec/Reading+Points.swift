internal import Architectures

extension Reading {
  /// The items of `exclude`, each as the choices it matches on every axis it names.
  mutating func exclusions(_ value: YAMLValue, from axes: [GridAxis]) -> [Exclusion] {
    let expected = "a list of mappings (- {family: dense, width: [32, 64]})"
    let items = items(of: value, "exclude", expected: expected) ?? []
    var exclusions: [Exclusion] = []
    for (index, item) in items.enumerated() {
      let path = "exclude[\(index)]"
      let entries =
        entries(
          of: item, path, in: .axes, expected: "a mapping (family: dense, width: [32, 64])") ?? []
      var matchers: [Exclusion.Matcher] = []
      for entry in entries {
        matchers += self.matchers(of: entry, "\(path).\(entry.key)", on: axes)
      }
      exclusions.append(Exclusion(place: item.place, keyPath: path, matchers: matchers))
    }
    return exclusions
  }

  /// How one key of an exclusion matches: a single value, a list of them, or a generator.
  private mutating func matchers(
    of entry: YAMLValue.Entry, _ keyPath: String, on axes: [GridAxis]
  ) -> [Exclusion.Matcher] {
    if entry.key == "input" { return inputMatchers(of: entry, keyPath, on: axes) }
    guard let parameter = Parameter.byKey[entry.key],
      let axis = axis(of: parameter, at: entry.keyPlace, keyPath, on: axes)
    else { return [] }
    var wanted: [(value: ParameterValue, place: Place)] = []
    let isList = entry.value.items != nil
    // Stages are lists themselves: only a list of lists is several of them.
    let isSeveral =
      parameter == .architecture(.stages) ? entry.value.items?.first?.items != nil : isList
    if isSeveral {
      let items = items(of: entry.value, keyPath, expected: "a value or several") ?? []
      for (index, item) in items.enumerated() {
        if let value = value(of: parameter, item, "\(keyPath)[\(index)]") {
          wanted.append((value, item.place))
        }
      }
    } else if entry.value.entries != nil, !parameter.isMapping {
      wanted = generated(for: parameter, entry.value, keyPath).map { ($0, entry.value.place) }
    } else if let value = value(of: parameter, entry.value, keyPath) {
      wanted.append((value, entry.value.place))
    }
    let present = axes[axis].choices.map { choice in
      choice.first { $0.parameter == parameter }?.value
    }
    for item in wanted where !present.contains(item.value) {
      warnings.append(
        SpecError(
          item.place, keyPath, "the axis has no value \(item.value.text), so it excludes nothing"))
    }
    let set = Set(wanted.map(\.value))
    return [
      Exclusion.Matcher(axis: axis, matches: present.map { $0.map(set.contains) ?? false })
    ]
  }

  /// Matches shapes: a mapping, or a list of them.
  private mutating func inputMatchers(
    of entry: YAMLValue.Entry, _ keyPath: String, on axes: [GridAxis]
  ) -> [Exclusion.Matcher] {
    let shapes = (entry.value.items ?? [entry.value]).map { input($0, keyPath) }
    var named: [Int: [[Parameter: ParameterValue]]] = [:]
    for shape in shapes {
      var parts: [Int: [Parameter: ParameterValue]] = [:]
      for part in shape {
        guard let axis = axis(of: part.parameter, at: entry.keyPlace, keyPath, on: axes) else {
          return []
        }
        parts[axis, default: [:]][part.parameter] = part.value
      }
      if shapes.count > 1, parts.count > 1 {
        fail(
          entry.value.place, keyPath, "channels and size are axes of their own",
          expected: "one shape in each item of exclude")
        return []
      }
      for (axis, values) in parts { named[axis, default: []].append(values) }
    }
    return named.sorted { $0.key < $1.key }.map { axis, alternatives in
      Exclusion.Matcher(
        axis: axis,
        matches: axes[axis].choices.map { choice in
          alternatives.contains { values in
            values.allSatisfy { parameter, value in
              choice.contains { $0.parameter == parameter && $0.value == value }
            }
          }
        })
    }
  }

  private mutating func axis(
    of parameter: Parameter, at place: Place, _ keyPath: String, on axes: [GridAxis]
  ) -> Int? {
    if let axis = axes.firstIndex(where: { $0.parameters.contains(parameter) }) { return axis }
    // An axis that was meant but not readable has its own message.
    if let path = claims[parameter]?.keyPath, path.hasPrefix("grid") || path.hasPrefix("zip") {
      return nil
    }
    let swept = axes.flatMap { $0.parameters.map(\.key) }
    fail(
      place, keyPath, "'\(parameter.key)' does not vary in grid or zip",
      expected: swept.isEmpty ? "a grid" : oneOf(swept))
    return nil
  }

  /// The whole points that are added at the end.
  mutating func inclusions(_ value: YAMLValue, inheriting base: Setting?) -> [Inclusion] {
    let expected = "a list of whole points (- {family: chain, input: {…}, stages: […]})"
    let items = items(of: value, "include", expected: expected) ?? []
    var inclusions: [Inclusion] = []
    for (index, item) in items.enumerated() {
      let path = "include[\(index)]"
      guard
        let entries = entries(
          of: item, path, in: .include, expected: "a point ({family: chain, input: {…}, …})")
      else { continue }
      var given: [Parameter: Claim] = [:]
      var assignments: [Assignment] = []
      for entry in entries {
        let (read, meant) = self.assignments(of: entry, "\(path).\(entry.key)")
        for parameter in meant {
          given[parameter] = Claim(place: entry.keyPlace, keyPath: "\(path).\(entry.key)")
        }
        assignments += read
      }
      if !entries.isEmpty {
        checkCompleteness(
          given, assignments, at: item.place, path,
          elsewhere: "in the item, which inherits seed and weights only")
        checkOptions(of: assignments, given)
      }
      if base == nil, given[.weights] == nil, given[.network] == nil {
        fail(
          item.place, path, "'weights' are not given, and those of the grid vary",
          expected: "them in the item")
      }
      var setting = base ?? Setting(seed: 0, weights: .random(.he, draws: 1))
      for assignment in assignments { setting.assign(assignment) }
      inclusions.append(
        Inclusion(place: item.place, keyPath: path, setting: setting, assignments: assignments))
    }
    return inclusions
  }
}
