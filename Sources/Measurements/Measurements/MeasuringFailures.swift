internal import MemoryBudgets
internal import OpenBLAS
internal import SweepRecords

/// What could not be measured at a point whose other statistics are kept.
struct MeasuringFailures {
  /// The first failure's; ok if there was none.
  private(set) var status = PointStatus.ok
  private var reasons: [String] = []

  /// All reasons, each once.
  var message: String { reasons.joined(separator: "; ") }

  /// Measures something; if its numbers fail, what was measured before and will be stays.
  ///
  /// **Throws**: what ends the point as a whole, such as its limits of time and memory.
  mutating func collect(_ measure: () throws -> Void) throws {
    do {
      try measure()
    } catch let error where error is NonfiniteResult || error is LAPACKError {
      if status == .ok { status = PointStatus(error) }
      let reason = "\(error)"
      if !reasons.contains(reason) { reasons.append(reason) }
    }
  }
}

extension PointStatus {
  /// What becomes of a point that ends with an error.
  init(_ error: any Error) {
    self =
      switch error {
      case is NonfiniteResult: .nonfinite
      case is MemoryExceeded, is MemoryRefused: .outOfMemory
      case is TimeExceeded: .timeout
      default: .failed
      }
  }
}
