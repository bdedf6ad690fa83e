internal import OneDNN

/// How a window goes over the pixels of an image: for convolutions and pooling, along each axis of
/// space.
public struct Window: Hashable, Sendable {
  /// The sides of the window.
  public let kernel: [Int]
  /// From one place of the window to the next.
  public let strides: [Int]
  /// From one tap of the window to the next.
  public let dilations: [Int]
  /// The padding in front: above, on the left.
  public let paddingBefore: [Int]
  /// The padding behind: below, on the right.
  public let paddingAfter: [Int]

  /// Describes a window; what is left out is 1 for strides and dilations, and 0 for padding, the one
  /// behind being the one in front.
  public init(
    kernel: [Int], strides: [Int]? = nil, dilations: [Int]? = nil, paddingBefore: [Int]? = nil,
    paddingAfter: [Int]? = nil
  ) {
    self.kernel = kernel
    self.strides = strides ?? kernel.map { _ in 1 }
    self.dilations = dilations ?? kernel.map { _ in 1 }
    self.paddingBefore = paddingBefore ?? kernel.map { _ in 0 }
    self.paddingAfter = paddingAfter ?? self.paddingBefore
  }

  /// A square window of torch's.
  public init(square kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
    self.init(
      kernel: [kernel, kernel], strides: [stride, stride], dilations: [dilation, dilation],
      paddingBefore: [padding, padding])
  }

  /// The sides of the result for an image's; nil if the window does not fit, or if it is none for
  /// this number of axes.
  ///
  /// With `isCeil` the last place may reach beyond the padded image, but starts in the image or in the
  /// padding in front of it, as in torch.
  func outputSides(_ sides: [Int], isCeil: Bool = false) -> [Int]? {
    let axes = kernel.indices
    guard
      [sides, strides, dilations, paddingBefore, paddingAfter].allSatisfy({
        $0.count == kernel.count
      }), axes.allSatisfy({ kernel[$0] >= 1 && strides[$0] >= 1 && dilations[$0] >= 1 }),
      axes.allSatisfy({ paddingBefore[$0] >= 0 && paddingAfter[$0] >= 0 })
    else { return nil }
    var result: [Int] = []
    for axis in axes {
      let padded = sides[axis] + paddingBefore[axis] + paddingAfter[axis]
      let room = padded - dilations[axis] * (kernel[axis] - 1) - 1
      guard room >= 0 else { return nil }
      var side = (isCeil ? room + strides[axis] - 1 : room) / strides[axis] + 1
      if isCeil, (side - 1) * strides[axis] >= sides[axis] + paddingBefore[axis] { side -= 1 }
      result.append(side)
    }
    return result
  }

  /// The taps that lie inside of an image's side when the window stands at a place of the result.
  func taps(_ axis: Int, at place: Int, side: Int) -> Range<Int> {
    let start = place * strides[axis] - paddingBefore[axis]
    let step = dilations[axis]
    let first = start >= 0 ? 0 : (-start + step - 1) / step
    let end = start >= side ? 0 : min(kernel[axis], (side - 1 - start) / step + 1)
    return first..<max(first, end)
  }

  /// The convolution of images that goes over them with this window.
  func convolution(
    images: Int, inputChannels: Int, outputChannels: Int, groups: Int, height: Int, width: Int
  ) -> ImageConvolutionShape {
    let window = twoDimensional
    func pair(_ sides: [Int]) -> ImageConvolutionShape.Pair { .init(sides[0], sides[1]) }
    return ImageConvolutionShape(
      images: images, inputChannels: inputChannels, outputChannels: outputChannels, groups: groups,
      input: .init(height, width), kernel: pair(window.kernel), stride: pair(window.strides),
      dilation: pair(window.dilations), paddingBefore: pair(window.paddingBefore),
      paddingAfter: pair(window.paddingAfter))
  }

  /// The same window on images with a height, where there is only a width.
  var twoDimensional: Window {
    guard kernel.count == 1 else { return self }
    return Window(
      kernel: [1] + kernel, strides: [1] + strides, dilations: [1] + dilations,
      paddingBefore: [0] + paddingBefore, paddingAfter: [0] + paddingAfter)
  }
}
