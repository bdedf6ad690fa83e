internal import Architectures

/// What the placeholders of weights files stand for at one point.
struct PlaceholderValues {
  let columns: PointColumns
  let inferenceSweeps: Int
  let seed: Int
  /// The sweep's name.
  let sweep: String

  /// The value as file names have it; nil if the key takes no part at the point.
  subscript(_ name: String) -> String? {
    switch name {
    case "name": sweep
    case "layer_count": String(columns.layerCount)
    case Parameter.inferenceSweeps.key: String(inferenceSweeps)
    case Parameter.seed.key: String(seed)
    default: Self.keys[name].flatMap { columns.text(of: $0) }
    }
  }

  /// What placeholders can be called.
  static let names: [String] = {
    let options = ArchitectureKey.presetOptions
    let others = ArchitectureKey.allCases.filter { !options.contains($0) }
    return ["name"] + others.compactMap(\.column) + ["layer_count"] + options.compactMap(\.column)
      + [Parameter.inferenceSweeps.key, Parameter.seed.key]
  }()

  /// The keys of architectures by what placeholders call them.
  static let keys = Dictionary(
    uniqueKeysWithValues: ArchitectureKey.allCases.compactMap { key in
      key.column.map { ($0, key) }
    })
}

extension PointColumns {
  /// A key's value as file names have it; nil if the key takes no part.
  fileprivate func text(of key: ArchitectureKey) -> String? {
    let value = self[key]
    guard value >= 0 else { return nil }
    if case .words(let words) = key.row.reading { return words[Int(value)].text }
    return Int(exactly: value).map(String.init) ?? String(value)
  }
}
