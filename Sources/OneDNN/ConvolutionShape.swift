/// The shape of a strided correlation of many images with one weight.
///
/// Images are stored pixel by pixel, all channels of a pixel together. The border is padded with
/// zeros, (kernel − 1)/2 on all sides, as torch's `Conv2d(padding=(kernel-1)//2)`.
public struct ConvolutionShape: Hashable, Sendable {
  /// The number of images, at least 1.
  public var images: Int
  /// The number of channels that are read, at least 1.
  public var inputChannels: Int
  /// The number of channels that are written, at least 1.
  public var outputChannels: Int
  /// The side of the images that are read, at least 1.
  public var inputSize: Int
  /// The side of the kernel, odd.
  public var kernel: Int
  /// The stride, at least 1.
  public var stride: Int
  /// Whether the result is added to what is there instead of replacing it.
  public var accumulates: Bool

  /// Describes a correlation.
  public init(
    images: Int, inputChannels: Int, outputChannels: Int, inputSize: Int, kernel: Int, stride: Int,
    accumulates: Bool = false
  ) {
    precondition(
      images >= 1 && inputChannels >= 1 && outputChannels >= 1 && inputSize >= 1 && stride >= 1,
      "a correlation with an empty side")
    precondition(kernel >= 1 && !kernel.isMultiple(of: 2), "kernels have an odd side")
    self.images = images
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.inputSize = inputSize
    self.kernel = kernel
    self.stride = stride
    self.accumulates = accumulates
  }

  /// The side of the images that are written, ⌈inputSize / stride⌉.
  public var outputSize: Int { (inputSize + stride - 1) / stride }
  /// The zeros on each side of an image.
  public var padding: Int { (kernel - 1) / 2 }
  /// The number of values that are read.
  public var inputCount: Int { images * inputSize * inputSize * inputChannels }
  /// The number of values that are written.
  public var outputCount: Int { images * outputSize * outputSize * outputChannels }
  /// The number of weights.
  public var weightCount: Int { outputChannels * inputChannels * kernel * kernel }
}
