internal import NeuralFrames
internal import SweepSpec

extension NeuralFramesMeasurement {
  init?(_ given: GivenSection, _ reading: inout Reading) {
    let errorCount = reading.errors.count
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      switch entry.key {
      case "data": if let source = reading.dataSource(entry.value, path) { self.source = source }
      case "images":
        if let count = reading.integer(entry.value, path, in: 1...Self.countLimit) {
          imageCount = count
        }
      case "perturbations": readPerturbations(entry.value, path, &reading)
      case "representations":
        if let patterns = reading.representations(entry.value, path) { representations = patterns }
      case "per_image": if let answer = reading.truth(entry.value, path) { perImage = answer }
      default:
        let choices = Precision.allCases.map { ($0.rawValue, $0) }
        if let precision = reading.name(entry.value, path, among: choices) {
          self.precision = precision
        }
      }
    }
    if reading.errors.count == errorCount,
      !given.entries.contains(where: { $0.key == "perturbations" })
    {
      reading.fail(
        given.value.place, given.keyPath, "'perturbations' are missing",
        expected: "directions (perturbations: {augmentation: all, noise: 8})")
    }
  }

  /// More images or directions than this are a mistake.
  private static let countLimit = 10_000_000

  private mutating func readPerturbations(
    _ value: YAMLValue, _ keyPath: String, _ reading: inout Reading
  ) {
    let expected = "directions ({augmentation: all, noise: 8, fourier: 8})"
    let keys = PerturbationFamily.allCases.map(\.name)
    let entries = reading.entries(of: value, keyPath, keys: keys, expected: expected) ?? []
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      reading.note(entry.value.place, of: path)
      switch entry.key {
      case "augmentation": augmentation = Self.augmentations(entry.value, path, &reading)
      case "noise":
        noise = reading.integer(entry.value, path, in: 1...Self.countLimit) ?? 0
      case "fourier":
        fourier = reading.integer(entry.value, path, in: 1...Self.countLimit) ?? 0
      default: generative = Self.generative(entry.value, path, &reading)
      }
    }
  }

  private static func augmentations(
    _ value: YAMLValue, _ keyPath: String, _ reading: inout Reading
  ) -> Set<Augmentation> {
    if case .scalar("all", _) = value.content { return Set(Augmentation.allCases) }
    let names = Augmentation.allCases.map { ($0.name, $0) }
    guard value.items != nil else {
      reading.fail(
        value.place, keyPath, "found \(value.summary)",
        expected: "all, or a list of names ([translate_x, rotate, …])")
      return []
    }
    var chosen: Set<Augmentation> = []
    let items = reading.items(of: value, keyPath, expected: "all, or a list of names") ?? []
    for (index, item) in items.enumerated() {
      let path = "\(keyPath)[\(index)]"
      guard let generator = reading.name(item, path, among: names) else { continue }
      reading.note(item.place, of: keyPath + "." + generator.name)
      if !chosen.insert(generator).inserted {
        reading.fail(item.place, path, "'\(generator.name)' is given twice", expected: "it once")
      }
    }
    return chosen
  }

  private static func generative(
    _ value: YAMLValue, _ keyPath: String, _ reading: inout Reading
  ) -> Generative? {
    let expected = "a model of the data ({components: 8, from: data})"
    guard
      let entries = reading.entries(
        of: value, keyPath, keys: ["components", "from", "neighbours"], expected: expected)
    else { return nil }
    let errorCount = reading.errors.count
    var (components, neighbours): (Int?, Int?)
    var usesNeighbours = false
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      reading.note(entry.value.place, of: path)
      switch entry.key {
      case "components": components = reading.integer(entry.value, path, in: 1...4_096)
      case "neighbours": neighbours = reading.integer(entry.value, path, in: 1...4_096)
      default:
        usesNeighbours =
          reading.name(entry.value, path, among: [("data", false), ("neighbours", true)]) ?? false
      }
    }
    guard reading.errors.count == errorCount else { return nil }
    guard let components else {
      reading.fail(value.place, keyPath, "'components' is missing", expected: "their number (8)")
      return nil
    }
    guard usesNeighbours else {
      if let entry = entries.first(where: { $0.key == "neighbours" }) {
        reading.fail(
          entry.keyPlace, "\(keyPath).neighbours", "the model of all data has no neighbours",
          expected: "it with from: neighbours only")
      }
      return Generative(components: components)
    }
    guard let neighbours else {
      reading.fail(value.place, keyPath, "'neighbours' is missing", expected: "their number (16)")
      return nil
    }
    guard components <= neighbours else {
      reading.fail(
        reading.place(of: "\(keyPath).components") ?? value.place, "\(keyPath).components",
        "\(neighbours) differences have no \(components) components",
        expected: "at most as many components as neighbours")
      return nil
    }
    return Generative(components: components, source: .neighbours(neighbours))
  }

  var canonicalText: String {
    var parts: [String] = []
    if !augmentation.isEmpty {
      let names = Augmentation.allCases.filter(augmentation.contains).map(\.name)
      parts.append("augmentation: [\(names.joined(separator: ", "))]")
    }
    if noise > 0 { parts.append("noise: \(noise)") }
    if fourier > 0 { parts.append("fourier: \(fourier)") }
    if let generative {
      let source =
        switch generative.source {
        case .data: "from: data"
        case .neighbours(let count): "from: neighbours, neighbours: \(count)"
        }
      parts.append("generative: {components: \(generative.components), \(source)}")
    }
    return "data: \(source.canonicalText(areLabelled: false)), images: \(imageCount), "
      + "perturbations: {\(parts.joined(separator: ", "))}, per_image: \(perImage), "
      + "precision: \(precision.rawValue)"
      + (representations.map { ", representations: \(Reading.canonicalText(ofPatterns: $0))" } ?? "")
  }
}
