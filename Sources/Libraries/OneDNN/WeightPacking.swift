internal import COneDNN

/// The copy of a weight as it is given into the order that a kernel reads, prepared once: weights that
/// are trained change at each step.
@safe final class WeightPacking {
  private let engine: Engine
  private let plain: Memory
  private let copy: PreparedRun

  /// Prepares the copy.
  ///
  /// - Parameters:
  ///   - sides: the weight's sides.
  ///   - tag: the order in which it is given.
  ///   - packed: where it is copied to.
  ///
  /// **Throws**: `OneDNNError`.
  init(
    _ sides: [Int], _ tag: dnnl_format_tag_t, to packed: Memory, _ engine: Engine
  ) throws(OneDNNError) {
    self.engine = engine
    var layout = try Memory.layout(sides, tag)
    plain = try unsafe Memory(&layout, engine, isOwned: false)
    copy = PreparedRun(
      try .reorder(from: plain, to: packed, engine),
      [(DNNL_ARG_SRC_0, plain), (DNNL_ARG_DST_0, packed)])
  }

  /// Copies a weight.
  ///
  /// **Throws**: `OneDNNError`.
  func pack(_ weights: UnsafePointer<Float>) throws(OneDNNError) {
    engine.useOneThread()
    try unsafe plain.point(at: UnsafeMutablePointer(mutating: weights))
    try copy.run()
  }
}
