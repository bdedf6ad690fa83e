internal import MPI
public import SweepRuntime

/// Carries messages between ranks: every rank has one worker, rank 0 also the coordinator.
///
/// Rank 0's own worker talks to the coordinator through queues in memory. Sends are non-blocking, and
/// their buffers are kept until MPI has taken them.
public final class MPITransport: Transport {
  private enum Tag {
    static let toCoordinator = 1
    static let toWorker = 2
  }

  private let world: MPIWorld
  private var sends = SendQueue()
  private var ownToCoordinator: [WorkerMessage] = []
  private var ownToWorker: [CoordinatorMessage] = []

  init(world: MPIWorld) { self.world = world }

  /// This rank.
  public var localWorkers: [Int] { [world.rank] }

  /// Whether this is rank 0.
  public var hostsCoordinator: Bool { world.rank == 0 }

  /// Sends to rank 0.
  public func send(_ message: WorkerMessage, from worker: Int) throws {
    guard !hostsCoordinator else {
      ownToCoordinator.append(message)
      return
    }
    try send(MessageCodec.encode(message), to: 0, tag: Tag.toCoordinator)
  }

  /// Sends to a rank.
  public func send(_ message: CoordinatorMessage, to worker: Int) throws {
    guard worker != world.rank else {
      ownToWorker.append(message)
      return
    }
    try send(MessageCodec.encode(message), to: worker, tag: Tag.toWorker)
  }

  private func send(_ bytes: [UInt8], to rank: Int, tag: Int) throws {
    try sends.prune()
    try sends.send(bytes, to: rank, tag: tag, over: world.communicator)
  }

  /// The next message for the coordinator, from this rank's worker first.
  public func receiveForCoordinator() throws -> (message: WorkerMessage, worker: Int)? {
    guard hostsCoordinator else { return nil }
    if !ownToCoordinator.isEmpty { return (ownToCoordinator.removeFirst(), world.rank) }
    guard let incoming = try world.communicator.improbe(tag: Tag.toCoordinator) else { return nil }
    let source = incoming.source
    return (try MessageCodec.workerMessage(try incoming.receive()), source)
  }

  /// The next message for this rank's worker.
  public func receiveForWorker() throws -> (message: CoordinatorMessage, worker: Int)? {
    if !ownToWorker.isEmpty { return (ownToWorker.removeFirst(), world.rank) }
    guard !hostsCoordinator,
      let incoming = try world.communicator.improbe(from: 0, tag: Tag.toWorker)
    else { return nil }
    return (try MessageCodec.coordinatorMessage(try incoming.receive()), world.rank)
  }

  /// Waits until MPI has taken everything that was sent.
  public func flush() throws { try sends.waitForAll() }
}
