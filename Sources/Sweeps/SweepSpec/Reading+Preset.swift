internal import Architectures

extension Reading {
  /// Checks that what is given besides a preset does not contradict it.
  mutating func checkPreset(
    _ preset: Claim, _ given: [Parameter: Claim], _ keyPath: String
  ) {
    let replaced = Parameter.replacedByPreset.filter { given[$0] != nil }
    guard let place = replaced.compactMap({ given[$0]?.place }).min() else { return }
    let names = replaced.map(\.key).joined(separator: ", ")
    fail(
      max(preset.place, place), keyPath, "a network is given by a preset and by \(names)",
      expected:
        "one of the two; input, form, normalization, activation and other options alone can be "
        + "given besides a preset")
  }

  /// Refuses options that none of the presets has.
  mutating func checkOptions(of assignments: [Assignment], _ given: [Parameter: Claim]) {
    let presets = Set(assignments.compactMap { $0.word(of: .preset) as Preset? })
    guard !presets.isEmpty else { return }
    let known = Set(presets.flatMap { $0.options.map(\.key) })
    for option in ArchitectureKey.presetOptions where !known.contains(option) {
      guard let claim = given[.architecture(option)] else { continue }
      let owners = Preset.allCases.filter { preset in
        preset.options.contains { $0.key == option }
      }
      let names = presets.sorted { $0.rawValue < $1.rawValue }.map(\.name)
      let others = ArchitectureKey.presetOptions.filter(known.contains)
      fail(
        claim.place, claim.keyPath,
        names.count == 1
          ? "\(names[0]) has no \(option.name)"
          : "none of \(names.joined(separator: ", ")) has a \(option.name)",
        expected: (others.isEmpty ? "no option" : oneOf(others.map(\.name)))
          + ", or \(oneOf(owners.map(\.name))) as the preset")
    }
  }
}
