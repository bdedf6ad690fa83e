import Foundation
import SweepMPI
import SweepRunner
import SweepRuntime
import Synchronization

/// Signals that ask the program to come to an end.
///
/// While a sweep runs, they are remembered until the main loop looks. Before that nobody looks: the process
/// reads files, times the machine or waits for other ranks. There is nothing to be saved by then, so the
/// signal ends the process by itself.
enum Interruption {
  /// What an end costs.
  private enum Phase: Int32 {
    /// Nothing was written.
    case reading
    /// The output is locked, or its journal is opened; the main loop may look soon.
    case opening
    /// The main loop looks, and afterwards the results are written.
    case running
  }

  private static let received = Atomic<Int32>(0)
  private static let phase = Atomic<Int32>(Phase.running.rawValue)
  /// Whether other ranks tell this one to end, and speak for it.
  private static let isLed = Atomic<Bool>(false)
  /// A process that reads for this one; 0 without one.
  private static let child = Atomic<Int32>(0)
  /// When the first INT came, in nanoseconds on a steady clock.
  private static let firstInterrupt = Atomic<UInt64>(0)
  /// The process that started this one.
  private static let parent = Atomic<Int32>(0)
  /// Launchers may deliver one INT twice, to the process and to its group.
  private static let sameInterruptNanoseconds: UInt64 = 300_000_000
  /// What the main loop gets to look, or other ranks to end this one, in microseconds.
  private static let graceMicroseconds = 700_000

  /// Catches TERM, INT, HUP, USR1, USR2 and XCPU; a second INT ends the program at once.
  ///
  /// A HUP that is ignored, as under `nohup`, stays so.
  static func catchSignals() {
    parent.store(getppid(), ordering: .relaxed)
    isLed.store((MPIWorld.launchRank ?? 0) > 0, ordering: .relaxed)
    phase.store(Phase.reading.rawValue, ordering: .relaxed)
    // Handlers may use what was used before only: the first use of a global takes a lock.
    received.store(0, ordering: .relaxed)
    firstInterrupt.store(0, ordering: .relaxed)
    child.store(0, ordering: .relaxed)
    // A write past a file-size limit then fails like one on a full disk.
    signal(SIGXFSZ, SIG_IGN)
    // The end of the launcher, or of who reads the log, then shows as an error of a write.
    signal(SIGPIPE, SIG_IGN)
    let numbers = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU].filter {
      $0 != SIGHUP || !isIgnored($0)
    }
    // Who started this program may have blocked them, and a block is inherited.
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    for number in numbers + [SIGALRM] { unsafe sigaddset(&blocked, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &blocked, nil)
    signal(SIGALRM) { _ in Interruption.leaveUnlessRunning() }
    for number in numbers {
      signal(number) { number in
        if number == SIGINT { Interruption.noteInterrupt() }
        Interruption.received.store(number, ordering: .relaxed)
        Interruption.endStart()
      }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Says what an end costs from here on.
  static func begin(_ phase: Surroundings.Phase) {
    let own: Phase =
      switch phase {
      case .opening: .opening
      case .running: .running
      }
    self.phase.store(own.rawValue, ordering: .relaxed)
  }

  /// Says which process reads for this one, and ends with it; 0 for none.
  static func childRuns(_ process: Int32) { child.store(process, ordering: .relaxed) }

  /// Runs in the signal handler.
  private static func endStart() {
    let phase = phase.load(ordering: .relaxed)
    if phase == Phase.reading.rawValue, !isLed.load(ordering: .relaxed) { leaveUnlessRunning() }
    if phase == Phase.running.rawValue { return }
    var time = itimerval()
    time.it_value.tv_usec = graceMicroseconds
    unsafe setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &time, nil)
  }

  /// Runs in signal handlers: atomics and system calls only.
  private static func leaveUnlessRunning() {
    if phase.load(ordering: .relaxed) == Phase.running.rawValue { return }
    let reader = child.load(ordering: .relaxed)
    if reader > 0 { kill(reader, SIGKILL) }
    if !isLed.load(ordering: .relaxed) {
      say("stopped early (signal ")
      say(name(of: received.load(ordering: .relaxed)))
      say(") before a point was begun; resume with the same command and --resume\n")
    }
    _exit(ExitStatus.stoppedEarly.rawValue)
  }

  private static func say(_ text: StaticString) {
    _ = unsafe write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  private static func name(of number: Int32) -> StaticString {
    switch number {
    case SIGTERM: "TERM"
    case SIGINT: "INT"
    case SIGHUP: "HUP"
    case SIGUSR1: "USR1"
    case SIGUSR2: "USR2"
    case SIGXCPU: "XCPU"
    default: "?"
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

  /// Why the program should end; nil while nothing has asked it to.
  static var request: StopRequest? {
    switch received.load(ordering: .relaxed) {
    case 0: nil
    case let number where number == SIGUSR1 || number == SIGUSR2:
      StopRequest("signal \(name(of: number))")
    case let number: StopRequest("signal \(name(of: number))", patience: Surroundings.patience)
    }
  }
}
