import Foundation
import SweepRuntime
import Synchronization

/// Signals that ask the program to come to an end, remembered until the main loop looks.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  /// When the first INT came, in nanoseconds on a steady clock.
  private static let firstInterrupt = Atomic<UInt64>(0)
  /// The process that started this one.
  private static let parent = Atomic<Int32>(0)
  /// Launchers may deliver one INT twice, to the process and to its group.
  private static let sameInterruptNanoseconds: UInt64 = 300_000_000

  /// Catches TERM, INT, USR1 and USR2; a second INT ends the program at once.
  static func catchSignals() {
    parent.store(getppid(), ordering: .relaxed)
    // A write past a file-size limit then fails like one on a full disk.
    signal(SIGXFSZ, SIG_IGN)
    // The end of the launcher, or of who reads the log, then shows as an error of a write.
    signal(SIGPIPE, SIG_IGN)
    let numbers = [SIGTERM, SIGINT, SIGUSR1, SIGUSR2]
    // Who started this program may have blocked them, and a block is inherited.
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    for number in numbers { unsafe sigaddset(&blocked, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
    for number in numbers {
      signal(number) { number in
        if number == SIGINT { Interruption.noteInterrupt() }
        Interruption.received.store(number, ordering: .relaxed)
      }
    }
  }

  /// Runs in the signal handler: atomics and `clock_gettime` only.
  private static func noteInterrupt() {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return }
    let now = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    let first = firstInterrupt.load(ordering: .relaxed)
    if first == 0 {
      firstInterrupt.store(now, ordering: .relaxed)
    } else if now - first > sameInterruptNanoseconds {
      _exit(130)
    }
  }

  /// Whether the process that started this one is gone; of use under a launcher only.
  static var launcherHasEnded: Bool {
    let first = parent.load(ordering: .relaxed)
    return first != 0 && getppid() != first
  }

  /// After TERM a launcher kills within about a second, so what is at hand has no longer than this.
  static let patience = 0.4

  /// Why the program should end; nil while nothing has asked it to.
  static var request: StopRequest? {
    switch received.load(ordering: .relaxed) {
    case 0: nil
    case SIGTERM: StopRequest("signal TERM", patience: patience)
    case SIGINT: StopRequest("signal INT", patience: patience)
    case SIGUSR1: StopRequest("signal USR1")
    case SIGUSR2: StopRequest("signal USR2")
    case let number: StopRequest("signal \(number)")
    }
  }
}
