internal import COneDNN

/// A computation with its arguments, which is run again and again without allocating.
@safe final class PreparedRun {
  let primitive: Primitive
  private let memories: [Memory]
  private let arguments: UnsafeMutableBufferPointer<dnnl_exec_arg_t>

  init(_ primitive: Primitive, _ arguments: [(Int32, Memory)]) {
    self.primitive = primitive
    let all = primitive.complete(arguments)
    memories = all.map(\.1)
    unsafe self.arguments = .allocate(capacity: all.count)
    for (place, argument) in all.enumerated() {
      unsafe self.arguments.initializeElement(
        at: place, to: dnnl_exec_arg_t(arg: argument.0, memory: argument.1.memory))
    }
  }

  deinit { unsafe arguments.deallocate() }

  /// Runs it with what the arguments' memories point at, and waits for its end.
  ///
  /// **Throws**: `OneDNNError`, also if guards saw that it wrote outside of its memory.
  func run() throws(OneDNNError) {
    try unsafe primitive.run(UnsafeBufferPointer(arguments))
    guard memories.allSatisfy(\.isIntact) else {
      throw OneDNNError(operation: "run \(primitive.kernel)", status: OneDNNError.wroteOutside)
    }
  }
}
