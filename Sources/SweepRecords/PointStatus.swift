/// What became of a point; raw values are the codes of the results file and never change.
public enum PointStatus: Int8, Sendable, CaseIterable {
  case pending = 0
  case ok = 1
  case failed = 2
  case timeout = 3
  case outOfMemory = 4
  case nonfinite = 5
  case lost = 6
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
public enum MinimumStatus: Int8, Sendable, CaseIterable {
  case notRequested = 0
  case closedForm = 1
  case converged = 2
  case iterationLimit = 3
  case unavailable = 4
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
public enum FrameBoundStatus: Int8, Sendable, CaseIterable {
  case notRequested = 0
  case exact = 1
  case converged = 2
  case iterationLimit = 3
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
