internal import CMPI

/// What is known of a message apart from its content.
public struct Envelope: Hashable, Sendable {
  /// The sender's rank.
  public let source: Int
  /// The message's tag.
  public let tag: Int
  /// The number of elements; of bytes, for a message that was probed.
  public let count: Int

  init(_ envelope: CMPI_Envelope) {
    source = Int(envelope.source)
    tag = Int(envelope.tag)
    count = Int(envelope.count)
  }
}

extension Communicator {
  /// Sends elements, and returns when they may be changed again.
  ///
  /// It may wait until the receiver asks for them.
  public borrowing func send<Element: MPIElement>(
    _ elements: borrowing Span<Element>, to rank: Int, tag: Int
  ) throws(MPIError) {
    let communicator = handle
    try unsafe elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
      try MPIError.check(
        "MPI_Send",
        unsafe CMPI_send(
          buffer.baseAddress, narrowed(buffer.count), Element.elementType.rawValue,
          narrowed(rank), narrowed(tag), communicator))
    }
  }

  /// Sends elements, and returns when the message is on its way.
  public borrowing func send<Element: MPIElement>(
    _ elements: [Element], to rank: Int, tag: Int
  ) throws(MPIError) {
    try send(elements.span, to: rank, tag: tag)
  }

  /// Waits for a message and writes it into a span.
  ///
  /// A source or tag of nil takes any. The span may be longer than the message.
  /// - Throws: `MPIError` with the class MPI_ERR_TRUNCATE if the message does not fit.
  public borrowing func receive<Element: MPIElement>(
    into elements: inout MutableSpan<Element>, from source: Int? = nil, tag: Int? = nil
  ) throws(MPIError) -> Envelope {
    let communicator = handle
    let source = source.map(narrowed) ?? CMPI_any_source()
    let tag = tag.map(narrowed) ?? CMPI_any_tag()
    var envelope = CMPI_Envelope()
    try unsafe elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try MPIError.check(
        "MPI_Recv",
        unsafe CMPI_recv(
          buffer.baseAddress, narrowed(buffer.count), Element.elementType.rawValue, source, tag,
          communicator, &envelope))
    }
    return Envelope(envelope)
  }

  /// Takes the next message out of the queue, if there is one, without waiting.
  ///
  /// A source or tag of nil takes any. The message must then be received; no other call will see
  /// it.
  public borrowing func improbe(
    from source: Int? = nil, tag: Int? = nil
  ) throws(MPIError) -> IncomingMessage? {
    let communicator = handle
    let source = source.map(narrowed) ?? CMPI_any_source()
    let tag = tag.map(narrowed) ?? CMPI_any_tag()
    var isFound: CInt = 0
    var message = CMPI_Message()
    var envelope = CMPI_Envelope()
    try MPIError.check(
      "MPI_Improbe",
      unsafe CMPI_improbe(source, tag, communicator, &isFound, &message, &envelope))
    guard isFound != 0 else { return nil }
    return IncomingMessage(handle: message, envelope: Envelope(envelope))
  }

  /// Starts sending bytes and returns at once.
  public borrowing func isend(
    _ bytes: [UInt8], to rank: Int, tag: Int
  ) throws(MPIError) -> SendRequest {
    SendRequest(try PendingSend(bytes, to: rank, tag: tag, over: handle))
  }
}

/// A message of bytes that a probe has taken out of the queue.
public struct IncomingMessage: ~Copyable {
  private let handle: CMPI_Message

  /// The sender, the tag and the number of bytes.
  public let envelope: Envelope

  /// The sender's rank.
  public var source: Int { envelope.source }
  /// The message's tag.
  public var tag: Int { envelope.tag }
  /// The number of bytes.
  public var count: Int { envelope.count }

  init(handle: CMPI_Message, envelope: Envelope) {
    self.handle = handle
    self.envelope = envelope
  }

  /// Receives the bytes.
  public consuming func receive() throws(MPIError) -> [UInt8] {
    let message = handle
    let length = envelope.count
    var failure: MPIError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
      do throws(MPIError) {
        let start = buffer.baseAddress
        try MPIError.check("MPI_Mrecv", unsafe CMPI_mrecv(start, narrowed(length), message))
        count = length
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
