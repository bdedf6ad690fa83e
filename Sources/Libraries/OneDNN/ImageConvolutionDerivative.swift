internal import COneDNN

/// The adjoint of a convolution in single precision, and its derivative by the weight.
///
/// It computes on the thread that calls it and no other, and gives the same bits each time.
/// - Source: oneDNN's convolution primitives (backward data, backward weights), algorithm `direct`.
public final class ImageConvolutionDerivative {
  /// The shape of the convolution.
  public let shape: ImageConvolutionShape

  private let engine: Engine
  private let source: Memory
  private let destination: Memory
  private let packing: WeightPacking
  private let adjoint: PreparedRun
  private let derivative: PreparedRun
  private let result: Memory
  private let unpack: PreparedRun
  /// The pixels that a kernel of one tap reads with a stride, side by side; see `ImageConvolution`.
  private let chosen: SubsampledImages?

  /// Prepares the derivatives of a convolution, whose weight is still undefined.
  ///
  /// **Throws**: `OneDNNError`.
  public init(_ shape: ImageConvolutionShape) throws(OneDNNError) {
    self.shape = shape
    chosen = SubsampledImages(shape)
    let plain = chosen == nil ? shape : shape.withoutStride
    engine = try Engine()
    let forward = try unsafe Primitive(
      ImageConvolution.describe(plain, engine, for: dnnl_forward_training), engine)
    let back = try unsafe Primitive(
      Self.describe(plain, engine, forward, isByWeight: false), engine)
    let byWeight = try unsafe Primitive(
      Self.describe(plain, engine, forward, isByWeight: true), engine)
    source = try back.memory(dnnl_query_diff_src_md, isOwned: false)
    destination = try back.memory(dnnl_query_diff_dst_md, isOwned: false)
    let packed = try back.memory(dnnl_query_weights_md, isOwned: true)
    packing = try WeightPacking(shape.weightSides, shape.weightTag, to: packed, engine)
    adjoint = PreparedRun(
      back,
      [
        (DNNL_ARG_DIFF_DST_0, destination), (DNNL_ARG_WEIGHTS_0, packed),
        (DNNL_ARG_DIFF_SRC_0, source),
      ])
    let packedResult = try byWeight.memory(dnnl_query_diff_weights_md, isOwned: true)
    derivative = PreparedRun(
      byWeight,
      [
        (DNNL_ARG_SRC_0, source), (DNNL_ARG_DIFF_DST_0, destination),
        (DNNL_ARG_DIFF_WEIGHTS_0, packedResult),
      ])
    var layout = try Memory.layout(shape.weightSides, shape.weightTag)
    result = try unsafe Memory(&layout, engine, isOwned: false)
    unpack = PreparedRun(
      try .reorder(from: packedResult, to: result, engine),
      [(DNNL_ARG_SRC_0, packedResult), (DNNL_ARG_DST_0, result)])
  }

  /// Sets the weight.
  ///
  /// - Parameter weights: `shape.weightCount` values, outputChannels × inputChannels/groups × height ×
  ///   width, row-major.
  public func setWeights(_ weights: UnsafePointer<Float>) throws(OneDNNError) {
    try unsafe packing.pack(weights)
  }

  /// Applies the adjoint of the convolution, the transposed convolution.
  ///
  /// - Parameters:
  ///   - responses: `shape.outputCount` values, images × pixels × channels.
  ///   - images: `shape.inputCount` values, images × pixels × channels, overwritten.
  ///
  /// **Throws**: `OneDNNError`.
  public func spread(
    _ responses: UnsafePointer<Float>, into images: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) {
    engine.useOneThread()
    try unsafe destination.point(at: UnsafeMutablePointer(mutating: responses))
    try unsafe source.point(at: chosen?.pixels ?? images)
    try adjoint.run()
    if let chosen { unsafe chosen.write(images) }
  }

  /// The derivative of ⟨responses, convolution of images⟩ with respect to the weight.
  ///
  /// - Parameters:
  ///   - images: `shape.inputCount` values.
  ///   - responses: `shape.outputCount` values.
  ///   - gradient: `shape.weightCount` values in the order of `setWeights`, overwritten.
  ///
  /// **Throws**: `OneDNNError`.
  public func differentiate(
    _ images: UnsafePointer<Float>, _ responses: UnsafePointer<Float>,
    into gradient: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) {
    engine.useOneThread()
    try unsafe source.point(at: chosen?.read(images) ?? UnsafeMutablePointer(mutating: images))
    try unsafe destination.point(at: UnsafeMutablePointer(mutating: responses))
    try derivative.run()
    try unsafe result.point(at: gradient)
    try unpack.run()
  }

  /// The kernels that oneDNN chose, for those who measure.
  public var kernels: (adjoint: String, derivative: String) {
    (adjoint.primitive.kernel, derivative.primitive.kernel)
  }

  private static func describe(
    _ shape: ImageConvolutionShape, _ engine: Engine, _ forward: Primitive, isByWeight: Bool
  ) throws(OneDNNError) -> dnnl_primitive_desc_t? {
    var (input, output, weights) = (
      try shape.inputLayout(), try shape.outputLayout(),
      try Memory.layout(shape.weightSides, dnnl_format_tag_any)
    )
    let (strides, gaps) = (shape.stride.dimensions, shape.gaps.dimensions)
    let (before, after) = (shape.paddingBefore.dimensions, shape.paddingAfter.dimensions)
    var description = dnnl_convolution_desc_t()
    if isByWeight {
      try OneDNNError.check(
        "describe a convolution's derivative",
        unsafe dnnl_dilated_convolution_backward_weights_desc_init(
          &description, dnnl_convolution_direct, &input, &weights, nil, &output, strides, gaps,
          before, after))
    } else {
      try OneDNNError.check(
        "describe a transposed convolution",
        unsafe dnnl_dilated_convolution_backward_data_desc_init(
          &description, dnnl_convolution_direct, &input, &weights, &output, strides, gaps, before,
          after))
    }
    let attributes = try Attributes()
    defer { withExtendedLifetime(attributes) {} }
    var chosen: dnnl_primitive_desc_t?
    try unsafe forward.withDescription { hint throws(OneDNNError) in
      try OneDNNError.check(
        "choose a convolution",
        unsafe dnnl_primitive_desc_create(
          &chosen, &description, attributes.attributes, engine.engine, hint))
    }
    return unsafe chosen
  }
}
