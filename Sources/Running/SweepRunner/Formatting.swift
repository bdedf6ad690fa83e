internal import Foundation

/// How quantities are shown in the terminal.
package enum Show {
  /// Seconds as a person reads them: 0 s, 0.3 ms, 12.5 s, 3 min 20 s, 2 h 5 min, 3 d 4 h, 2e+10 d.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "unknown" }
    switch seconds {
    case ..<5e-8: return "0 s"
    case ..<0.999_95e-3: return String(format: "%.1f µs", seconds * 1e6)
    case ..<0.999_95: return String(format: "%.1f ms", seconds * 1e3)
    case ..<59.95: return String(format: "%.1f s", seconds)
    case ..<3_600: return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
    case ..<86_400: return "\(Int(seconds) / 3_600) h \(Int(seconds) % 3_600 / 60) min"
    case 1e15...: return String(format: "%.3g d", seconds / 86_400)
    default: return "\(Int(seconds) / 86_400) d \(Int(seconds) % 86_400 / 3_600) h"
    }
  }

  /// Seconds of which nobody wants parts: less than 1 s, 12 s, 3 min 20 s.
  package static func wholeSeconds(_ seconds: Double) -> String {
    guard seconds < 60 else { return duration(seconds) }
    return seconds < 1 ? "less than 1 s" : "\(Int(seconds)) s"
  }

  /// Bytes with a binary unit.
  package static func bytes(_ count: Double) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = count
    var unit = 0
    while value >= 1_024, unit < units.count - 1 {
      value /= 1_024
      unit += 1
    }
    return String(format: unit == 0 ? "%.0f %@" : "%.1f %@", value, units[unit])
  }

  /// A count with thin groups of three digits: 1,234,567.
  package static func count(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// A number of points: 1 point, 1,234 points.
  package static func points(_ number: Int) -> String {
    "\(count(number)) \(number == 1 ? "point" : "points")"
  }

  /// A floating-point operation count with a decimal prefix.
  package static func flops(_ count: Double) -> String {
    let units = ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP"]
    var value = count
    var unit = 0
    while value >= 1_000, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    return String(format: "%.3g %@", value, units[unit])
  }

  /// A value of a statistic.
  package static func value(_ number: Double) -> String {
    number.isNaN ? "–" : String(format: "%.6g", number)
  }
}

/// Rows of words in aligned columns; the first row is the head.
package func alignedTable(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    row.enumerated().map { column, word in
      let padding = String(repeating: " ", count: widths[column] - word.count)
      if rightAligned.contains(column) { return padding + word }
      return column == row.count - 1 ? word : word + padding
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}
