public import Architectures
internal import Bytes

/// A point's entries in the columns of the results file that hold the keys of its architecture.
///
/// −1 stands for a key that takes no part: one that the family does not have, or one of a rule that the
/// stages do not follow. Stages that were written one by one have the values that plainly follow from
/// them.
public struct PointColumns: Hashable, Sendable {
  private var values = [Double](repeating: -1, count: ArchitectureKey.allCases.count)

  /// The number of layers, which papers call depth.
  public let layerCount: Int

  /// The entry of a key: a number, or the code of a word; −1 where it takes no part.
  public private(set) subscript(key: ArchitectureKey) -> Double {
    get { values[key.rawValue] }
    set { values[key.rawValue] = newValue }
  }

  init(
    _ network: PointNetwork, _ rule: Shorthand?, _ preset: Preset?, _ written: KeyValues
  ) {
    self.init(hashing: network, rule, preset, written)
    guard let architecture = network.architecture else { return }
    for key in ArchitectureKey.options {
      if let value = architecture[key] { self[key] = value.number }
    }
  }

  /// Leaves the keys out that an architecture holds, which no hash asks for.
  init(
    hashing network: PointNetwork, _ rule: Shorthand?, _ preset: Preset?, _ written: KeyValues
  ) {
    layerCount = network.layerCount
    self[.inputChannels] = KeyValue.integer(network.input.channels).number
    self[.inputSize] = KeyValue.integer(network.input.size).number
    guard let architecture = network.architecture else {
      // Besides the input these are the keys that the file's path names.
      for key in written.keys where key != .inputChannels && key != .inputSize {
        if let value = written[key] { self[key] = value.number }
      }
      return
    }
    self[.family] = KeyValue(architecture.family).number
    self[.form] = KeyValue(architecture.form).number
    if let preset {
      self[.preset] = KeyValue(preset).number
      for (key, standard) in preset.options {
        self[key] = (written[key] ?? .integer(standard)).number
      }
    }
    if let rule {
      for key in ArchitectureKey.rules { if let value = rule[key] { self[key] = value.number } }
    } else {
      infer(from: architecture)
    }
  }

  /// The columns that an architecture alone does not decide: those of 32 bits, then those of 64.
  private static let undecided: (narrow: [ArchitectureKey], wide: [ArchitectureKey]) = {
    let keys = [.preset] + ArchitectureKey.presetOptions + ArchitectureKey.rules
    return (keys.filter { !$0.row.reading.isReal }, keys.filter(\.row.reading.isReal))
  }()

  /// Appends the entries that an architecture alone does not decide, for the plan's hash: the code of
  /// the preset, the values of its options and those of the rule in the order of the table, whole
  /// numbers as int32, then the others as float64, all little-endian.
  func append(to bytes: inout [UInt8]) {
    for key in Self.undecided.narrow where isHashed(key) { bytes.append(little: Int32(self[key])) }
    for key in Self.undecided.wide where isHashed(key) {
      bytes.append(little: self[key].bitPattern)
    }
  }

  private func isHashed(_ key: ArchitectureKey) -> Bool {
    key.row.isInEveryHash || self[key] != -1
  }

  private mutating func infer(from architecture: Architecture) {
    let stages = architecture.stages
    guard !architecture.family.countsBlocks else {
      self[.blocks] = KeyValue.integer(stages[0].widths.count).number
      self[.width] = KeyValue.integer(stages[0].widths[0]).number
      return
    }
    self[.stageCount] = KeyValue.integer(stages.count).number
    let depth = common(stages.map(\.widths.count))
    let kernel = common(stages.map(\.kernel))
    if let depth { self[.stageDepth] = KeyValue.integer(depth).number }
    if let kernel { self[.kernel] = KeyValue.integer(kernel).number }
    guard let depth, let kernel, stages[0].stride == 1 else { return }
    let first = stages[0].widths[0]
    let second = stages.count > 1 ? stages[1].widths[0] : first
    // One stage says nothing about the next: any factor and stride reproduce it.
    let stride = stages.count > 1 ? common(stages.dropFirst().map(\.stride)) : 1
    guard let stride else { return }
    var rule = Shorthand(
      stageDepth: depth, width: first, stageCount: stages.count,
      widen: Double(second) / Double(first), kernel: kernel, stride: stride)
    if architecture.family == .dense, depth > 1, !isReproduced(stages, by: rule, .dense) {
      rule.growth = stages[0].widths[1]
    }
    guard isReproduced(stages, by: rule, architecture.family) else { return }
    for key in ArchitectureKey.rules where stages.count > 1 || ![.widen, .stride].contains(key) {
      if let value = rule[key] { self[key] = value.number }
    }
  }

  private func isReproduced(_ stages: [Stage], by rule: Shorthand, _ family: Family) -> Bool {
    (try? rule.stages(for: family)) == stages
  }

  private func common(_ values: some Sequence<Int>) -> Int? {
    let distinct = Set(values)
    return distinct.count == 1 ? distinct.first : nil
  }
}
