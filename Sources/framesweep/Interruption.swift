import Foundation
import Synchronization

/// Signals that ask the program to come to an end, remembered until the main loop looks.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// Catches TERM, INT, USR1 and USR2; a second INT ends the program at once.
  static func catchSignals() {
    // A write past a file-size limit then fails like one on a full disk.
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2] {
      signal(number) { number in
        if number == SIGINT, Interruption.received.load(ordering: .relaxed) == SIGINT { _exit(130) }
        Interruption.received.store(number, ordering: .relaxed)
      }
    }
  }

  /// Why the program should end; nil while nothing has asked it to.
  static var reason: String? {
    switch received.load(ordering: .relaxed) {
    case 0: nil
    case SIGTERM: "signal TERM"
    case SIGINT: "signal INT"
    case SIGUSR1: "signal USR1"
    case SIGUSR2: "signal USR2"
    case let number: "signal \(number)"
    }
  }
}
