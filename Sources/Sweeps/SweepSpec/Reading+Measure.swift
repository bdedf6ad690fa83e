extension Reading {
  /// What is measured.
  mutating func measure(_ value: YAMLValue) -> Measure? {
    let expected = "what is measured (frame: {minimum: true, statistics: true, bounds: false})"
    guard
      let sections = entries(
        of: value, "measure", in: .measure(registry.sections), expected: expected)
    else { return nil }
    var requests: [any MeasureRequest] = []
    for name in registry.sections {
      guard let section = sections.first(where: { $0.key == name }) else { continue }
      let path = "measure.\(name)"
      let types = registry.requests(in: name)
      guard
        let entries = entries(
          of: section.value, path, keys: types.flatMap { $0.keys }, expected: types[0].expected)
      else { continue }
      places[path] = section.value.place
      for entry in entries { places["\(path).\(entry.key)"] = entry.value.place }
      for type in types {
        let given = GivenSection(
          value: section.value, keyPath: path,
          entries: entries.filter { type.keys.contains($0.key) },
          keyPlace: section.keyPlace, sections: Set(sections.map(\.key)).union(meantKeys))
        if let request = type.init(given, &self) { requests.append(request) }
      }
    }
    return Measure(requests, structure: registry.structure)
  }
}
