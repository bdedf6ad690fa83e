import ArgumentParser
import SweepRunner
import SweepRuntime

extension Shard {
  /// Reads `3/8` from the command line.
  ///
  /// **Throws**: `ValidationError`.
  static func argument(_ text: String) throws -> Shard {
    if let shard = Shard(text) { return shard }
    throw ValidationError("the shard is '\(text)', expected i/n with i from 0 to n - 1, as 0/8")
  }
}

extension PointSelection {
  /// Reads `17,40-60` from the command line.
  ///
  /// **Throws**: `ValidationError`.
  static func argument(_ text: String) throws -> PointSelection {
    if let selection = PointSelection(text) { return selection }
    throw ValidationError("expected points counted from 0, such as 17,40-60")
  }
}
