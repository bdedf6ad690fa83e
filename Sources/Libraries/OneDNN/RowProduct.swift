internal import COneDNN

/// Products of rows with a weight, in single precision: the same weight for many rows.
///
/// It computes on the thread that calls it and no other, and gives the same bits each time.
/// - Source: oneDNN's inner product primitive.
@safe public final class RowProduct {
  private let engine: Engine
  private let source: Memory
  private let destination: Memory
  private let packing: WeightPacking
  private let computation: PreparedRun

  /// Prepares products of `rows` rows, whose weight is still undefined.
  ///
  /// **Throws**: `OneDNNError`.
  public init(rows: Int, inputs: Int, outputs: Int) throws(OneDNNError) {
    precondition(rows >= 1 && inputs >= 1 && outputs >= 1, "a product with an empty side")
    engine = try Engine()
    var input = try Memory.layout([rows, inputs], dnnl_nc)
    var output = try Memory.layout([rows, outputs], dnnl_nc)
    var weights = try Memory.layout([outputs, inputs], dnnl_format_tag_any)
    var description = dnnl_inner_product_desc_t()
    try OneDNNError.check(
      "describe a product",
      unsafe dnnl_inner_product_forward_desc_init(
        &description, dnnl_forward_inference, &input, &weights, nil, &output))
    let attributes = try Attributes()
    defer { withExtendedLifetime(attributes) {} }
    var chosen: dnnl_primitive_desc_t?
    try OneDNNError.check(
      "choose a product",
      unsafe dnnl_primitive_desc_create(
        &chosen, &description, attributes.attributes, engine.engine, nil))
    let forward = try unsafe Primitive(chosen, engine)
    source = try forward.memory(dnnl_query_src_md, isOwned: false)
    destination = try forward.memory(dnnl_query_dst_md, isOwned: false)
    let packed = try forward.memory(dnnl_query_weights_md, isOwned: true)
    packing = try WeightPacking([outputs, inputs], dnnl_oi, to: packed, engine)
    computation = PreparedRun(
      forward,
      [(DNNL_ARG_SRC_0, source), (DNNL_ARG_WEIGHTS_0, packed), (DNNL_ARG_DST_0, destination)])
  }

  /// Sets the weight.
  ///
  /// - Parameter weights: outputs × inputs, row-major.
  public func setWeights(_ weights: UnsafePointer<Float>) throws(OneDNNError) {
    try unsafe packing.pack(weights)
  }

  /// Multiplies rows.
  ///
  /// - Parameters:
  ///   - rows: rows × inputs.
  ///   - result: rows × outputs, overwritten.
  ///
  /// **Throws**: `OneDNNError`.
  public func multiply(
    _ rows: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) {
    engine.useOneThread()
    try unsafe source.point(at: UnsafeMutablePointer(mutating: rows))
    try unsafe destination.point(at: result)
    try computation.run()
  }

  /// The kernel that oneDNN chose, such as "jit:avx2", for those who measure.
  public var kernel: String { computation.primitive.kernel }
}
