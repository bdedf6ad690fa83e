internal import COneDNN

/// Numbers in an order of oneDNN's: its own memory, or memory of the caller.
@safe final class Memory {
  private(set) var memory: dnnl_memory_t?
  private let owned: AlignedBytes?

  /// Makes memory of a layout; with `isOwned`, zeros that live as long as it does, otherwise a place
  /// that `point(at:)` sets.
  init(
    _ layout: UnsafePointer<dnnl_memory_desc_t>?, _ engine: Engine, isOwned: Bool
  ) throws(OneDNNError) {
    unsafe memory = nil
    owned = isOwned ? unsafe AlignedBytes(count: dnnl_memory_desc_get_size(layout)) : nil
    try OneDNNError.check(
      "describe memory", unsafe dnnl_memory_create(&memory, layout, engine.engine, owned?.bytes))
  }

  deinit {
    unsafe dnnl_memory_destroy(memory)
  }

  /// Says where the numbers lie.
  func point(at address: UnsafeMutablePointer<Float>) throws(OneDNNError) {
    try OneDNNError.check(
      "set an address", unsafe dnnl_memory_set_data_handle(memory, address))
  }

  /// Whether nothing was written beside memory that it owns, as far as guards can see.
  var isIntact: Bool { owned?.isIntact ?? true }

  /// The description.
  func layout() throws(OneDNNError) -> UnsafePointer<dnnl_memory_desc_t>? {
    var layout: UnsafePointer<dnnl_memory_desc_t>?
    try OneDNNError.check(
      "describe memory", unsafe dnnl_memory_get_memory_desc(memory, &layout))
    return unsafe layout
  }

  /// A description of numbers in a named order.
  static func layout(
    _ sides: [Int], _ tag: dnnl_format_tag_t
  ) throws(OneDNNError) -> dnnl_memory_desc_t {
    var layout = dnnl_memory_desc_t()
    try OneDNNError.check(
      "describe memory",
      unsafe dnnl_memory_desc_init_by_tag(
        &layout, Int32(sides.count), dimensions(sides), dnnl_f32, tag))
    return layout
  }

  /// oneDNN reads as many sides as there are, of an array of twelve.
  static func dimensions(_ sides: [Int]) -> [Int64] {
    sides.map(Int64.init) + [Int64](repeating: 0, count: 12 - sides.count)
  }
}
