/// The shape of a convolution of many images with one weight, as torch's `conv2d` has it.
///
/// Images are stored pixel by pixel, all channels of a pixel together.
public struct ImageConvolutionShape: Hashable, Sendable {
  /// A number for the height and one for the width.
  public struct Pair: Hashable, Sendable {
    /// That of the height.
    public var height: Int
    /// That of the width.
    public var width: Int

    /// Makes a pair.
    public init(_ height: Int, _ width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// The number of images, at least 1.
  public var images: Int
  /// The number of channels that are read, a multiple of `groups`.
  public var inputChannels: Int
  /// The number of channels that are written, a multiple of `groups`.
  public var outputChannels: Int
  /// The number of groups: those of the channels that are written read those of the same group only.
  public var groups: Int
  /// The sides of the images that are read.
  public var input: Pair
  /// The sides of the kernel.
  public var kernel: Pair
  /// From one place of the kernel to the next.
  public var stride: Pair
  /// From one tap of the kernel to the next.
  public var dilation: Pair
  /// The zeros above and on the left.
  public var paddingBefore: Pair
  /// The zeros below and on the right.
  public var paddingAfter: Pair

  /// Describes a convolution.
  ///
  /// - Precondition: sizes are positive, groups divide both numbers of channels, and the kernel fits
  ///   into the padded image.
  public init(
    images: Int, inputChannels: Int, outputChannels: Int, groups: Int = 1, input: Pair,
    kernel: Pair, stride: Pair = Pair(1, 1), dilation: Pair = Pair(1, 1),
    paddingBefore: Pair = Pair(0, 0), paddingAfter: Pair = Pair(0, 0)
  ) {
    precondition(images >= 1 && groups >= 1, "a convolution of nothing")
    precondition(
      inputChannels >= groups && outputChannels >= groups
        && inputChannels.isMultiple(of: groups) && outputChannels.isMultiple(of: groups),
      "groups divide the channels")
    for pair in [input, kernel, stride, dilation] {
      precondition(pair.height >= 1 && pair.width >= 1, "a convolution with an empty side")
    }
    for pair in [paddingBefore, paddingAfter] {
      precondition(pair.height >= 0 && pair.width >= 0, "a negative padding")
    }
    self.images = images
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.groups = groups
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
    precondition(output.height >= 1 && output.width >= 1, "a kernel larger than the padded image")
  }

  /// The sides of the images that are written.
  public var output: Pair {
    func side(
      _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
    ) -> Int {
      let room = input + before + after - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }
    return Pair(
      side(
        input.height, kernel.height, stride.height, dilation.height, paddingBefore.height,
        paddingAfter.height),
      side(
        input.width, kernel.width, stride.width, dilation.width, paddingBefore.width,
        paddingAfter.width))
  }

  /// The number of values that are read.
  public var inputCount: Int { images * input.height * input.width * inputChannels }
  /// The number of values that are written.
  public var outputCount: Int { images * output.height * output.width * outputChannels }
  /// The number of weights.
  public var weightCount: Int {
    outputChannels * (inputChannels / groups) * kernel.height * kernel.width
  }
  /// Whether the kernel has one tap.
  public var isPointwise: Bool { kernel == Pair(1, 1) }
}
