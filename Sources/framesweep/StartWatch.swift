import Foundation
import SweepMPI
import Synchronization

/// Ends this rank where another one of this node, or the launcher, dies while the job starts.
///
/// Until the sweep runs, ranks meet in collective calls, and a rank that was killed leaves the others
/// waiting in them for ever where the launcher lets them live (`mpirun --enable-recovery`). The evidence
/// is the launcher's own list of its child processes, so a slow rank is never taken for a dead one: all
/// ranks of the node must have been seen there first. Ranks that end before that, or on other nodes, are
/// not seen: those that wait for them give up after two hours without a word from anybody.
final class StartWatch: Sendable {
  private struct State {
    var isOver = false
    var heard = ContinuousClock.now
  }

  private let state = Mutex(State())

  /// How long nothing may be heard of other ranks: the coordinator may be reading large inputs.
  private static let silence: Duration = {
    let text = ProcessInfo.processInfo.environment["FRAMESWEEP_START_SECONDS"] ?? ""
    return .seconds(Double(text) ?? 7_200)
  }()

  /// Begins to watch where a launcher started this process.
  init() {
    guard MPIWorld.launchRank != nil else { return }
    let environment = ProcessInfo.processInfo.environment
    // Other launchers do not say how many of its child processes are ranks.
    let count = environment["OMPI_COMM_WORLD_LOCAL_SIZE"].flatMap { Int($0) } ?? 0
    let processes = count > 0 ? RankProcesses() : nil
    let speaks = environment["OMPI_COMM_WORLD_LOCAL_RANK"].flatMap { Int($0) } ?? 0 <= 1
    Thread.detachNewThread { [self] in
      var ranks: [Int32] = []
      while true {
        Thread.sleep(forTimeInterval: 0.25)
        let lost =
          processes?.launcherIsRunning == false
          ? "the launcher" : ranks.allSatisfy(RankProcesses.isRunning) ? nil : "a rank"
        // One look at the end: what was seen before it may be ranks that left in good order.
        let (isOver, heard) = state.withLock { ($0.isOver, $0.heard) }
        if isOver { return }
        if ContinuousClock.now - heard > Self.silence {
          if speaks {
            standardError(
              "nothing was heard of other ranks for \(Self.silence) while the job started; run the "
                + "same command with --resume again")
          }
          World.quit(.stoppedEarly)
        }
        guard let lost else {
          let running = ranks.isEmpty ? processes?.running() ?? [] : []
          if running.count >= count { ranks = running }
          continue
        }
        if speaks {
          standardError(
            "\(lost) ended while the job started; run the same command with --resume again")
        }
        World.quit(.stoppedEarly)
      }
    }
  }

  /// Notes that all ranks have just met.
  func hear() { state.withLock { $0.heard = .now } }

  /// Ends the watch.
  func end() { state.withLock { $0.isOver = true } }
}
