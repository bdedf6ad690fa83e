internal import Measurements
internal import OpenBLAS
internal import Processes
internal import SweepJobs
internal import SweepRuntime

/// How many workers a process has room for: a value that decides from what the system allows.
package struct WorkerRoom {
  /// The cores that the process may fill.
  var cores: Int
  /// How much it may map.
  var space: AddressSpace
  /// The memory of the node or the control group, in bytes.
  var memory: Double

  /// What a thread maps before it computes: its stack and the allocator's first arena, in bytes.
  private static let mappedBytes = Double(ComputeThread.stackBytes) + 0x1p26
  /// What points need at least, in bytes.
  private static let leastBytes = 0x1p25
  /// The address space of a worker, in bytes.
  static let spaceOfWorker = mappedBytes + Double(BLASLibrary.bufferBytes) + leastBytes
  /// What the process and each worker keep in memory however small points are, in bytes.
  static let memoryOfProcess = 0x1p26

  /// How many workers are started, and what to say of that.
  ///
  /// - Parameters:
  ///   - asked: how many the user wants; nil for as many as fit.
  ///   - startable: how many of a number of threads the system starts.
  ///
  /// **Throws**: `Failure` with the numbers if there is no room for one.
  func workers(
    asked: Int?, startable: (Int) -> Int
  ) throws(Failure) -> (count: Int, warnings: [String]) {
    var count = asked ?? cores
    var warnings: [String] = []
    func limit(to most: Double, _ reason: String, _ expected: String) throws(Failure) {
      guard most < Double(count) else { return }
      let fitting = Int(most)
      guard fitting >= 1 else {
        throw Failure(
          .internalError, "there is no room for a worker: \(reason), expected \(expected)")
      }
      warnings.append(
        "\(fitting) of \(count) worker threads \(fitting == 1 ? "is" : "are") started: \(reason)")
      count = fitting
    }
    try limit(
      to: (space.left / Self.spaceOfWorker).rounded(.down),
      "\(space.name) leaves \(Show.bytes(space.left)) of \(Show.bytes(space.limit)), and a worker maps "
        + Show.bytes(Self.spaceOfWorker),
      "that much more, or unlimited")
    try limit(
      to: max((memory - Self.memoryOfProcess) / Self.leastBytes, 1).rounded(.down),
      "the memory limit is \(Show.bytes(memory)), and a worker needs \(Show.bytes(Self.leastBytes))",
      "more")
    try limit(
      to: Double(startable(count)),
      "the system starts no more (see ulimit -u and the control group's pids.max)",
      "at least one thread besides the main one")
    return (count, warnings)
  }

  /// The bytes that points of each worker may take of what may be mapped still.
  static func bytesForPoints(_ space: AddressSpace, workers: Int) -> Double {
    max(space.left / Double(workers) - mappedBytes, leastBytes)
  }
}

extension WorkerRoom {
  private static var ofThisProcess: WorkerRoom {
    WorkerRoom(
      cores: CoreAllowance.ofThisProcess.coresOfProcess, space: .current(),
      memory: MemoryLimit.share(workersOnNode: 1))
  }

  /// Finds out how many workers this process can have, says if it is not what was wanted, and maps what
  /// BLAS needs for them.
  ///
  /// **Throws**: `Failure` if there is no room for one.
  static func take(asked: Int?) throws(Failure) -> Int {
    let (count, warnings) = try ofThisProcess.workers(asked: asked) {
      NativeThread.startable(atMost: $0, stackBytes: ComputeThread.stackBytes)
    }
    for warning in warnings { say("warning: \(warning)") }
    try takeBuffers(count)
    return count
  }

  /// What MPI libraries map when a rank joins its job, in bytes.
  private static let spaceOfMPI = 0x1p28

  /// Why this process has no room for a rank, before it joins its job; nil if it has.
  static var whatRankLacks: String? {
    let space = AddressSpace.current()
    guard space.left < spaceOfMPI + spaceOfWorker else { return nil }
    return "there is no room for a rank: \(space.name) leaves \(Show.bytes(space.left)) of "
      + "\(Show.bytes(space.limit)), and a rank maps \(Show.bytes(spaceOfMPI + spaceOfWorker)), "
      + "expected that much more, or unlimited"
  }

  /// Maps what BLAS needs in the main thread.
  ///
  /// **Throws**: `Failure` with the numbers if it cannot be mapped.
  package static func takeForCalibration() throws(Failure) { try takeBuffers(1) }

  private static func takeBuffers(_ count: Int) throws(Failure) {
    guard !BLASLibrary.takeBuffers(count) else { return }
    let space = AddressSpace.current()
    let limit =
      space.limit.isFinite
      ? "\(space.name) leaves \(Show.bytes(space.left)) of \(Show.bytes(space.limit))"
      : "the system maps no more"
    throw Failure(
      .internalError,
      "there is no room for BLAS: \(limit), expected \(Show.bytes(Double(BLASLibrary.bufferBytes))) for "
        + "each of \(count) \(count == 1 ? "thread" : "threads")")
  }

  /// The bytes that points of each of this process's workers may take.
  static func bytesForPoints(workers: Int) -> Double {
    bytesForPoints(.current(), workers: workers)
  }
}
