internal import OneDNN

/// The taps of a kernel that ever meet a pixel, of a convolution in which some never do.
///
/// On images smaller than a kernel reaches the others are left out of all products.
struct UsedTaps {
  /// The convolution with these taps only.
  let shape: ImageConvolutionShape
  private let kernel: ImageConvolutionShape.Pair
  private let first: ImageConvolutionShape.Pair

  /// Looks at a convolution; nil if it uses all taps.
  init?(_ whole: ImageConvolutionShape) {
    var shape = whole
    let rows = Self.unused(
      kernel: whole.kernel.height, stride: whole.stride.height, dilation: whole.dilation.height,
      before: whole.paddingBefore.height, after: whole.paddingAfter.height,
      side: whole.input.height, places: whole.output.height)
    let columns = Self.unused(
      kernel: whole.kernel.width, stride: whole.stride.width, dilation: whole.dilation.width,
      before: whole.paddingBefore.width, after: whole.paddingAfter.width, side: whole.input.width,
      places: whole.output.width)
    guard rows != (0, 0) || columns != (0, 0) else { return nil }
    shape.kernel.height -= rows.0 + rows.1
    shape.kernel.width -= columns.0 + columns.1
    shape.paddingBefore.height -= rows.0 * whole.dilation.height
    shape.paddingAfter.height -= rows.1 * whole.dilation.height
    shape.paddingBefore.width -= columns.0 * whole.dilation.width
    shape.paddingAfter.width -= columns.1 * whole.dilation.width
    self.shape = shape
    kernel = whole.kernel
    first = .init(rows.0, columns.0)
  }

  /// How many taps in front and behind never meet a pixel, as long as padding goes with them.
  private static func unused(
    kernel: Int, stride: Int, dilation: Int, before: Int, after: Int, side: Int, places: Int
  ) -> (Int, Int) {
    let used = (0..<kernel).filter { tap in
      (0..<places).contains { place in
        (0..<side).contains(place * stride - before + tap * dilation)
      }
    }
    guard let first = used.first, let last = used.last else { return (0, 0) }
    return (min(first, before / dilation), min(kernel - 1 - last, after / dilation))
  }

  /// Calls with the place of each used weight among all weights and among the used ones.
  func eachWeight(_ body: (_ whole: Int, _ used: Int) -> Void) {
    let planes = shape.outputChannels * (shape.inputChannels / shape.groups)
    var used = 0
    for plane in 0..<planes {
      for row in 0..<shape.kernel.height {
        let start = (plane * kernel.height + first.height + row) * kernel.width + first.width
        for column in 0..<shape.kernel.width {
          body(start + column, used)
          used += 1
        }
      }
    }
  }
}

/// A convolution without the taps that never meet a pixel.
final class CroppedConvolution<Scalar: GraphScalar>: GraphConvolution {
  private let taps: UsedTaps
  private let inner: any GraphConvolution<Scalar>
  private let used: NumberMemory<Scalar>

  init(_ taps: UsedTaps) throws {
    self.taps = taps
    inner = try Scalar.library.convolution(taps.shape)
    used = NumberMemory(count: taps.shape.weightCount)
  }

  func setWeights(_ weights: UnsafePointer<Scalar>) throws {
    taps.eachWeight { unsafe used.numbers[$1] = weights[$0] }
    try unsafe inner.setWeights(used.numbers.start)
  }

  func correlate(_ images: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>) throws
  {
    try unsafe inner.correlate(images, into: result)
  }
}

/// The derivatives of a convolution without the taps that never meet a pixel, whose own are zeros.
final class CroppedConvolutionDerivative<Scalar: GraphScalar>: GraphConvolutionDerivative {
  private let taps: UsedTaps
  private let weightCount: Int
  private let inner: any GraphConvolutionDerivative<Scalar>
  private let used: NumberMemory<Scalar>

  init(_ taps: UsedTaps, weightCount: Int) throws {
    self.taps = taps
    self.weightCount = weightCount
    inner = try Scalar.library.convolutionDerivative(taps.shape)
    used = NumberMemory(count: taps.shape.weightCount)
  }

  func setWeights(_ weights: UnsafePointer<Scalar>) throws {
    taps.eachWeight { unsafe used.numbers[$1] = weights[$0] }
    try unsafe inner.setWeights(used.numbers.start)
  }

  func spread(
    _ responses: UnsafePointer<Scalar>, into images: UnsafeMutablePointer<Scalar>
  ) throws {
    try unsafe inner.spread(responses, into: images)
  }

  func differentiate(
    _ images: UnsafePointer<Scalar>, _ responses: UnsafePointer<Scalar>,
    into gradient: UnsafeMutablePointer<Scalar>
  ) throws {
    try unsafe inner.differentiate(images, responses, into: used.numbers.start)
    let whole = unsafe Numbers(gradient, count: weightCount)
    whole.fill(0)
    taps.eachWeight { whole[$0] = used.numbers[$1] }
  }
}
