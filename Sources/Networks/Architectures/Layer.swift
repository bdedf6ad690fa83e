/// One layer of a network with everything that follows from its place.
///
/// The weight has shape `width` × `inputWidth` × `kernel` × `kernel`, row-major, as torch's Conv2d;
/// its rows, flattened, are the layer's atoms.
public struct Layer: Hashable, Sendable {
  /// One block of channels that the layer reads.
  public struct Source: Hashable, Sendable {
    /// The layer that is read, counted from 0; nil for the network's input.
    public let layer: Int?
    /// The first channel of the block in the layer's input.
    public let channelOffset: Int
    /// The number of channels of the block.
    public let channels: Int
  }

  /// A connection that is added before the activation.
  public struct Skip: Hashable, Sendable {
    /// The layer that is added, counted from 0.
    public let layer: Int
    /// The stride of the 1 × 1 projection P on the way; nil where the layer is added as it is.
    ///
    /// P has shape `width` × (width of `layer`) × 1 × 1 and no bias.
    public let projectionStride: Int?
  }

  /// The layer's place in the network, counted from 0.
  public let index: Int
  /// The stage it belongs to, counted from 0.
  public let stage: Int
  /// The number k of its output channels.
  public let width: Int
  /// The number d of its input channels.
  public let inputWidth: Int
  /// The side f of its kernel, odd.
  public let kernel: Int
  /// Its stride.
  public let stride: Int
  /// The side of the images it reads.
  public let inputSize: Int
  /// The side p of the images it writes, ⌈inputSize / stride⌉.
  public let outputSize: Int
  /// What it reads, in the order of its input channels.
  public let sources: [Source]
  /// What is added before its activation.
  public let skip: Skip?

  /// The layer with another kernel.
  ///
  /// It may be even; its taps then reach one further down and right than up and left.
  ///
  /// - Precondition: `kernel >= 1`.
  public func with(kernel: Int) -> Layer {
    precondition(kernel >= 1, "a kernel has at least one tap")
    return Layer(
      index: index, stage: stage, width: width, inputWidth: inputWidth, kernel: kernel,
      stride: stride, inputSize: inputSize, outputSize: outputSize, sources: sources, skip: skip)
  }
}

extension Architecture {
  /// All layers in order, derived from the stages.
  ///
  /// **Complexity**: O(layers), for dense networks O(layers × stage depth).
  public var layers: [Layer] {
    var layers: [Layer] = []
    layers.reserveCapacity(layerCount)
    let firstKernel = options[.firstKernel]?.integer
    let skips = family == .residual ? (length: skipLength, shortcut: shortcut) : nil
    var size = input.size
    var previousStage = 0..<0
    let pools = pooling != .stride
    for (stageIndex, stage) in stages.enumerated() {
      let first = layers.count
      let isPooled = pools && stageIndex > 0
      // What dense networks pool is what the first layer writes.
      if isPooled, family != .dense { size /= stage.stride }
      for (position, width) in stage.widths.enumerated() {
        let stride = position == 0 && !isPooled ? stage.stride : 1
        let sources = sources(
          at: position, first: first, previousStage: previousStage, layers: layers)
        let shrinks = isPooled && family == .dense && position == 0
        let outputSize = shrinks ? size / stage.stride : (size + stride - 1) / stride
        let inputWidth = sources.reduce(0) { $0 + $1.channels }
        layers.append(
          Layer(
            index: layers.count, stage: stageIndex, width: width, inputWidth: inputWidth,
            kernel: layers.isEmpty ? firstKernel ?? stage.kernel : stage.kernel, stride: stride,
            inputSize: size, outputSize: outputSize, sources: sources,
            skip: skips.flatMap { skips in
              skip(of: skips.length, skips.shortcut, at: position, stage: stageIndex, first: first)
            }))
        size = outputSize
      }
      previousStage = first..<layers.count
    }
    return layers
  }

  /// Whether any layer has a skip.
  ///
  /// **Complexity**: O(stages).
  public var hasSkips: Bool {
    guard family == .residual else { return false }
    let (length, shortcut) = (skipLength, shortcut)
    return stages.indices.contains { stage in
      // Skips are as far apart as they are long, so the first position that may have one tells.
      let position = shortcut != .plain && stage > 0 ? length - 1 : length
      return position < stages[stage].widths.count
        && skip(of: length, shortcut, at: position, stage: stage, first: 0) != nil
    }
  }

  private func sources(
    at position: Int, first: Int, previousStage: Range<Int>, layers: [Layer]
  ) -> [Layer.Source] {
    let all = position == 0 ? previousStage : first..<layers.count
    let read = family == .dense ? all : max(layers.count - 1, 0)..<layers.count
    guard !read.isEmpty else {
      return [Layer.Source(layer: nil, channelOffset: 0, channels: input.channels)]
    }
    var offset = 0
    return read.map { index in
      defer { offset += layers[index].width }
      return Layer.Source(layer: index, channelOffset: offset, channels: layers[index].width)
    }
  }

  /// The skip that ends at a stage's layer, both counted from 0.
  private func skip(
    of length: Int, _ shortcut: Shortcut, at position: Int, stage: Int, first: Int
  ) -> Layer.Skip? {
    if shortcut != .plain, stage > 0 {
      // The last layer of each block adds what entered the block.
      guard (position + 1).isMultiple(of: length) else { return nil }
      let isFirstBlock = position + 1 == length
      return Layer.Skip(
        layer: first + position - length,
        projectionStride: isFirstBlock ? (pooling == .stride ? stages[stage].stride : 1) : nil)
    }
    guard position >= length, position.isMultiple(of: length) else { return nil }
    return Layer.Skip(layer: first + position - length, projectionStride: nil)
  }
}
