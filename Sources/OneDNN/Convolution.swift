internal import COneDNN

/// A correlation in single precision with a weight that is packed once.
///
/// It computes on the thread that calls it and no other. Equal shapes share their machine code.
/// - Source: oneDNN's convolution primitive, algorithm `direct`.
@safe public final class Convolution {
  /// The shape.
  public let shape: ConvolutionShape

  private var primitive: dnnl_primitive_t?
  private var source: dnnl_memory_t?
  private var weights: dnnl_memory_t?
  private var destination: dnnl_memory_t?
  private let engine: Engine
  private var packed: UnsafeMutableRawPointer?

  /// Prepares a correlation.
  ///
  /// - Parameters:
  ///   - shape: the shape.
  ///   - values: the weight, outputChannels × inputChannels × kernel × kernel, row-major.
  ///
  /// **Throws**: `OneDNNError`, also where memory is short.
  public init(_ shape: ConvolutionShape, weights values: [Float]) throws(OneDNNError) {
    precondition(values.count == shape.weightCount, "a weight has as many values as its shape")
    self.shape = shape
    engine = try Engine()
    unsafe (primitive, source, weights) = (nil, nil, nil)
    unsafe (destination, packed) = (nil, nil)

    let description = try unsafe Self.describe(shape, engine: engine)
    defer { unsafe dnnl_primitive_desc_destroy(description) }
    try OneDNNError.check(
      "create a convolution", unsafe dnnl_primitive_create(&primitive, description))
    func memory(
      _ what: dnnl_query_t, at address: UnsafeMutableRawPointer?
    ) throws(OneDNNError) -> dnnl_memory_t? {
      var memory: dnnl_memory_t?
      try OneDNNError.check(
        "describe memory",
        unsafe dnnl_memory_create(
          &memory, dnnl_primitive_desc_query_md(description, what, 0), engine.engine, address))
      return unsafe memory
    }
    unsafe source = try memory(dnnl_query_src_md, at: nil)
    unsafe destination = try memory(dnnl_query_dst_md, at: nil)
    let byteCount = unsafe dnnl_memory_desc_get_size(
      dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0))
    let packed = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 64), alignment: 64)
    unsafe self.packed = packed
    unsafe weights = try memory(dnnl_query_weights_md, at: packed)
    try pack(values)
  }

  deinit {
    unsafe dnnl_memory_destroy(source)
    unsafe dnnl_memory_destroy(weights)
    unsafe dnnl_memory_destroy(destination)
    unsafe dnnl_primitive_destroy(primitive)
    unsafe packed?.deallocate()
  }

  /// Correlates images.
  ///
  /// - Parameters:
  ///   - images: `shape.inputCount` values, images × pixels × channels.
  ///   - result: `shape.outputCount` values, images × pixels × channels.
  ///
  /// **Throws**: `OneDNNError`.
  public func apply(
    _ images: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) {
    engine.useOneThread()
    try OneDNNError.check(
      "set a convolution's input",
      unsafe dnnl_memory_set_data_handle(source, UnsafeMutableRawPointer(mutating: images)))
    try OneDNNError.check(
      "set a convolution's output", unsafe dnnl_memory_set_data_handle(destination, result))
    try unsafe execute(
      primitive,
      [
        dnnl_exec_arg_t(arg: DNNL_ARG_SRC_0, memory: source),
        dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS_0, memory: weights),
        dnnl_exec_arg_t(arg: DNNL_ARG_DST_0, memory: destination),
      ])
  }

  private func execute(
    _ primitive: dnnl_primitive_t?, _ arguments: [dnnl_exec_arg_t]
  ) throws(OneDNNError) {
    try OneDNNError.check(
      "run",
      unsafe dnnl_primitive_execute(
        primitive, engine.stream, Int32(arguments.count), arguments))
    try OneDNNError.check("wait", unsafe dnnl_stream_wait(engine.stream))
  }

  /// The kernel that oneDNN chose for a shape; all descriptions of memory leave the images as they
  /// are and let it choose how weights are packed.
  private static func describe(
    _ shape: ConvolutionShape, engine: Engine
  ) throws(OneDNNError) -> dnnl_primitive_desc_t? {
    let (inputSize, outputSize) = (shape.inputSize, shape.outputSize)
    var input = try Memory.layout(
      [shape.images, shape.inputChannels, inputSize, inputSize], dnnl_nhwc)
    var output = try Memory.layout(
      [shape.images, shape.outputChannels, outputSize, outputSize], dnnl_nhwc)
    var weights = try Memory.layout(weightSides(shape), dnnl_format_tag_any)
    let strides = Memory.dimensions([shape.stride, shape.stride])
    let padding = Memory.dimensions([shape.padding, shape.padding])
    var convolution = dnnl_convolution_desc_t()
    try OneDNNError.check(
      "describe a convolution",
      unsafe dnnl_convolution_forward_desc_init(
        &convolution, dnnl_forward_inference, dnnl_convolution_direct, &input, &weights, nil,
        &output, strides, padding, padding))
    var attributes: dnnl_primitive_attr_t?
    defer { unsafe dnnl_primitive_attr_destroy(attributes) }
    if shape.accumulates {
      var operations: dnnl_post_ops_t?
      defer { unsafe dnnl_post_ops_destroy(operations) }
      try OneDNNError.check("add", unsafe dnnl_post_ops_create(&operations))
      try OneDNNError.check("add", unsafe dnnl_post_ops_append_sum(operations, 1))
      try OneDNNError.check("add", unsafe dnnl_primitive_attr_create(&attributes))
      try OneDNNError.check(
        "add", unsafe dnnl_primitive_attr_set_post_ops(attributes, operations))
    }
    var description: dnnl_primitive_desc_t?
    try OneDNNError.check(
      "choose a convolution",
      unsafe dnnl_primitive_desc_create(
        &description, &convolution, attributes, engine.engine, nil))
    return unsafe description
  }

  private func pack(_ values: [Float]) throws(OneDNNError) {
    var plain = try Memory.layout(Self.weightSides(shape), dnnl_oihw)
    var (memory, reorder) = unsafe (nil as dnnl_memory_t?, nil as dnnl_primitive_t?)
    var description: dnnl_primitive_desc_t?
    defer {
      unsafe dnnl_memory_destroy(memory)
      unsafe dnnl_primitive_destroy(reorder)
      unsafe dnnl_primitive_desc_destroy(description)
    }
    var packedLayout: UnsafePointer<dnnl_memory_desc_t>?
    try OneDNNError.check(
      "pack weights", unsafe dnnl_memory_get_memory_desc(weights, &packedLayout))
    try OneDNNError.check(
      "pack weights",
      unsafe dnnl_reorder_primitive_desc_create(
        &description, &plain, engine.engine, packedLayout, engine.engine, nil))
    try OneDNNError.check("pack weights", unsafe dnnl_primitive_create(&reorder, description))
    try OneDNNError.check(
      "pack weights", unsafe dnnl_memory_create(&memory, &plain, engine.engine, nil))
    let status: Result<Void, OneDNNError> = unsafe values.withUnsafeBytes { bytes in
      do throws(OneDNNError) {
        try OneDNNError.check(
          "pack weights",
          unsafe dnnl_memory_set_data_handle(
            memory, UnsafeMutableRawPointer(mutating: bytes.baseAddress)))
        try unsafe execute(
          reorder,
          [
            dnnl_exec_arg_t(arg: DNNL_ARG_SRC_0, memory: memory),
            dnnl_exec_arg_t(arg: DNNL_ARG_DST_0, memory: weights),
          ])
        return .success(())
      } catch { return .failure(error) }
    }
    try status.get()
  }

  private static func weightSides(_ shape: ConvolutionShape) -> [Int] {
    [shape.outputChannels, shape.inputChannels, shape.kernel, shape.kernel]
  }
}
