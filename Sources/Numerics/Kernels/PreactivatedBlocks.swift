internal import Architectures

/// The layers of a residual network whose activations come first.
///
/// A block adds two convolutions with activations before them to a stream that no activation closes. The
/// last convolution's weights are independent of all else, so the stream stays a Gaussian process.
struct PreactivatedBlocks {
  private(set) var layers: [KernelNetwork.Layer] = []
  /// What the classifier reads.
  private(set) var features: [KernelNetwork.Source] = []
  /// The representation whose sum is the stream; 0 for the image.
  private var stream = 0
  private var channels: Int
  private var size: Int
  private let random: RandomWeights
  private let parameterization: KernelNetwork.Parameterization

  /// Describes the blocks; nil for other networks, and if a block adds the image itself, or a stream with
  /// channels of zeros, whose channels are not alike.
  init?(
    _ architecture: Architecture, _ random: RandomWeights,
    _ parameterization: KernelNetwork.Parameterization
  ) {
    guard architecture.hasPreactivatedBlocks else { return nil }
    (channels, size) = (architecture.input.channels, architecture.input.size)
    (self.random, self.parameterization) = (random, parameterization)
    if architecture.stem != .none {
      let width = architecture.count(.stemWidth)
      layers.append(KernelNetwork.Layer([convolution(of: 0, width: width, kernel: 3)]))
      (stream, channels) = (1, width)
    }
    for stage in architecture.stages {
      for (place, width) in stage.widths.enumerated() {
        guard append(stage, stride: place == 0 ? stage.stride : 1, width: width, architecture)
        else { return nil }
      }
    }
    features = [KernelNetwork.Source(representation: stream, channels: Double(channels))]
  }

  private func convolution(
    of representation: Int, width: Int, kernel: Int, stride: Int = 1, hasBias: Bool = true,
    branchScale: Double = 1
  ) -> KernelNetwork.Convolution {
    KernelNetwork.Convolution(
      [KernelNetwork.Source(representation: representation, channels: Double(channels))],
      width: width, inputWidth: channels, kernel: kernel, stride: stride, inputSize: size, random,
      parameterization, hasBias: hasBias, branchScale: branchScale)
  }

  /// Adds a block; false if it has no closed form.
  private mutating func append(
    _ stage: Stage, stride: Int, width: Int, _ architecture: Architecture
  ) -> Bool {
    let isIdentity = stride == 1 && channels == width
    var projection: KernelNetwork.Convolution?
    switch (isIdentity, architecture.shortcut) {
    case (true, _): if stream == 0 { return false }
    case (false, .plain): break
    case (false, .projection):
      projection = convolution(of: stream, width: width, kernel: 1, stride: stride, hasBias: false)
    case (false, .pad): return false
    }
    let first = convolution(of: stream, width: width, kernel: stage.kernel, stride: stride)
    layers.append(KernelNetwork.Layer([first]))
    (channels, size) = (width, first.outputSize)
    let hasShortcut = isIdentity || projection != nil
    let second = convolution(
      of: layers.count, width: width, kernel: stage.kernel,
      branchScale: hasShortcut ? architecture.branchScale : 1)
    let terms = [second] + (projection.map { [$0] } ?? [])
    layers.append(KernelNetwork.Layer(terms, skip: isIdentity ? stream : nil))
    stream = layers.count
    return true
  }
}
