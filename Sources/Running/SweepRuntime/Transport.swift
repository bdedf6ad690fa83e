/// What carries messages between the coordinator and its workers.
///
/// A process hosts some of the workers, and one process hosts the coordinator. Sending never blocks,
/// messages between two partners keep their order, and receiving returns nil when nothing has come.
public protocol Transport {
  /// The workers of this process.
  var localWorkers: [Int] { get }
  /// Whether this process hosts the coordinator.
  var hostsCoordinator: Bool { get }

  /// Sends to the coordinator on behalf of a local worker.
  mutating func send(_ message: WorkerMessage, from worker: Int) throws
  /// Sends to a worker; only the coordinator's process may.
  mutating func send(_ message: CoordinatorMessage, to worker: Int) throws
  /// The next message for the coordinator, if this process hosts it.
  mutating func receiveForCoordinator() throws -> (message: WorkerMessage, worker: Int)?
  /// The next message for one of the local workers.
  mutating func receiveForWorker() throws -> (message: CoordinatorMessage, worker: Int)?
  /// Waits until everything sent has left this process.
  mutating func flush() throws
}
