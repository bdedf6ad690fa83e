internal import NeuralFrames

extension Reading {
  /// What is measured of neural frames.
  mutating func neuralFrames(_ value: YAMLValue, _ keyPath: String) -> Measure.NeuralFrames? {
    let expected = "a mapping (data: digits, images: 64, perturbations: {…})"
    guard let entries = entries(of: value, keyPath, in: .neuralFrames, expected: expected) else {
      return nil
    }
    let errorCount = errors.count
    places[keyPath] = value.place
    var measure = Measure.NeuralFrames()
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      places[path] = entry.value.place
      switch entry.key {
      case "data": if let data = dataSource(entry.value, path) { measure.data = data }
      case "images":
        if let count = integer(entry.value, path, in: 1...Self.countLimit) {
          measure.imageCount = count
        }
      case "perturbations": perturbations(entry.value, path, into: &measure)
      case "per_image": if let answer = truth(entry.value, path) { measure.perImage = answer }
      default:
        let choices = Measure.NeuralFrames.Precision.allCases.map { ($0.rawValue, $0) }
        if let precision = name(entry.value, path, among: choices) { measure.precision = precision }
      }
    }
    if errors.count == errorCount, !entries.contains(where: { $0.key == "perturbations" }) {
      fail(
        value.place, keyPath, "'perturbations' are missing",
        expected: "directions (perturbations: {augmentation: all, noise: 8})")
    }
    return measure
  }

  /// More images or directions than this are a mistake.
  private static let countLimit = 10_000_000

  private mutating func perturbations(
    _ value: YAMLValue, _ keyPath: String, into measure: inout Measure.NeuralFrames
  ) {
    let expected = "directions ({augmentation: all, noise: 8, fourier: 8})"
    let entries = entries(of: value, keyPath, in: .perturbations, expected: expected) ?? []
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      places[path] = entry.value.place
      switch entry.key {
      case "augmentation": measure.augmentation = augmentations(entry.value, path)
      case "noise": measure.noise = integer(entry.value, path, in: 1...Self.countLimit) ?? 0
      case "fourier": measure.fourier = integer(entry.value, path, in: 1...Self.countLimit) ?? 0
      default: measure.generative = generative(entry.value, path)
      }
    }
  }

  private mutating func augmentations(
    _ value: YAMLValue, _ keyPath: String
  ) -> Set<Augmentation> {
    if case .scalar("all", _) = value.content { return Set(Augmentation.allCases) }
    let names = Augmentation.allCases.map { ($0.name, $0) }
    guard value.items != nil else {
      fail(
        value.place, keyPath, "found \(value.summary)",
        expected: "all, or a list of names ([translate_x, rotate, …])")
      return []
    }
    var chosen: Set<Augmentation> = []
    let items = items(of: value, keyPath, expected: "all, or a list of names") ?? []
    for (index, item) in items.enumerated() {
      let path = "\(keyPath)[\(index)]"
      guard let generator = name(item, path, among: names) else { continue }
      places[keyPath + "." + generator.name] = item.place
      if !chosen.insert(generator).inserted {
        fail(item.place, path, "'\(generator.name)' is given twice", expected: "it once")
      }
    }
    return chosen
  }

  private mutating func generative(
    _ value: YAMLValue, _ keyPath: String
  ) -> Measure.NeuralFrames.Generative? {
    let expected = "a model of the data ({components: 8, from: data})"
    guard let entries = entries(of: value, keyPath, in: .generative, expected: expected) else {
      return nil
    }
    let errorCount = errors.count
    var (components, neighbours): (Int?, Int?)
    var usesNeighbours = false
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      places[path] = entry.value.place
      switch entry.key {
      case "components": components = integer(entry.value, path, in: 1...4_096)
      case "neighbours": neighbours = integer(entry.value, path, in: 1...4_096)
      default:
        usesNeighbours =
          name(entry.value, path, among: [("data", false), ("neighbours", true)]) ?? false
      }
    }
    guard errors.count == errorCount else { return nil }
    guard let components else {
      fail(value.place, keyPath, "'components' is missing", expected: "their number (8)")
      return nil
    }
    guard usesNeighbours else {
      if let entry = entries.first(where: { $0.key == "neighbours" }) {
        fail(
          entry.keyPlace, "\(keyPath).neighbours", "the model of all data has no neighbours",
          expected: "it with from: neighbours only")
      }
      return .init(components: components)
    }
    guard let neighbours else {
      fail(value.place, keyPath, "'neighbours' is missing", expected: "their number (16)")
      return nil
    }
    guard components <= neighbours else {
      fail(
        places["\(keyPath).components"] ?? value.place, "\(keyPath).components",
        "\(neighbours) differences have no \(components) components",
        expected: "at most as many components as neighbours")
      return nil
    }
    return .init(components: components, source: .neighbours(neighbours))
  }
}
