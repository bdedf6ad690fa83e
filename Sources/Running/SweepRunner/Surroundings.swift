public import SweepRuntime

/// What a program lends to the runner that works in it.
///
/// The runner uses those of `current`; without any it is silent, and nobody asks it to end.
public struct Surroundings: Sendable {
  /// What it costs if work is stopped from now on.
  public enum Phase: Sendable {
    /// The output is locked, or its journal is opened.
    case opening
    /// Points are computed: whoever asks for an end is heard within a moment.
    case running
  }

  /// Takes what is said to people meanwhile: whole lines, or a line that is drawn again and again.
  public var write: @Sendable (_ text: String) -> Void = { _ in }
  /// Whether a person watches, so that a line can be drawn again.
  public var isWatched = false
  /// Why work shall end early; nil while it may continue.
  ///
  /// It is asked some twenty times a second.
  public var stopRequest: @Sendable () -> StopRequest? = { nil }
  /// Whether the launcher of this rank has ended.
  public var launcherHasEnded: @Sendable () -> Bool = { false }
  /// Hears of phases.
  public var begin: @Sendable (Phase) -> Void = { _ in }
  /// The program that reads files of foreign origin first; nil to read them without that.
  public var reader: ReadingProgram?
  /// The command line, for the provenance of results.
  public var commandLine: [String] = []

  /// After TERM a launcher kills within about a second, so what is being computed then has no longer
  /// than this, in seconds.
  public static let patience = 0.4

  /// Surroundings without anybody.
  public init() {}

  /// Those of the thread that asks.
  @TaskLocal public static var current = Surroundings()
}

/// Says a line to people.
func say(_ line: String) { Surroundings.current.write(line + "\n") }
