internal import Foundation

extension ResultSummary {
  /// The summary for a person, in lines of the terminal's width.
  package func text(_ terminal: Terminal) -> String {
    var lines: [String] = []
    let isRunning = running.map { $0.seen != LiveRun.Sight.jobEnded.rawValue } ?? false
    let state =
      complete
      ? "complete"
      : isRunning
        ? "not complete: a run works on it"
        : runs.last?["merged_from"] != nil
          ? "not complete: verify names the shards that are left"
          : shard.map { "of which it holds shard \($0): verify says if that is complete" }
            ?? "not complete: run the same command with --resume"
    lines.append(
      terminal.show("\(file): \(Show.points(points))", .bold) + ", "
        + (complete ? state : terminal.show(state, .yellow)))
    lines.append(
      terminal.wrapped(statuses.map { words($0, terminal) }, head: "status         "))
    if let running { lines += running.text.split(separator: "\n").map(String.init) }
    if !minima.isEmpty {
      lines.append(
        terminal.wrapped(
          minima.map { "\(Show.count($0.count)) \($0.name)" }, head: "minima         "))
    }
    if !varies.isEmpty { lines.append(terminal.wrapped(varies, head: "varies         ")) }
    if !ranges.isEmpty { lines += ["", rangeTable(terminal)] }
    if let plot { lines += ["", plot.text(terminal)] }
    lines += slowestLines(terminal) + failedLines(terminal) + ["", provenance(terminal)]
    return lines.joined(separator: "\n")
  }

  private func words(_ count: Count, _ terminal: Terminal) -> String {
    let look: Terminal.Look =
      count.name == "ok" ? .green : ["pending", "skipped"].contains(count.name) ? .yellow : .red
    return terminal.show("\(Show.count(count.count)) \(count.name)", look)
  }

  private func rangeTable(_ terminal: Terminal) -> String {
    var rows = [["", "smallest", "median", "largest", "values"]]
    for range in ranges {
      let numbers = [range.smallest, range.median, range.largest].map { Show.value($0 ?? .nan) }
      rows.append([range.column] + numbers + [Show.count(range.values)])
    }
    return alignedTable(rows, rightAligned: [1, 2, 3, 4])
  }

  private func slowestLines(_ terminal: Terminal) -> [String] {
    guard !slowest.isEmpty else { return [] }
    let rows = slowest.map { remark in
      ["  \(remark.point)", Show.duration(remark.seconds ?? .nan)]
    }
    let heads = alignedTable(rows, rightAligned: [0, 1]).split(separator: "\n")
    var lines = ["", terminal.show("slowest points", .bold)]
    for (head, remark) in zip(heads, slowest) {
      lines.append("\(head)  \(Self.shortened(remark.text, to: terminal.width - head.count - 2))")
    }
    return lines + ["  \(Show.duration(totalSeconds)) for all points together"]
  }

  private func failedLines(_ terminal: Terminal) -> [String] {
    guard failedCount > 0 else { return [] }
    var lines = ["", terminal.show("points that are not ok", .bold)]
    for remark in failed {
      let head = "  \(remark.point)  \(remark.status)"
      let reason = Self.shortened(remark.text, to: terminal.width - head.count - 2)
      lines.append(reason.isEmpty ? head : "\(head)  \(reason)")
    }
    if failedCount > failed.count {
      lines.append("  and \(Show.count(failedCount - failed.count)) more: inspect --failed")
    }
    return lines
  }

  private func provenance(_ terminal: Terminal) -> String {
    var lines = ["plan hash      \(planSHA256)", "data checksum  \(dataSHA256)"]
    for (index, run) in runs.enumerated() {
      let hosts = Set((run["hosts"] ?? "").split(separator: "\n").map(String.init)).sorted()
      let head = "run \(index)".padding(toLength: 15, withPad: " ", startingAt: 0)
      lines.append(
        terminal.wrapped(
          [
            "framesweep \(run["framesweep_version"] ?? "?")",
            "\(run["workers"] ?? "?") worker\(run["workers"] == "1" ? "" : "s") on "
              + hosts.joined(separator: " "),
            "\(run["start"] ?? "?") to \(run["end"] ?? "?")",
          ], head: head))
      let command = (run["command_line"] ?? "").split(separator: " ").map(String.init)
      if !command.isEmpty {
        lines.append(
          terminal.wrapped(command, head: String(repeating: " ", count: 15), separator: " "))
      }
    }
    for warning in warnings {
      let words = warning.split(separator: " ").map(String.init)
      lines.append(terminal.wrapped(words, head: "warning        ", separator: " "))
    }
    return lines.joined(separator: "\n")
  }

  private static func shortened(_ text: String, to length: Int) -> String {
    guard text.count > length else { return text }
    return length > 1 ? String(text.prefix(length - 1)) + "…" : ""
  }
}
