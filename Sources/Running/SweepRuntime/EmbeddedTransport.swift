/// Carries messages inside one process: the coordinator and all workers live in it.
public struct EmbeddedTransport: Transport {
  /// The workers, all of them local.
  public let localWorkers: [Int]
  private var toCoordinator: [(message: WorkerMessage, worker: Int)] = []
  private var toWorkers: [(message: CoordinatorMessage, worker: Int)] = []

  /// A world of so many workers, at least one.
  public init(workers: Int) {
    precondition(workers >= 1, "a world needs a worker")
    localWorkers = Array(0..<workers)
  }

  /// Always: there is one process.
  public var hostsCoordinator: Bool { true }

  /// Queues a message for the coordinator.
  public mutating func send(_ message: WorkerMessage, from worker: Int) {
    toCoordinator.append((message, worker))
  }

  /// Queues a message for a worker.
  public mutating func send(_ message: CoordinatorMessage, to worker: Int) {
    toWorkers.append((message, worker))
  }

  /// The oldest message for the coordinator.
  public mutating func receiveForCoordinator() -> (message: WorkerMessage, worker: Int)? {
    toCoordinator.isEmpty ? nil : toCoordinator.removeFirst()
  }

  /// The oldest message for any worker.
  public mutating func receiveForWorker() -> (message: CoordinatorMessage, worker: Int)? {
    toWorkers.isEmpty ? nil : toWorkers.removeFirst()
  }

  /// Nothing leaves the process.
  public mutating func flush() {}
}
