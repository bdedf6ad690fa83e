internal import COneDNN

/// oneDNN's handle of the processor, with a stream that runs what it is given at once.
@safe final class Engine {
  private(set) var engine: dnnl_engine_t?
  private(set) var stream: dnnl_stream_t?

  init() throws(OneDNNError) {
    unsafe (engine, stream) = (nil, nil)
    useOneThread()
    try OneDNNError.check("start", unsafe dnnl_engine_create(&engine, dnnl_cpu, 0))
    try OneDNNError.check(
      "start",
      unsafe dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue))
  }

  deinit {
    unsafe dnnl_stream_destroy(stream)
    unsafe dnnl_engine_destroy(engine)
  }

  /// Keeps the calling thread to itself; kernels are chosen and run for as many threads as it has.
  func useOneThread() { _ = COneDNN_use_one_thread() }
}
