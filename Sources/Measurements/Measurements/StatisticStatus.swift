/// Why a statistic is missing, or that it is not.
enum StatisticStatus: Int8, Coded {
  case notRequested = 0
  case ok = 1
  /// It is not defined for the network.
  case notDefined = 2
  /// An iteration did not come to its end.
  case iterationLimit = 3
  case failed = 4

  var name: String {
    switch self {
    case .notRequested: "not_requested"
    case .ok: "ok"
    case .notDefined: "not_defined"
    case .iterationLimit: "iteration_limit"
    case .failed: "failed"
    }
  }
}
