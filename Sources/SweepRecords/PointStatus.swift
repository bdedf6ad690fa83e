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

/// How a minimum was found; raw values are the codes of `minimum_status`.
///
/// They are those of `FrameMinimum.Status`, which the science modules know: records do without these,
/// and a test keeps both equal.
public enum MinimumStatus: Int8, Sendable, CaseIterable {
  /// Nobody asked.
  case notRequested = 0
  /// By a formula that is exact.
  case closedForm = 1
  /// By descent that ended at a stationary point, to the tolerance.
  case converged = 2
  /// By descent that ended early: some weights reach the value, and lower ones may be.
  case iterationLimit = 3
  /// Not at all: there is no closed form, and no descent was asked for.
  case unavailable = 4
  /// Not at all: no start led to a finite value.
  case failed = 5

  /// The status's name in the results file.
  public var name: String {
    switch self {
    case .notRequested: "not_requested"
    case .closedForm: "closed_form"
    case .converged: "converged"
    case .iterationLimit: "iteration_limit"
    case .unavailable: "unavailable"
    case .failed: "failed"
    }
  }
}

/// How frame bounds were found; raw values are the codes of `frame_bound_status`.
///
/// They are those of `BoundStatus`, as for minima.
public enum FrameBoundStatus: Int8, Sendable, CaseIterable {
  /// Nobody asked.
  case notRequested = 0
  /// From all eigenvalues.
  case exact = 1
  /// By iteration, to the tolerance.
  case converged = 2
  /// By iteration that ended early: a bound that has not converged is NaN.
  case iterationLimit = 3
  /// Not at all: the frame is not defined, or a routine failed.
  case unavailable = 4

  /// The status's name in the results file.
  public var name: String {
    switch self {
    case .notRequested: "not_requested"
    case .exact: "exact"
    case .converged: "converged"
    case .iterationLimit: "iteration_limit"
    case .unavailable: "unavailable"
    }
  }
}
