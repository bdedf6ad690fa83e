extension Architecture {
  /// The value of a key that the architecture holds; nil for a key that takes no part in it.
  public subscript(key: ArchitectureKey) -> KeyValue? {
    let row = key.row
    guard row.isKey(of: family), let option = row.option, option.applies(self) else { return nil }
    return options[key] ?? option.standard(self)
  }

  // What networks are made of is asked for millions of times by a plan. Only values that take part and
  // differ from the standard are held, so the table need not be looked at.

  /// The distance between layers that a skip joins; 0 unless the family is residual.
  public var skipLength: Int {
    family == .residual ? options[.skipLength]?.integer ?? Self.standardSkipLength : 0
  }

  static let standardSkipLength = 2

  /// How stages are joined; plain unless the family is residual.
  public var shortcut: Shortcut { options[.shortcut]?.word() ?? .plain }

  /// What residual branches are multiplied by at the start; 1 unless the family is residual.
  public var branchScale: Double { options[.branchScale]?.real ?? 1 }

  /// Makes an architecture of keys that residual networks have.
  ///
  /// - Parameters:
  ///   - family: how layers read one another.
  ///   - input: the shape of the image that enters.
  ///   - stages: the stages, at least one.
  ///   - form: nil for the family's own; residual networks have the analysis form only.
  ///   - skipLength: used by residual networks only.
  ///   - shortcut: used by residual networks only.
  ///
  /// **Throws**: `ArchitectureError` naming the first thing that is impossible.
  public init(
    family: Family, input: InputShape, stages: [Stage], form: Form? = nil, skipLength: Int = 2,
    shortcut: Shortcut = .plain
  ) throws(ArchitectureError) {
    try self.init(
      family: family, input: input, stages: stages, form: form,
      options: [.skipLength: .integer(skipLength), .shortcut: KeyValue(shortcut)])
  }

  /// The values that differ from the standard, of the keys that the family has.
  ///
  /// Keys that do not apply beside the others take no part, as those of other families.
  ///
  /// **Throws**: `ArchitectureError` naming the first value that its key cannot have.
  mutating func take(_ given: KeyValues) throws(ArchitectureError) {
    options = try own(given)
    let all = options
    for key in all.keys where key.row.option?.applies(self) == false { options[key] = nil }
    // A standard can follow from other keys, so it is known once all of them are.
    for key in options.keys where options[key] == key.row.option?.standard(self) {
      options[key] = nil
    }
  }

  private func own(_ given: KeyValues) throws(ArchitectureError) -> KeyValues {
    var own: KeyValues = [:]
    for key in given.keys {
      let row = key.row
      guard row.isKey(of: family), row.option != nil, let value = given[key] else { continue }
      guard row.reading.mistake(in: value) == nil else { throw .option(key, value) }
      own[key] = value
    }
    return own
  }
}
