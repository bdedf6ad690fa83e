internal import COneDNN

/// A computation of oneDNN's that is prepared once and run many times.
@safe final class Primitive {
  private var primitive: dnnl_primitive_t?
  private var description: dnnl_primitive_desc_t?
  private let engine: Engine
  /// Its scratch memory, where that is not the library's.
  private var scratch: Memory?

  /// Prepares what a description says, which it takes over.
  init(_ description: dnnl_primitive_desc_t?, _ engine: Engine) throws(OneDNNError) {
    self.engine = engine
    unsafe (self.primitive, self.description) = (nil, description)
    try OneDNNError.check(
      "prepare a computation", unsafe dnnl_primitive_create(&primitive, description))
    // The description says whose scratch memory it takes, whatever guards have become since.
    let layout = unsafe dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)
    if let layout = unsafe layout, unsafe dnnl_memory_desc_get_size(layout) > 0 {
      scratch = try unsafe Memory(layout, engine, isOwned: true)
    }
  }

  /// Prepares a copy between two orders of the same numbers.
  static func reorder(
    from source: Memory, to target: Memory, _ engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let (from, to) = unsafe (try source.layout(), try target.layout())
    var description: dnnl_primitive_desc_t?
    let attributes = try Attributes()
    defer { withExtendedLifetime(attributes) {} }
    try OneDNNError.check(
      "prepare a copy",
      unsafe dnnl_reorder_primitive_desc_create(
        &description, from, engine.engine, to, engine.engine, attributes.attributes))
    return try unsafe Primitive(description, engine)
  }

  deinit {
    unsafe dnnl_primitive_destroy(primitive)
    unsafe dnnl_primitive_desc_destroy(description)
  }

  /// Memory of the layout that the computation wants for one of its arguments.
  func memory(_ argument: dnnl_query_t, isOwned: Bool) throws(OneDNNError) -> Memory {
    try unsafe Memory(
      dnnl_primitive_desc_query_md(description, argument, 0), engine, isOwned: isOwned)
  }

  /// The kernel that oneDNN chose, such as "jit:avx2".
  var kernel: String {
    var name: UnsafePointer<CChar>?
    guard
      unsafe dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name)
        == dnnl_success, let name = unsafe name
    else { return "unknown" }
    return unsafe String(cString: name)
  }

  /// Runs it and waits for its end.
  func run(_ arguments: [(Int32, Memory)]) throws(OneDNNError) {
    try PreparedRun(self, arguments).run()
  }

  /// The arguments with its scratch memory, where that is not the library's.
  func complete(_ arguments: [(Int32, Memory)]) -> [(Int32, Memory)] {
    arguments + (scratch.map { [(DNNL_ARG_SCRATCHPAD, $0)] } ?? [])
  }

  /// Runs it with arguments that are complete, and waits for its end.
  func run(_ arguments: UnsafeBufferPointer<dnnl_exec_arg_t>) throws(OneDNNError) {
    try OneDNNError.check(
      "run",
      unsafe dnnl_primitive_execute(
        primitive, engine.stream, Int32(arguments.count), arguments.baseAddress))
    try OneDNNError.check("wait", unsafe dnnl_stream_wait(engine.stream))
  }

  /// The hint that descriptions of derivatives need.
  func withDescription<Result>(
    _ body: (dnnl_primitive_desc_t?) throws(OneDNNError) -> Result
  ) throws(OneDNNError) -> Result {
    try unsafe body(description)
  }
}

/// Whose scratch memory a computation takes.
@safe final class Attributes {
  private(set) var attributes: dnnl_primitive_attr_t?

  init() throws(OneDNNError) {
    unsafe attributes = nil
    try OneDNNError.check("set attributes", unsafe dnnl_primitive_attr_create(&attributes))
    guard MemoryGuards.isOn else { return }
    try OneDNNError.check(
      "set attributes",
      unsafe dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user))
  }

  deinit { unsafe dnnl_primitive_attr_destroy(attributes) }
}
