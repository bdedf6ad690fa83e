internal import Architectures

extension Reading {
  /// The sweep that a file's root describes; incomplete where mistakes were noted.
  mutating func spec(from root: YAMLValue, text: String) -> Spec? {
    guard
      let list = entries(
        of: root, "", in: .top, expected: "a mapping with format, name, grid, measure, …")
    else { return nil }
    let entries = Dictionary(uniqueKeysWithValues: list.map { ($0.key, $0) })
    if let format = entries["format"] { checkFormat(format.value) }
    let name = entries["name"].flatMap { sweepName($0.value) }
    let seed = entries["seed"].flatMap { integer($0.value, "seed", in: Int.min...Int.max) } ?? 0
    let measure = entries["measure"].flatMap { self.measure($0.value) }
    let missing: [(key: String, example: String)] = [
      ("format", "format: 1"), ("name", "name: my-sweep"), ("measure", "measure: {frame: {…}}"),
    ]
    for (key, example) in missing where entries[key] == nil && !meantKeys.contains(key) {
      fail(root.place, "", "'\(key)' is missing", expected: example)
    }

    let fixed = entries["architecture"].map { self.fixed($0.value) } ?? []
    searchSpace = Self.namedSpace(in: [entries["architecture"], entries["grid"]])
    let axes =
      (entries["grid"].map { grid($0.value) } ?? []) + (entries["zip"].map { zips($0.value) } ?? [])
    let weights = entries["weights"].flatMap { self.weights($0.value, "weights") }
    if let entry = entries["weights"] { claim([.weights], at: entry.keyPlace, "weights") }
    let weightsVary = axes.contains { $0.parameters.contains(.weights) }
    let base = Setting(seed: seed, weights: weights ?? .random(.he, draws: 1))

    let gridEntry = entries["grid"] ?? entries["zip"]
    if let gridEntry {
      checkCompleteness(
        claims, fixed + axes.flatMap { $0.choices.joined() }, at: gridEntry.keyPlace,
        gridEntry.key, elsewhere: "under architecture, grid or zip")
    }
    let exclusions = entries["exclude"].map { self.exclusions($0.value, from: axes) } ?? []
    let inclusions =
      entries["include"].map {
        self.inclusions($0.value, inheriting: weightsVary ? nil : base)
      } ?? []
    if let measure {
      checkRandomWeights(
        measure, weights: (weights, entries["weights"]?.value.place),
        assignments: fixed + axes.flatMap { $0.choices.joined() }, inclusions: inclusions)
    }
    checkParts(entries, root: root)
    let names: [Parameter] = [.architecture(.family), .architecture(.preset)]
    let naming = axes.filter { $0.parameters.contains(where: names.contains) }
    noteUnusedKeys(of: fixed + naming.flatMap { $0.choices.joined() })

    if let measure { noteUnusedSweeps(measure) }

    let count = gridEntry.map { gridCount(of: axes, at: $0.keyPlace) } ?? 0
    guard let name, let measure else { return nil }
    return Spec(
      text: text, name: name, seed: Int64(seed), measure: measure, warnings: warnings, notes: notes,
      places: places, gridCount: count, base: base, weightsPlace: entries["weights"]?.value.place,
      fixed: fixed, axes: axes, exclusions: exclusions,
      inclusions: inclusions)
  }

  /// The search space that some parts of the file name as the only preset.
  private static func namedSpace(in parts: [YAMLValue.Entry?]) -> Preset? {
    let named = parts.compactMap { part in
      part?.value.entries?.first { $0.key == ArchitectureKey.preset.name }?.value
    }
    let values = named.flatMap { $0.items ?? [$0] }
    guard values.count == 1, case .scalar(let name, _) = values[0].content else { return nil }
    return Preset.allCases.first { $0.name == name && $0.networkCount != nil }
  }

  private mutating func checkFormat(_ value: YAMLValue) {
    if case .scalar(let text, quoted: false) = value.content, text == "1" { return }
    fail(
      value.place, "format", "this version of framesweep does not read format \(value.summary)",
      expected: "1")
  }

  private mutating func sweepName(_ value: YAMLValue) -> String? {
    guard case .scalar(let text, _) = value.content, !value.isNull,
      !text.allSatisfy(\.isWhitespace), !text.contains(where: \.isNewline)
    else {
      fail(value, "name", expected: "a name on one line")
      return nil
    }
    return text
  }

  private mutating func checkParts(_ entries: [String: YAMLValue.Entry], root: YAMLValue) {
    let hasGrid = entries["grid"] != nil || entries["zip"] != nil
    let meant = ["grid", "zip", "include"].contains(where: meantKeys.contains)
    let parts = hasGrid ? [] : ["architecture", "exclude"].filter { entries[$0] != nil }
    // One of these says the same.
    if !hasGrid, !meant, entries["include"] == nil, parts.isEmpty {
      fail(root.place, "", "the sweep has no points", expected: "grid, include or both")
    }
    for key in parts {
      guard let entry = entries[key] else { continue }
      let expected =
        key == "architecture"
        ? "a grid or a zip, which one value is enough for; points of include are whole"
        : "a grid or a zip to exclude from"
      fail(entry.keyPlace, key, "'\(key)' has no grid to apply to", expected: expected)
    }
  }

  /// Warns of keys that none of the grid's families uses.
  private mutating func noteUnusedKeys(of assignments: [Assignment]) {
    let families = Set(assignments.compactMap { $0.word(of: .family) as Family? })
    for key in ArchitectureKey.allCases where !families.isEmpty {
      let users = key.row.families
      guard families.isDisjoint(with: users), let claim = claims[.architecture(key)] else {
        continue
      }
      warnings.append(
        SpecError(
          claim.place, claim.keyPath,
          "only \(users.map(\.name).joined(separator: " and ")) networks have a \(key.name), "
            + "and the grid has none"))
    }
    checkOptions(of: assignments, claims)
  }

  /// Warns of sweeps of inference where no network is evaluated.
  private mutating func noteUnusedSweeps(_ measure: Measure) {
    guard let claim = claims[.inferenceSweeps],
      measure.requests.allSatisfy({ $0.data == nil })
    else { return }
    warnings.append(
      SpecError(
        claim.place, claim.keyPath,
        "frames are the same for any inference_sweeps, and nothing else is measured"))
  }

  private mutating func gridCount(of axes: [GridAxis], at place: Place) -> Int {
    var count = 1
    for axis in axes {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis.choices.count)
      guard !overflow, product <= Int(Int32.max) else {
        let sizes = axes.map { String($0.choices.count) }.joined(separator: " × ")
        fail(
          place, "grid", "the axes give \(sizes) points", expected: "at most \(Int32.max) points")
        return 0
      }
      count = product
    }
    return count
  }
}
