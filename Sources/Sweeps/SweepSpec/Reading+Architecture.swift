internal import Architectures

extension Reading {
  /// The stages of an architecture, written one by one.
  mutating func stages(_ value: YAMLValue, _ keyPath: String) -> ParameterValue? {
    let expected = "a list of stages ({widths: [8, 8], kernel: 3, stride: 1})"
    guard let items = items(of: value, keyPath, expected: expected) else { return nil }
    var stages: [StagePattern] = []
    for (index, item) in items.enumerated() {
      if let stage = stage(item, "\(keyPath)[\(index)]") { stages.append(stage) }
    }
    return stages.count == items.count ? .stages(stages) : nil
  }

  private mutating func stage(_ value: YAMLValue, _ keyPath: String) -> StagePattern? {
    let errorCount = errors.count
    let expected = "a stage ({widths: [8, 8], kernel: 3, stride: 1})"
    guard let entries = entries(of: value, keyPath, in: .stage, expected: expected) else {
      return nil
    }
    var widths: [Int] = []
    var kernel: Int?
    var stride: Int?
    let widthRange = ArchitectureKey.width.row.reading.integers ?? 1...1
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      switch entry.key {
      case "widths":
        let items = items(of: entry.value, path, expected: "a list of widths, one per layer") ?? []
        for (index, item) in items.enumerated() {
          let width = integer(item, "\(path)[\(index)]", in: widthRange)
          if let width { widths.append(width) }
        }
      case "kernel":
        kernel = self.value(of: .architecture(.kernel), entry.value, path)?.integer
      default:
        stride = self.value(of: .architecture(.stride), entry.value, path)?.integer
      }
    }
    if !entries.contains(where: { $0.key == "widths" }) {
      fail(value.place, keyPath, "a stage has no widths", expected: "widths: [...]")
    }
    return errors.count == errorCount
      ? StagePattern(widths: widths, kernel: kernel, stride: stride) : nil
  }

  /// The parts of an `input` that sets one shape, or one side of it.
  mutating func input(_ value: YAMLValue, _ keyPath: String) -> [Assignment] {
    let expected = "a shape ({channels: 3, size: 32})"
    let entries = entries(of: value, keyPath, in: .input, expected: expected) ?? []
    return entries.compactMap { entry in
      guard let parameter = Parameter.byKey["input.\(entry.key)"],
        let value = self.value(of: parameter, entry.value, "\(keyPath).\(entry.key)")
      else { return nil }
      return Assignment(parameter: parameter, value: value, place: entry.value.place)
    }
  }

  /// What one key sets at one point, and the parameters it was meant to set.
  mutating func assignments(
    of entry: YAMLValue.Entry, _ keyPath: String
  ) -> (read: [Assignment], meant: [Parameter]) {
    if entry.key == "input" {
      let meant = entry.value.entries?.compactMap { Parameter.byKey["input.\($0.key)"] }
      // An unreadable shape was meant to set all of it, so nothing else is said to be missing.
      let shape = meant.flatMap { $0.isEmpty ? nil : $0 } ?? Parameter.input
      return (input(entry.value, keyPath), shape)
    }
    guard let parameter = Parameter.byKey[entry.key] else { return ([], []) }
    if parameter != .architecture(.stages), entry.value.items != nil {
      fail(
        entry.value.place, keyPath, "found a list",
        expected: "one value; what varies stands in grid")
      return ([], [parameter])
    }
    guard let value = value(of: parameter, entry.value, keyPath) else { return ([], [parameter]) }
    return (
      [Assignment(parameter: parameter, value: value, place: entry.value.place)], [parameter]
    )
  }

  /// The parameters that `architecture` fixes for all points of the grid.
  mutating func fixed(_ value: YAMLValue) -> [Assignment] {
    let expected = "a mapping of what does not vary (input, stage_count, …)"
    let entries = entries(of: value, "architecture", in: .architecture, expected: expected) ?? []
    return entries.flatMap { entry in
      let path = "architecture.\(entry.key)"
      let (read, meant) = assignments(of: entry, path)
      claim(meant, at: entry.keyPlace, path)
      return read
    }
  }

  /// Notes who sets some parameters of the grid's points; a second time is a mistake.
  mutating func claim(_ parameters: [Parameter], at place: Place, _ keyPath: String) {
    for parameter in parameters {
      if let first = claims[parameter] {
        fail(
          place, keyPath,
          "'\(parameter.key)' is given already by \(first.keyPath) at \(first.place)",
          expected: "it once")
      } else {
        claims[parameter] = Claim(place: place, keyPath: keyPath)
      }
    }
  }

  /// Checks that parameters make a point: enough of them, and none against another.
  ///
  /// - Parameters:
  ///   - given: where each of them is given.
  ///   - assignments: what they are, at all points.
  ///   - place: the part of the sweep file that the points are of.
  ///   - keyPath: its key path.
  ///   - elsewhere: where else it looks for them, in words.
  mutating func checkCompleteness(
    _ given: [Parameter: Claim], _ assignments: [Assignment], at place: Place, _ keyPath: String,
    elsewhere: String
  ) {
    if let network = given[.network] {
      let files = assignments.compactMap { assignment -> NetworkFile? in
        if case .network(let file) = assignment.value { file } else { nil }
      }
      checkNetwork(network, given, names: Set(files.flatMap(\.names)), keyPath)
      return
    }
    if let preset = given[.architecture(.preset)] {
      checkPreset(preset, given, keyPath)
      return
    }
    if let option = Parameter.presetOptions.first(where: { given[$0] != nil }),
      let claim = given[option], !meantKeys.contains(ArchitectureKey.preset.name)
    {
      fail(
        claim.place, claim.keyPath, "'\(option.key)' is an option of presets, and none is given",
        expected: "preset, or no option of one")
      return
    }
    for parameter in [.architecture(.family)] + Parameter.input
    where given[parameter] == nil && !meantKeys.contains(parameter.key) {
      fail(
        place, keyPath, "'\(parameter.key)' is not given", expected: "it \(elsewhere)")
    }
    if let stages = given[.architecture(.stages)] {
      let rule = ArchitectureKey.rules.map(Parameter.architecture).filter { given[$0] != nil }
      if let first = rule.first, let claim = given[first] {
        let names = rule.map(\.key).joined(separator: ", ")
        fail(
          max(stages.place, claim.place), keyPath,
          "stages are given one by one and by a rule (\(names))", expected: "one of the two")
      }
      return
    }
    let hasBlocks =
      given[.architecture(.blocks)] != nil || meantKeys.contains(ArchitectureKey.blocks.name)
    for parameter in [Parameter.architecture(.stageDepth), .architecture(.width)]
    where given[parameter] == nil && !meantKeys.contains(parameter.key)
      && !(hasBlocks && parameter == .architecture(.stageDepth))
    {
      fail(
        place, keyPath, "'\(parameter.key)' is not given",
        expected: "it, or stages, \(elsewhere)")
    }
  }
}
