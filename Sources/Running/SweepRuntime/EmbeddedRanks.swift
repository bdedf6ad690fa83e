/// The ranks of a job as threads of one process: what MPI does between processes, in memory.
///
/// Messages travel as the bytes that MPI would carry. Each thread uses the member of its own rank.
public final class EmbeddedRanks: Sendable {
  private struct State {
    /// What each rank has brought to the meeting that is under way.
    var brought: [[UInt8]?]
    /// How many have come to it.
    var arrived = 0
    /// How many meetings have ended.
    var meetings = 0
    /// What the ranks brought to the last one.
    var result: [[UInt8]?] = []
    var toCoordinator: [(bytes: [UInt8], rank: Int)] = []
    var toWorkers: [[[UInt8]]]
  }

  private let state: Guarded<State>
  /// The number of ranks.
  public let size: Int

  /// A job of so many ranks, at least one.
  public init(_ size: Int) {
    precondition(size >= 1, "a job needs a rank")
    self.size = size
    state = Guarded(
      State(
        brought: Array(repeating: nil, count: size), toWorkers: Array(repeating: [], count: size)))
  }

  /// The job as one rank sees it.
  public func member(_ rank: Int) -> any RankGroup {
    precondition((0..<size).contains(rank), "there is no rank \(rank) of \(size)")
    return Member(self, rank)
  }

  /// Waits until all ranks have come, and returns what they brought.
  fileprivate func meet(_ rank: Int, _ bytes: [UInt8]?) -> [[UInt8]?] {
    let size = size
    let meeting = state.change { state in
      let meeting = state.meetings
      state.brought[rank] = bytes
      state.arrived += 1
      if state.arrived == size {
        state.result = state.brought
        state.arrived = 0
        state.meetings += 1
      }
      return meeting
    }
    return state.wait { $0.meetings == meeting ? nil : $0.result }
  }

  fileprivate func post(_ bytes: [UInt8], from rank: Int) {
    state.withLock { $0.toCoordinator.append((bytes, rank)) }
  }

  fileprivate func post(_ bytes: [UInt8], to rank: Int) {
    state.withLock { $0.toWorkers[rank].append(bytes) }
  }

  fileprivate func nextForCoordinator() -> (bytes: [UInt8], rank: Int)? {
    state.withLock { $0.toCoordinator.isEmpty ? nil : $0.toCoordinator.removeFirst() }
  }

  fileprivate func next(for rank: Int) -> [UInt8]? {
    state.withLock { $0.toWorkers[rank].isEmpty ? nil : $0.toWorkers[rank].removeFirst() }
  }
}

private final class Member: RankGroup {
  private let ranks: EmbeddedRanks
  let rank: Int
  var size: Int { ranks.size }
  let libraryVersion = "embedded"

  init(_ ranks: EmbeddedRanks, _ rank: Int) {
    self.ranks = ranks
    self.rank = rank
  }

  func share(_ bytes: [UInt8]?) -> [UInt8]? { ranks.meet(rank, bytes)[0] }

  func gather(_ bytes: [UInt8]) -> [[UInt8]]? {
    let all = ranks.meet(rank, bytes)
    return rank == 0 ? all.map { $0 ?? [] } : nil
  }

  func makeTransport() -> any Transport { EmbeddedRankTransport(ranks: ranks, rank: rank) }

  func leave() { _ = ranks.meet(rank, nil) }

  func abort(code: Int32) -> Never { fatalError("rank \(rank) ends the job with code \(code)") }
}

/// Carries messages between the threads, with the coordinator on that of rank 0.
private struct EmbeddedRankTransport: Transport {
  let ranks: EmbeddedRanks
  let rank: Int

  var localWorkers: [Int] { [rank] }
  var hostsCoordinator: Bool { rank == 0 }

  func send(_ message: WorkerMessage, from worker: Int) {
    ranks.post(MessageCodec.encode(message), from: worker)
  }

  func send(_ message: CoordinatorMessage, to worker: Int) {
    ranks.post(MessageCodec.encode(message), to: worker)
  }

  func receiveForCoordinator() throws -> (message: WorkerMessage, worker: Int)? {
    guard hostsCoordinator, let (bytes, rank) = ranks.nextForCoordinator() else { return nil }
    return (try MessageCodec.workerMessage(bytes), rank)
  }

  func receiveForWorker() throws -> (message: CoordinatorMessage, worker: Int)? {
    guard let bytes = ranks.next(for: rank) else { return nil }
    return (try MessageCodec.coordinatorMessage(bytes), rank)
  }

  func flush() {}
}
