internal import CMPI

/// A way to combine one number of each rank into one.
public enum Reduction: Int32, Sendable {
  /// The smallest.
  case minimum = 0
  /// The largest.
  case maximum = 1
  /// The sum; its order is the library's choice, so floating-point sums may differ in the last bits.
  case sum = 2
}

extension Communicator {
  /// Waits until all ranks have come here.
  public borrowing func barrier() throws(MPIError) {
    let communicator = handle
    try MPIError.check("MPI_Barrier", CMPI_barrier(communicator))
  }

  /// Gives the root's bytes to every rank; what the other ranks pass is ignored.
  ///
  /// The length need not be known elsewhere. Longer texts go in pieces of 1 GiB.
  public borrowing func broadcast(
    _ bytes: [UInt8] = [], from root: Int
  ) throws(MPIError) -> [UInt8] {
    let communicator = handle
    let cRoot = narrowed(root)
    var length = Int64(bytes.count)
    try MPIError.check(
      "MPI_Bcast",
      unsafe CMPI_bcast(&length, 1, ElementType.int64.rawValue, cRoot, communicator))
    var result = bytes
    if rank != root { result = [UInt8](repeating: 0, count: Int(length)) }
    let piece = 1 << 30
    try unsafe result.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      for start in stride(from: 0, to: buffer.count, by: piece) {
        let part = unsafe UnsafeMutableBufferPointer(
          rebasing: buffer[start..<min(start + piece, buffer.count)])
        try MPIError.check(
          "MPI_Bcast",
          unsafe CMPI_bcast(
            part.baseAddress, narrowed(part.count), ElementType.uint8.rawValue, cRoot,
            communicator))
      }
    }
    return result
  }

  /// Brings the bytes of every rank to the root, in the order of ranks; nil on the other ranks.
  ///
  /// - Precondition: all bytes together are fewer than 2³¹.
  public borrowing func gather(_ bytes: [UInt8], to root: Int) throws(MPIError) -> [[UInt8]]? {
    let communicator = handle
    let cRoot = narrowed(root)
    var length = Int64(bytes.count)
    var lengths = [Int64](repeating: 0, count: size)
    // Every rank learns all lengths, so that one that is too long stops all of them alike.
    try MPIError.check(
      "MPI_Allgather", unsafe CMPI_allgather_int64(&length, &lengths, communicator))
    let counts = lengths.map { narrowed(Int($0)) }
    var offsets: [CInt] = []
    var total = 0
    for count in counts {
      offsets.append(narrowed(total))
      total += Int(count)
    }
    let cCount = narrowed(bytes.count)
    var all = [UInt8](repeating: 0, count: rank == root ? Int(narrowed(total)) : 0)
    try MPIError.check(
      "MPI_Gatherv",
      unsafe CMPI_gather_bytes(bytes, cCount, &all, counts, offsets, cRoot, communicator))
    guard rank == root else { return nil }
    return zip(offsets, counts).map { Array(all[Int($0)..<Int($0 + $1)]) }
  }

  /// Combines the values of all ranks, and gives the result to all.
  public borrowing func allReduce<Element: MPIElement>(
    _ value: Element, _ reduction: Reduction
  ) throws(MPIError) -> Element {
    let communicator = handle
    let input = value
    var output = value
    try unsafe withUnsafePointer(to: input) { (input) throws(MPIError) in
      try unsafe withUnsafeMutablePointer(to: &output) { (output) throws(MPIError) in
        try MPIError.check(
          "MPI_Allreduce",
          unsafe CMPI_allreduce(
            input, output, 1, Element.elementType.rawValue, reduction.rawValue, communicator))
      }
    }
    return output
  }
}
