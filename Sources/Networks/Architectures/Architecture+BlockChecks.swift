extension Architecture {
  /// What builders of blocks rely on.
  func checkBlocks() throws(ArchitectureError) {
    if family == .dense, ![.plain, .bottleneck, .preactivation].contains(block) {
      throw .block(block, family)
    }
    if block == .choice { try checkChoices() }
    if block == .cell { try checkCells() }
    if family.countsBlocks { try checkSingleStage() }
    if family.has(.patch) { try checkPatch() }
    if family.has(.heads) { try checkHeads() }
    if family == .convnext { try checkHalving(from: input.size / count(.patch)) }
    try checkGroups()
    if shortcut == .pad { try checkPadding() }
    if pooling != .stride { try checkPooling() }
  }

  /// The channels of everything that is normalised.
  var normalizedWidths: [Int] {
    let widths = stages.flatMap(\.widths)
    let inner =
      block == .choice
      ? chosenWidths : count(.expansion) == 0 ? [] : widths.map { $0 * count(.expansion) }
    switch (family, block) {
    case (.dense, .bottleneck), (.dense, .preactivation): return readWidths + inner
    case (.residual, _): return widths + inner + (stem == .none ? [] : [count(.stemWidth)])
    default: return widths
    }
  }

  /// What the layers and transitions of dense blocks read.
  private var readWidths: [Int] {
    var (read, widths) = (0, [Int]())
    for stage in stages {
      if read > 0 { widths.append(read) }
      read = stage.widths[0]
      for width in stage.widths.dropFirst() {
        widths.append(read)
        read += width
      }
    }
    return widths + [read]
  }

  /// The inner channels of the inverted blocks that are chosen.
  private var chosenWidths: [Int] {
    let widths = stages.flatMap(\.widths)
    return zip([count(.stemWidth)] + widths, blockChoices).compactMap { inputs, choice in
      choice.inverted.map { inputs * $0.expansion }
    }
  }

  private func checkChoices() throws(ArchitectureError) {
    guard stem != .none else { throw .stem(block) }
    let blocks = stages.reduce(0) { $0 + $1.widths.count }
    // More digits than the largest number has choose nothing.
    let limit = (0..<min(blocks, 30)).reduce(1) { limit, _ in 3 * limit }
    guard count(.choices) < limit else { throw .choices(count(.choices), limit: limit) }
  }

  private func checkCells() throws(ArchitectureError) {
    for (index, stage) in stages.enumerated() where Set(stage.widths).count > 1 {
      throw .cellWidths(stage: index)
    }
  }

  private func checkSingleStage() throws(ArchitectureError) {
    guard stages.count == 1, Set(stages[0].widths).count == 1 else { throw .tokens(family) }
  }

  private func checkHeads() throws(ArchitectureError) {
    let width = stages[0].widths[0]
    guard !width.isMultiple(of: count(.heads)) else { return }
    throw .divisor(.heads, count(.heads), of: "the width", width)
  }

  private func checkPatch() throws(ArchitectureError) {
    guard input.size.isMultiple(of: count(.patch)) else {
      throw .divisor(.patch, count(.patch), of: "the image's side", input.size)
    }
  }

  private func checkGroups() throws(ArchitectureError) {
    let groups = count(.groups)
    guard groups > 1 else { return }
    for width in stages.flatMap(\.widths) where !width.isMultiple(of: groups) {
      throw .divisor(.groups, groups, of: "a block's width", width)
    }
  }

  private func checkPadding() throws(ArchitectureError) {
    let factor = block == .bottleneck ? count(.expansion) : 1
    var last = stem == .none ? input.channels : count(.stemWidth)
    for width in stages.flatMap(\.widths) {
      let next = width * factor
      defer { last = next }
      if isLayered, last == input.channels { continue }
      guard next >= last, (next - last).isMultiple(of: 2) else {
        throw .padding(from: last, to: next)
      }
    }
  }

  private func checkPooling() throws(ArchitectureError) {
    var size = (input.size + stages[0].stride - 1) / stages[0].stride
    if stem == .imagenet { size = (size + 3) / 4 }
    for (index, stage) in stages.enumerated().dropFirst() where stage.stride > 1 {
      size /= stage.stride
      guard size >= 1 else { throw .tooSmall(stage: index) }
    }
    if count(.classifierWidth) > 0, size / 2 < 1 { throw .tooSmall(stage: stages.count) }
  }

  /// Every stage but the first has images of half the size.
  private func checkHalving(from start: Int) throws(ArchitectureError) {
    for index in stages.indices {
      guard start >> min(index, 62) >= 1 else { throw .tooSmall(stage: index) }
    }
  }
}
