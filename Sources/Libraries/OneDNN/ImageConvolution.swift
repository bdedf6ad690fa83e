internal import COneDNN

/// A convolution in single precision of any shape: groups, dilation, uneven sides and padding.
///
/// It computes on the thread that calls it and no other, and gives the same bits each time.
/// - Source: oneDNN's convolution primitive, algorithm `direct`.
@safe public final class ImageConvolution {
  /// The shape.
  public let shape: ImageConvolutionShape

  private let engine: Engine
  private let source: Memory
  private let destination: Memory
  private let packing: WeightPacking
  private let computation: PreparedRun
  /// The pixels that a kernel of one tap reads with a stride, side by side.
  private let chosen: SubsampledImages?

  /// Prepares a convolution, whose weight is still undefined.
  ///
  /// A kernel of one tap with a stride reads some of the pixels and is a convolution without a stride
  /// of those: oneDNN's kernels for that case write outside of their memory (its issue 6035).
  ///
  /// **Throws**: `OneDNNError`.
  public init(_ shape: ImageConvolutionShape) throws(OneDNNError) {
    self.shape = shape
    chosen = SubsampledImages(shape)
    let plain = chosen == nil ? shape : shape.withoutStride
    engine = try Engine()
    let forward = try unsafe Primitive(
      Self.describe(plain, engine, for: dnnl_forward_inference), engine)
    source = try forward.memory(dnnl_query_src_md, isOwned: false)
    destination = try forward.memory(dnnl_query_dst_md, isOwned: false)
    let packed = try forward.memory(dnnl_query_weights_md, isOwned: true)
    packing = try WeightPacking(shape.weightSides, shape.weightTag, to: packed, engine)
    computation = PreparedRun(
      forward,
      [(DNNL_ARG_SRC_0, source), (DNNL_ARG_WEIGHTS_0, packed), (DNNL_ARG_DST_0, destination)])
  }

  /// Sets the weight.
  ///
  /// - Parameter weights: `shape.weightCount` values, outputChannels × inputChannels/groups × height ×
  ///   width, row-major.
  public func setWeights(_ weights: UnsafePointer<Float>) throws(OneDNNError) {
    try unsafe packing.pack(weights)
  }

  /// Convolves images.
  ///
  /// - Parameters:
  ///   - images: `shape.inputCount` values, images × pixels × channels.
  ///   - result: `shape.outputCount` values, images × pixels × channels, overwritten.
  ///
  /// **Throws**: `OneDNNError`.
  public func correlate(
    _ images: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) {
    engine.useOneThread()
    if let chosen {
      try unsafe source.point(at: chosen.read(images))
    } else {
      try unsafe source.point(at: UnsafeMutablePointer(mutating: images))
    }
    try unsafe destination.point(at: result)
    try computation.run()
  }

  /// The kernel that oneDNN chose, such as "jit:avx2", for those who measure.
  public var kernel: String { computation.primitive.kernel }

  /// The kernel that oneDNN chooses; images stay as they are, and it chooses how weights are packed.
  static func describe(
    _ shape: ImageConvolutionShape, _ engine: Engine, for purpose: dnnl_prop_kind_t
  ) throws(OneDNNError) -> dnnl_primitive_desc_t? {
    var (input, output, weights) = (
      try shape.inputLayout(), try shape.outputLayout(),
      try Memory.layout(shape.weightSides, dnnl_format_tag_any)
    )
    var description = dnnl_convolution_desc_t()
    try OneDNNError.check(
      "describe a convolution",
      unsafe dnnl_dilated_convolution_forward_desc_init(
        &description, purpose, dnnl_convolution_direct, &input, &weights, nil, &output,
        shape.stride.dimensions, shape.gaps.dimensions, shape.paddingBefore.dimensions,
        shape.paddingAfter.dimensions))
    let attributes = try Attributes()
    defer { withExtendedLifetime(attributes) {} }
    var chosen: dnnl_primitive_desc_t?
    try OneDNNError.check(
      "choose a convolution",
      unsafe dnnl_primitive_desc_create(
        &chosen, &description, attributes.attributes, engine.engine, nil))
    return unsafe chosen
  }
}

extension ImageConvolutionShape {
  /// The convolution of the pixels that are read only, for a kernel of one tap.
  var withoutStride: ImageConvolutionShape {
    var plain = self
    plain.input = output
    (plain.stride, plain.paddingBefore, plain.paddingAfter) = (
      Pair(1, 1), Pair(0, 0), Pair(0, 0)
    )
    return plain
  }

  /// The places between taps, as oneDNN counts them.
  var gaps: Pair { Pair(dilation.height - 1, dilation.width - 1) }

  /// The order of the images that are read.
  func inputLayout() throws(OneDNNError) -> dnnl_memory_desc_t {
    try Memory.layout([images, inputChannels, input.height, input.width], dnnl_nhwc)
  }

  /// The order of the images that are written.
  func outputLayout() throws(OneDNNError) -> dnnl_memory_desc_t {
    try Memory.layout([images, outputChannels, output.height, output.width], dnnl_nhwc)
  }

  /// The sides of the weight; groups come first if there are several.
  var weightSides: [Int] {
    let sides = [
      outputChannels / groups, inputChannels / groups, kernel.height, kernel.width,
    ]
    return groups > 1 ? [groups] + sides : sides
  }

  /// The order of a weight as it is given.
  var weightTag: dnnl_format_tag_t { groups > 1 ? dnnl_goihw : dnnl_oihw }
}

extension ImageConvolutionShape.Pair {
  /// As oneDNN reads it.
  var dimensions: [Int64] { Memory.dimensions([height, width]) }
}
