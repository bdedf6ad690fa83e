import ArgumentParser
import SweepJobs

/// A duration on the command line, as `WallTime` reads it.
struct TimeSpan: Equatable {
  let seconds: Double

  /// Reads a duration of 0 seconds or more from the command line.
  ///
  /// **Throws**: `ValidationError` with the spellings.
  static func argument(_ text: String) throws -> TimeSpan {
    guard let seconds = WallTime.seconds(text) else {
      throw ValidationError(WallTime.mistake(in: text))
    }
    return TimeSpan(seconds: seconds)
  }

  /// Reads a duration of more than 0 seconds from the command line.
  ///
  /// **Throws**: `ValidationError` with the spellings.
  static func positiveArgument(_ text: String) throws -> TimeSpan {
    let span = try argument(text)
    guard span.seconds > 0 else {
      throw ValidationError("it is 0 seconds, expected more")
    }
    return span
  }
}
