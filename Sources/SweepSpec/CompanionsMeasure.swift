extension Measure {
  /// Which images the scores of untrained networks are computed with.
  public struct Companions: Hashable, Sendable {
    /// Where images come from.
    public var data: DataSource = .digits
    /// The number of images.
    public var imageCount = 32

    /// Starts with 32 digits.
    public init() {}

    /// The choice in the one spelling that the plan hash covers.
    public var canonicalText: String {
      "{data: \(data.canonicalText(areLabelled: true)), images: \(imageCount)}"
    }
  }
}

extension Reading {
  /// Which images the scores of untrained networks are computed with.
  mutating func companions(_ value: YAMLValue, _ keyPath: String) -> Measure.Companions? {
    let expected = "a mapping (data: digits, images: 32)"
    guard let entries = entries(of: value, keyPath, in: .companions, expected: expected) else {
      return nil
    }
    places[keyPath] = value.place
    var companions = Measure.Companions()
    for entry in entries {
      let path = "\(keyPath).\(entry.key)"
      places[path] = entry.value.place
      if entry.key == "data" {
        if let data = dataSource(entry.value, path) { companions.data = data }
      } else if let count = integer(entry.value, path, in: 2...1_024) {
        companions.imageCount = count
      }
    }
    return companions
  }
}
