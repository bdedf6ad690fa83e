import Architectures
import Measurements
import SweepRecords
import SweepSpec
import Testing

@Suite("The table of keys") struct KeyTableTests {
  /// Some values that a key may have.
  private static func values(of key: ArchitectureKey) -> [KeyValue] {
    switch key.row.reading {
    case .words(let words): words
    case .integers(let range), .oddIntegers(let range):
      [range.lowerBound, range.lowerBound + 2].filter(range.contains).map { .integer($0) }
    case .positiveReals: [.real(0.5), .real(2)]
    case .nonnegativeReals: [.real(0), .real(0.5)]
    case .stages: []
    }
  }

  /// Some values that a key may have in a family.
  private static func values(of key: ArchitectureKey, in family: Family) -> [KeyValue] {
    guard key == .block else { return values(of: key) }
    guard family == .dense else {
      // Chosen blocks need a stem, which plain ones cannot have.
      return values(of: key).filter { $0 != KeyValue(Block.choice) }
    }
    return [Block.plain, .bottleneck, .preactivation].map { KeyValue($0) }
  }

  private static func network(_ family: Family, _ more: String = "") -> String {
    "{family: \(family.name), input: {channels: 2, size: 9}, "
      + "stages: [{widths: [12, 12, 12]}, {widths: [12, 12, 12], stride: 1}]\(more)}"
  }

  /// What a network has to have besides, so that a key takes part.
  private static func needed(by key: ArchitectureKey, in family: Family) -> String {
    guard key.row.families.contains(family) else { return "" }
    return switch key {
    case .normGroups: ", normalization: group"
    case .normalizationStatistics: ", normalization: batch"
    case .expansion, .groups, .stem: ", block: bottleneck"
    case .squeeze: ", block: inverted"
    case .choices: ", block: choice, stem: cifar"
    case .cell: ", block: cell"
    case .stemWidth: ", block: bottleneck, stem: cifar"
    default: ""
    }
  }

  private static func point(_ network: String) throws -> Point {
    try plan("include: [\(network)]\n").point(at: 0)
  }

  @Test("Keys and columns have names of their own; a code is the place of its word")
  func names() {
    let keys = ArchitectureKey.allCases
    #expect(Set(keys.map(\.name)).count == keys.count)
    let columns = keys.compactMap(\.column)
    #expect(Set(columns).count == columns.count)
    for key in keys {
      guard case .words(let words) = key.row.reading else { continue }
      #expect(words.map(\.number) == (0..<words.count).map(Double.init))
    }
  }

  @Test("The schema begins with the columns of all keys, in order") func columns() throws {
    let named = ArchitectureKey.allCases.filter { $0.column != nil }
    for (key, column) in zip(named, Schema.planColumns) {
      #expect(column.name == key.column)
      #expect(column.flags.map { Double($0.value) } == (0..<column.flags.count).map(Double.init))
      switch key.row.reading {
      case .words(let words): #expect(column.flags.map(\.meaning) == words.map(\.text))
      case .integers, .oddIntegers: #expect(column.type == .int32)
      case .positiveReals, .nonnegativeReals: #expect(column.type == .float64)
      case .stages: Issue.record("stages have no column")
      }
    }
  }

  @Test(
    "A value takes part in the families that have its key, and in no other",
    arguments: ArchitectureKey.options)
  func families(key: ArchitectureKey) throws {
    let option = try #require(key.row.option)
    for family in Family.layered {
      let needed = Self.needed(by: key, in: family)
      let plain = try Self.point(Self.network(family, needed))
      let architecture = try #require(plain.network.architecture)
      #expect((architecture[key] != nil) == key.row.families.contains(family))
      for value in Self.values(of: key, in: family) {
        let point = try Self.point(Self.network(family, "\(needed), \(key.name): \(value.text)"))
        guard key.row.families.contains(family) else {
          #expect(point.id == plain.id)
          #expect(point.columns[key] == -1)
          continue
        }
        #expect(point.network.architecture?[key] == value)
        #expect(point.columns[key] == value.number)
        let isStandard = value == option.standard(architecture)
        #expect((point.id == plain.id) == isStandard)
        let text = point.network.canonicalText
        #expect(
          text.contains(", \(key.name): \(value.text)") == (!isStandard || option.isAlwaysWritten))
        #expect(try Self.point(text).network == point.network)
      }
    }
  }

  @Test(
    "Numbers out of a key's range are refused where they stand",
    arguments: ArchitectureKey.allCases.filter(\.row.reading.isNumber))
  func ranges(key: ArchitectureKey) throws {
    let value = if case .positiveReals = key.row.reading { "0.0" } else { "-7" }
    let parts = key.name.split(separator: ".")
    let mapping =
      parts.count == 2 ? "\(parts[0]): {\(parts[1]): [\(value)]}" : "\(key.name): [\(value)]"
    let error = #expect(throws: SpecErrors.self) { try plan("grid: {\(mapping)}\n") }
    #expect(error?.errors.contains { $0.keyPath == "grid.\(key.name)[0]" } == true)
  }

  @Test("A column that may be left out is there if a point makes use of its key")
  func omission() throws {
    let plain = try plan("include: [\(Self.network(.residual))]\n")
    let omissible = Set(ArchitectureKey.allCases.filter(\.row.isOmittedIfUnused))
    #expect(plain.omittedKeys == omissible)
    for key in ArchitectureKey.options where omissible.contains(key) {
      for family in key.row.families where Family.layered.contains(family) {
        for value in Self.values(of: key, in: family) {
          let network = Self.network(
            family, "\(Self.needed(by: key, in: family)), \(key.name): \(value.text)")
          let plan = try plan("include: [\(network)]\n")
          let isUsed = plan.point(at: 0).network.architecture?.options[key] != nil
          #expect(plan.omittedKeys.contains(key) == !isUsed)
        }
      }
    }
  }
}
