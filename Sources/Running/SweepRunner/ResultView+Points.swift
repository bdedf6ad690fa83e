internal import Foundation
internal import SweepRecords
package import SweepStore

extension ResultView {
  /// So many words that they stay readable, and how many there are besides.
  private static func first(_ words: [String]) -> [String] {
    let limit = 256
    guard words.count > limit else { return words }
    return words.prefix(limit) + ["… and \(Show.count(words.count - limit)) more"]
  }

  /// Everything about one point.
  package func text(
    ofPoint point: Int, in reader: borrowing ResultReader, for terminal: Terminal
  ) throws(StoreError) -> String {
    let one = point..<point + 1
    var rows: [(name: String, words: [String])] = [("point", ["\(point)"])]
    for name in ["id", "architecture", "weights"] {
      if let text = try reader.texts(name, in: "points", points: one)?.first {
        rows.append((name, text.split(separator: " ").map(String.init)))
      }
    }
    for column in table {
      let words: [String]
      if column.type.hasPrefix("float") {
        words = try reader.numbers(column.name, points: one).map(Show.value)
      } else {
        words = try reader.integers(column.name, points: one).map { Self.word(column.name, $0) }
      }
      rows.append((column.name, Self.first(words)))
      if column.name == "frame_status", let reason = try reader.frameReason(ofPoint: point) {
        rows.append(("frame_reason", reason.split(separator: " ").map(String.init)))
      }
    }
    for (error, message) in try reader.errors() where error == point {
      rows.append(("message", message.split(separator: " ").map(String.init)))
    }
    for name in ["run", "rank", "attempts"] {
      if let value = try reader.numbers(name, in: "execution", points: one)?.first, value >= 0 {
        rows.append((name, [String(format: "%.0f", value)]))
      }
    }
    if let host = try reader.texts("host", in: "execution", points: one)?.first, !host.isEmpty {
      rows.append(("host", [host]))
    }
    // No checksum covers this group: what is no time of these centuries is none.
    if let start = try reader.numbers("start", in: "execution", points: one)?.first,
      (0..<1e11).contains(start)
    {
      rows.append(("start", [Date(timeIntervalSince1970: start).formatted(.iso8601)]))
    }
    for name in ["wall_seconds", "cpu_seconds", "predicted_seconds"] {
      if let value = try reader.numbers(name, in: "execution", points: one)?.first {
        rows.append((name, [Show.value(value)]))
      }
    }
    if let bytes = try reader.numbers("peak_memory", in: "execution", points: one)?.first, bytes > 0
    {
      rows.append(("peak_memory", [Show.bytes(bytes)]))
    }
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    return rows.map { name, words in
      let head = name.padding(toLength: width, withPad: " ", startingAt: 0)
      return terminal.wrapped(words, head: head, separator: " ")
    }.joined(separator: "\n")
  }
}
