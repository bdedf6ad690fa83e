import ArgumentParser
import Foundation
import SweepJobs
import SweepRunner
import SweepRuntime
import SweepStore

/// Shows how far a sweep is.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how far a sweep is, and how long it will still take.",
    usage: "framesweep status <file> [--json]",
    discussion: """
      Done, failed and pending points, rate, time left and core-hours; of a results file by rank, of \
      the folder of an array by shard. It reads what the run writes, so it works from any terminal \
      and on any host that sees the files.

        framesweep status quickstart.h5
        framesweep status cluster-first.jobs --json
      """)

  @Argument(
    help: ArgumentHelp("The results file, or a folder that submit made.", valueName: "file"))
  var path: String

  @Flag(name: .long, help: "As JSON; docs/json.md lists the keys.")
  var json = false

  func run() throws {
    var source = StatusSource(path)
    let status = try source.status()
    print(json ? status.json : status.text(Terminal.standardOutput))
  }
}

/// Shows how far a sweep is until it ends.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show a running sweep live, until it ends.",
    usage: "framesweep watch <file> [--interval <duration>]",
    discussion: """
      The same as status, redrawn on a terminal; elsewhere a line now and then. It changes nothing: \
      Ctrl-C ends the watching, and the sweep runs on.

        framesweep watch quickstart.h5
        framesweep watch cluster-first.jobs | tee progress.txt

      Exit codes: 0 all points ok; 3 finished, some points not ok; 75 the run ended, and points are \
      missing.
      """)

  @Argument(
    help: ArgumentHelp("The results file, or a folder that submit made.", valueName: "file"))
  var path: String

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "The time between looks, such as 2s (default: 1s on a terminal, 10s elsewhere).",
      valueName: "duration"),
    transform: TimeSpan.positiveArgument)
  var interval: TimeSpan?

  func run() throws {
    let terminal = Terminal.standardOutput
    var source = StatusSource(path)
    var screen = LiveScreen(terminal)
    let clock = ContinuousClock()
    while true {
      let start = clock.now
      let status = try source.status()
      guard status.isActive else {
        try screen.show(status.text(terminal))
        guard status.exitStatus == .ok else { throw Failure(status.exitStatus, "") }
        return
      }
      try screen.show(terminal.isTerminal ? status.text(terminal) : status.line)
      // Looks that take long are rare, so that they are no burden.
      let taken = (clock.now - start) / .seconds(1)
      let wanted = interval?.seconds ?? (terminal.isTerminal ? 1 : 10)
      Thread.sleep(forTimeInterval: max(wanted, 20 * taken))
    }
  }
}

/// A terminal whose last text is replaced by the next; elsewhere texts follow one another.
struct LiveScreen {
  private let terminal: Terminal
  private var lineCount = 0

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// **Throws**: `StoreError` if standard output takes no more.
  mutating func show(_ text: String) throws {
    guard terminal.isTerminal else { return try standardOutputText(text + "\n") }
    // Lines that are too long would make two of the screen's, and the count wrong.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let back = lineCount > 0 ? "\r\u{1B}[\(lineCount)A" : ""
    try standardOutputText(
      back + lines.map { "\u{1B}[2K\($0)\n" }.joined() + "\u{1B}[J")
    lineCount = lines.reduce(0) {
      $0 + max(1, (Self.width($1) + terminal.width - 1) / terminal.width)
    }
  }

  /// The columns that a line takes: the codes of colours take none.
  private static func width(_ line: Substring) -> Int {
    var (count, isCode) = (0, false)
    for character in line {
      if character == "\u{1B}" { isCode = true }
      if !isCode { count += 1 }
      if isCode, character == "m" { isCode = false }
    }
    return count
  }
}
