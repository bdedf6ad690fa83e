extension Architecture {
  static func check(_ input: InputShape, _ stages: [Stage]) throws(ArchitectureError) {
    guard input.channels >= 1 else { throw .inputChannels(input.channels) }
    guard input.size >= 1 else { throw .inputSize(input.size) }
    guard !stages.isEmpty else { throw .noStage }
    for (index, stage) in stages.enumerated() {
      guard !stage.widths.isEmpty else { throw .emptyStage(stage: index) }
      for (layer, width) in stage.widths.enumerated() where width < 1 {
        throw .width(width, stage: index, layer: layer)
      }
      guard stage.kernel >= 1, !stage.kernel.isMultiple(of: 2) else {
        throw .kernel(stage.kernel, stage: index)
      }
      guard stage.stride >= 1 else { throw .stride(stage.stride, stage: index) }
    }
  }

  /// Layers that a plain skip joins have equal widths.
  func checkSkips() throws(ArchitectureError) {
    // Those without a projection join layers of one stage.
    let isEven = stages.allSatisfy { stage in
      stage.widths.allSatisfy { $0 == stage.widths[0] }
    }
    guard !isEven else { return }
    let layers = layers
    for layer in layers {
      guard let skip = layer.skip, skip.projectionStride == nil else { continue }
      let from = layers[skip.layer]
      guard from.width == layer.width else {
        throw .skipWidths(
          from: from.index, fromWidth: from.width, to: layer.index, toWidth: layer.width)
      }
    }
  }

  /// Groups that are normalised together are equally large.
  func checkNormalization() throws(ArchitectureError) {
    guard normalization == .group else { return }
    for width in normalizedWidths {
      let groups = normGroups(channels: width)
      guard width.isMultiple(of: groups) else { throw .normGroups(groups, width: width) }
    }
  }

  /// Bounds every count of the network and its frame, so that none overflows later.
  ///
  /// K² bounds the Gram matrix's entries, and parameters × p² bounds the frame's; sums of both stay
  /// below 2⁶² if each of their factors is checked here. So does the frame's dimension, which large
  /// strides leave out of both.
  func checkSizes() throws(ArchitectureError) {
    let limit = 9.2e18
    var atoms = 0.0
    var work = 0.0
    var dimension = 0.0
    // Only sums are needed, but dense networks may read more channels than any width says.
    var channels = Double(input.channels)
    for stage in stages { channels += stage.widths.reduce(0.0) { $0 + Double($1) } }
    guard Double(input.size) < 1e6, channels < 1e9 else { throw .tooLarge }
    var size = input.size
    var firstKernel = options[.firstKernel]?.integer
    for stage in stages {
      guard stage.kernel < 1_000_000, stage.stride < 1_000_000 else { throw .tooLarge }
      let read = Double(size) * Double(size)
      size = (size + stage.stride - 1) / stage.stride
      let area = Double(size) * Double(size)
      for (layer, width) in stage.widths.enumerated() {
        dimension += channels * (layer == 0 ? read : area)
        atoms += Double(width) * area
        let kernel = Double(firstKernel ?? stage.kernel)
        let taps = kernel * kernel
        firstKernel = nil
        work += 2 * Double(width) * channels * taps * area
      }
    }
    guard atoms * atoms < limit, work < limit, dimension < limit else { throw .tooLarge }
  }
}
