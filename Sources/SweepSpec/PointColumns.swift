public import Architectures

/// A point's entries in the columns of the results file that say how its stages are written.
///
/// −1 stands where the stages do not follow the shorthand, and where the family does not use a key.
/// Stages that were written one by one have the values that plainly follow from them.
public struct PointColumns: Hashable, Sendable {
  /// The code of the named architecture.
  public var preset: Int8
  /// The values of the options that the named architecture has, the given ones or the standard.
  public var presetOptions: [PresetOption: Int32] = [:]
  /// Layers per stage.
  public var stageDepth: Int32 = -1
  /// The width of the first stage.
  public var width: Int32 = -1
  /// The number of stages.
  public var stageCount: Int32 = -1
  /// A stage's width over the previous one's.
  public var widen: Double = -1
  /// The side of all kernels.
  public var kernel: Int32 = -1
  /// The stride of the first layer of every stage but the first.
  public var stride: Int32 = -1
  /// In dense networks the width of all layers of a stage but the first.
  public var growth: Int32 = -1
  /// In residual networks the distance between layers that a skip joins.
  public var skipLength: Int32 = -1
  /// The code of the shortcut of residual networks.
  public var shortcut: Int8 = -1
  /// The channels of the input.
  public var inputChannels: Int32
  /// The side of the input.
  public var inputSize: Int32
  /// The number of layers, which papers call depth.
  public var layerCount: Int32

  init(
    _ architecture: Architecture, _ shorthand: Shorthand?, _ preset: Preset?,
    _ options: [PresetOption: Int]
  ) {
    self.preset = preset?.rawValue ?? -1
    for (option, standard) in preset?.options ?? [] {
      presetOptions[option] = Int32(clamping: options[option] ?? standard)
    }
    inputChannels = Int32(clamping: architecture.input.channels)
    inputSize = Int32(clamping: architecture.input.size)
    layerCount = Int32(clamping: architecture.layerCount)
    if architecture.family == .residual {
      skipLength = Int32(clamping: architecture.skipLength)
      shortcut = architecture.shortcut.rawValue
    }
    if let shorthand { fill(from: shorthand) } else { infer(from: architecture) }
  }

  /// Appends the entries that an architecture alone does not decide, for the plan's hash: the code of
  /// the preset and the values of its options in the order of their names' declaration (−1 for
  /// others), `stage_depth`, `width`, `stage_count`, `kernel`, `stride` and `growth` as int32, then
  /// `widen` as float64, all little-endian.
  func append(to bytes: inout [UInt8]) {
    let options = PresetOption.allCases.map { presetOptions[$0] ?? -1 }
    let numbers =
      [Int32(preset)] + options + [stageDepth, width, stageCount, kernel, stride, growth]
    for number in numbers {
      let bits = UInt32(bitPattern: number)
      for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    let bits = widen.bitPattern
    for shift: UInt64 in [0, 8, 16, 24, 32, 40, 48, 56] {
      bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
  }

  private mutating func fill(from shorthand: Shorthand) {
    stageDepth = Int32(clamping: shorthand.stageDepth)
    width = Int32(clamping: shorthand.width)
    stageCount = Int32(clamping: shorthand.stageCount)
    widen = shorthand.widen
    kernel = Int32(clamping: shorthand.kernel)
    stride = Int32(clamping: shorthand.stride)
    if let growth = shorthand.growth { self.growth = Int32(clamping: growth) }
  }

  private mutating func infer(from architecture: Architecture) {
    let stages = architecture.stages
    stageCount = Int32(clamping: stages.count)
    let depth = common(stages.map(\.widths.count))
    let kernel = common(stages.map(\.kernel))
    if let depth { stageDepth = Int32(clamping: depth) }
    if let kernel { self.kernel = Int32(clamping: kernel) }
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
    width = Int32(clamping: first)
    if let growth = rule.growth { self.growth = Int32(clamping: growth) }
    guard stages.count > 1 else { return }
    widen = rule.widen
    self.stride = Int32(clamping: stride)
  }

  private func isReproduced(_ stages: [Stage], by rule: Shorthand, _ family: Family) -> Bool {
    (try? rule.stages(for: family)) == stages
  }

  private func common(_ values: some Sequence<Int>) -> Int? {
    let distinct = Set(values)
    return distinct.count == 1 ? distinct.first : nil
  }
}
