internal import Foundation
internal import Processes
internal import SweepMPI
internal import Synchronization

/// Ends this rank where another one of this node, or the launcher, dies while the job starts.
///
/// Until the sweep runs, ranks meet in collective calls, and a rank that was killed, or that was asked for
/// something else and is done with it, leaves the others waiting in them for ever where the launcher lets
/// them live (`mpirun --enable-recovery`). The evidence is the launcher's own list of its child processes,
/// so a slow rank is never taken for a dead one: all ranks of the node have been seen there first, or the
/// launcher has had fewer children than ranks for seconds. Ranks that end on other nodes are not seen:
/// those that wait for them give up after two hours without a message from anybody.
final class StartWatch: Sendable {
  private struct State {
    var isOver = false
    var heard = 0.0
  }

  private let state = Mutex(State())
  /// The thread below looks at it every quarter of a second.
  private let clock = RunningClock(longestStep: 1)

  /// How long nothing may be heard of other ranks: the coordinator may be reading large inputs.
  private static let silence: Double = {
    let text = ProcessInfo.processInfo.environment["FRAMESWEEP_START_SECONDS"] ?? ""
    return Double(text) ?? 7_200
  }()

  /// How long the launcher may take to start all ranks of this node, once it has started this one.
  private static let startingTime = Duration.seconds(5)

  /// Begins to watch where a launcher started this process.
  ///
  /// **Throws**: `ThreadFailure`.
  init() throws(ThreadFailure) {
    guard MPIWorld.launchRank != nil else { return }
    let environment = ProcessInfo.processInfo.environment
    // Other launchers do not say how many of its child processes are ranks.
    let count = environment["OMPI_COMM_WORLD_LOCAL_SIZE"].flatMap { Int($0) } ?? 0
    let processes = count > 0 ? RankProcesses() : nil
    let surroundings = Surroundings.current
    let say: @Sendable (String) -> Void = { surroundings.write($0 + "\n") }
    let speaks = environment["OMPI_COMM_WORLD_LOCAL_RANK"].flatMap { Int($0) } ?? 0 <= 1
    try NativeThread.start("start watch") { [self] in
      var ranks: [Int32] = []
      var lastComplete = ContinuousClock.now
      while true {
        Thread.sleep(forTimeInterval: 0.25)
        let lost =
          processes?.launcherIsRunning == false
          ? "the launcher" : ranks.allSatisfy(RankProcesses.isRunning) ? nil : "a rank"
        // One look at the end: what was seen before it may be ranks that left in good order.
        let (isOver, heard) = state.withLock { ($0.isOver, $0.heard) }
        if isOver { return }
        if clock.seconds - heard > Self.silence {
          if speaks {
            say(
              "nothing was heard of other ranks for \(Self.silence) seconds while the job started; run the "
                + "same command with --resume again")
          }
          endProcess(.stoppedEarly)
        }
        guard let lost else {
          guard ranks.isEmpty, let processes else { continue }
          let running = processes.running()
          if running.count >= count { ranks = running }
          let children = processes.children().count
          if children == 0 || children >= count { lastComplete = .now }
          guard ContinuousClock.now - lastComplete > Self.startingTime else { continue }
          if speaks {
            say(
              "a rank ended before it met the others: what it was asked for did not need them, or "
                + "failed; expected the same framesweep command on all ranks of a job")
          }
          endProcess(.usage)
        }
        if speaks {
          say(
            "\(lost) ended while the job started; run the same command with --resume again")
        }
        endProcess(.stoppedEarly)
      }
    }
  }

  /// Notes that all ranks have just met.
  func hear() { state.withLock { $0.heard = clock.seconds } }

  /// Ends the watch.
  func end() { state.withLock { $0.isOver = true } }
}
