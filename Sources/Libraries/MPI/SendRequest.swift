internal import CMPI

/// A send in progress, with the copy of the bytes that MPI reads.
///
/// The buffer is freed when the send has completed, and never before.
@safe struct PendingSend {
  private var request = CMPI_Request()
  private let buffer: UnsafeMutableRawBufferPointer

  init(
    _ bytes: [UInt8], to rank: Int, tag: Int, over communicator: CMPI_Comm
  ) throws(MPIError) {
    let rank = narrowed(rank)
    let tag = narrowed(tag)
    let count = narrowed(bytes.count)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    unsafe buffer.copyBytes(from: bytes)
    var request = CMPI_Request()
    do throws(MPIError) {
      try MPIError.check(
        "MPI_Isend",
        unsafe CMPI_isend(
          buffer.baseAddress, count, ElementType.uint8.rawValue, rank, tag, communicator,
          &request))
    } catch {
      unsafe buffer.deallocate()
      throw error
    }
    self.request = request
    unsafe self.buffer = unsafe buffer
  }

  /// Asks whether the send has completed, and frees the buffer if so; afterwards it is over.
  mutating func test() throws(MPIError) -> Bool {
    var handle = request
    var isCompleted: CInt = 0
    try MPIError.check("MPI_Test", unsafe CMPI_test(&handle, &isCompleted))
    request = handle
    guard isCompleted != 0 else { return false }
    unsafe buffer.deallocate()
    return true
  }

  /// Waits until the send has completed, and frees the buffer.
  mutating func wait() throws(MPIError) {
    var handle = request
    try MPIError.check("MPI_Wait", unsafe CMPI_wait(&handle))
    request = handle
    unsafe buffer.deallocate()
  }
}

/// A send that was started and owns the bytes it sends.
///
/// One that is let go before it completed keeps its memory for ever: MPI may still read it.
public struct SendRequest: ~Copyable {
  private var pending: PendingSend

  /// Tells whether a call of `test()` has seen the send complete.
  public private(set) var isComplete = false

  init(_ pending: PendingSend) { self.pending = pending }

  /// Asks whether the bytes are on their way, without waiting.
  ///
  /// MPI makes progress inside such calls, so they have to be repeated.
  public mutating func test() throws(MPIError) -> Bool {
    if !isComplete { isComplete = try pending.test() }
    return isComplete
  }

  /// Waits until the bytes are on their way.
  public consuming func wait() throws(MPIError) {
    if !isComplete { try pending.wait() }
  }
}

/// The sends of a poll loop that have not completed.
///
/// Messages to one rank with one tag arrive in the order in which they were sent.
public struct SendQueue: ~Copyable {
  private var pending: [PendingSend] = []

  /// Builds a queue with no sends.
  public init() {}

  /// The number of sends that were not seen to complete.
  public var count: Int { pending.count }

  /// Tells whether all sends were seen to complete.
  public var isEmpty: Bool { pending.isEmpty }

  /// Starts sending bytes and keeps them until they are on their way.
  public mutating func send(
    _ bytes: [UInt8], to rank: Int, tag: Int, over communicator: borrowing Communicator
  ) throws(MPIError) {
    let handle = communicator.handle
    pending.append(try PendingSend(bytes, to: rank, tag: tag, over: handle))
  }

  /// Forgets the sends that have completed, without waiting, and returns how many are left.
  @discardableResult
  public mutating func prune() throws(MPIError) -> Int {
    var index = 0
    while index < pending.count {
      if try pending[index].test() {
        // The order of the list has no meaning: the order of messages was fixed when they started.
        pending.swapAt(index, pending.count - 1)
        pending.removeLast()
      } else {
        index += 1
      }
    }
    return pending.count
  }

  /// Waits until all sends have completed.
  public mutating func waitForAll() throws(MPIError) {
    while !pending.isEmpty {
      try pending[pending.count - 1].wait()
      pending.removeLast()
    }
  }
}
