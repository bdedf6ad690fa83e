/// What became of a point; raw values are the codes of the results file and never change.
public enum PointStatus: Int8, Sendable, CaseIterable {
  /// It has no result yet.
  case pending = 0
  /// It was computed.
  case ok = 1
  /// It ended with an error, which `/errors` holds.
  case failed = 2
  /// It took longer than `--point-timeout`.
  case timeout = 3
  /// It needs more memory than a worker may use.
  case outOfMemory = 4
  /// A statistic of it is not finite.
  case nonfinite = 5
  /// Ranks that computed it ended or fell silent, twice.
  case lost = 6
  /// It was not computed, because the run stopped at `--max-failures`.
  case skipped = 7

  /// The status's name in the results file and on the command line.
  public var name: String {
    switch self {
    case .pending: "pending"
    case .ok: "ok"
    case .failed: "failed"
    case .timeout: "timeout"
    case .outOfMemory: "out_of_memory"
    case .nonfinite: "nonfinite"
    case .lost: "lost"
    case .skipped: "skipped"
    }
  }
}
