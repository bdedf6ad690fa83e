internal import Foundation

extension RunStatus {
  /// So many ranks or shards are named one by one.
  private static let named = 16

  /// The status for a person.
  ///
  /// - Parameter now: in seconds since 1970.
  package func text(_ terminal: Terminal, now: Double = Date().timeIntervalSince1970) -> String {
    let look: Terminal.Look = state == .complete ? .green : state == .stopped ? .red : .yellow
    let head = sweep.map { " (\($0))" } ?? ""
    var lines = [terminal.show("\(file)\(head): ", .bold) + terminal.show(state.rawValue, look)]
    lines.append(alignedTable(rows))
    if let run, run.seen != LiveRun.Sight.alive.rawValue {
      lines += run.text.split(separator: "\n").map(String.init)
    }
    if ranks.count > 1 { lines += ["", rankTable(now: now)] }
    if !shards.isEmpty { lines += ["", shardTable(terminal)] }
    return lines.joined(separator: "\n")
  }

  private var rows: [[String]] {
    let share = workShare.map { ", \(Int((100 * $0).rounded(.down))) % of the work" } ?? ""
    var rows = [["done", "\(Show.count(done)) of \(Show.points(points))\(share)"]]
    if notOk > 0 {
      let kinds = statuses.filter { !["ok", "pending"].contains($0.key) }.sorted { $0.key < $1.key }
      rows.append(
        ["not ok", kinds.map { "\(Show.count($0.value)) \($0.key)" }.joined(separator: ", ")])
    }
    if pending > 0 {
      let now = inProgress.map { ", \(Show.count($0)) of them in progress" } ?? ""
      rows.append(["pending", Show.count(pending) + now])
    }
    if let pointsPerHour { rows.append(["rate", Self.rate(pointsPerHour)]) }
    if let secondsLeft { rows.append(["time left", Self.left(secondsLeft)]) }
    if let elapsedSeconds {
      var text = Show.wholeSeconds(elapsedSeconds)
      if let workers { text += " on \(Show.count(workers)) worker\(workers == 1 ? "" : "s")" }
      if let busyShare { text += String(format: ", %.0f %% busy", 100 * busyShare) }
      rows.append([isActive ? "elapsed" : "last run", text])
    }
    rows.append(["core-hours", Self.hours(coreHours)])
    if let run, run.seen == LiveRun.Sight.alive.rawValue {
      rows.append(["run by", "process \(run.process) on \(run.host)"])
      if !run.job.isEmpty { rows[rows.count - 1][1] += ", job \(run.job)" }
    }
    return rows
  }

  private func rankTable(now: Double) -> String {
    var rows = [["rank", "host", "points", "not ok", "computed", "last result"]]
    for rank in ranks.prefix(Self.named) {
      let age = rank.lastResult.map { "\(Show.wholeSeconds(max(0, now - $0))) ago" } ?? "–"
      rows.append([
        "\(rank.rank)", rank.host, Show.count(rank.done), Show.count(rank.notOk),
        Show.wholeSeconds(rank.busySeconds), age,
      ])
    }
    return alignedTable(rows, rightAligned: [0, 2, 3, 4]) + more(ranks.count, "ranks")
  }

  private func shardTable(_ terminal: Terminal) -> String {
    // What needs somebody comes first, and what is complete last.
    let order = ["unreadable", "stopped", "missing", "running", "waiting", "complete"]
    func place(_ part: Part) -> Int { order.firstIndex(of: part.state) ?? 0 }
    let sorted = shards.sorted { (place($0), $0.shard) < (place($1), $1.shard) }
    var rows = [["shard", "state", "points", "not ok", "rate", "core-hours", ""]]
    for part in sorted.prefix(Self.named) {
      rows.append([
        "\(part.shard)", part.state, "\(Show.count(part.done))/\(Show.count(part.points))",
        Show.count(part.notOk), part.pointsPerHour.map(Self.rate) ?? "–",
        Self.hours(part.coreHours),
        part.remark,
      ])
    }
    let table = alignedTable(rows, rightAligned: [0, 2, 3, 4, 5]).split(separator: "\n")
      .map { $0.count > terminal.width ? $0.prefix(terminal.width - 1) + "…" : String($0) }
    return table.joined(separator: "\n") + more(shards.count, "shards")
  }

  private func more(_ count: Int, _ noun: String) -> String {
    count > Self.named ? "\n… and \(Show.count(count - Self.named)) more \(noun)" : ""
  }

  /// Points an hour, a minute or a second, whichever gives a number of at least 1.
  static func rate(_ pointsPerHour: Double) -> String {
    for (unit, seconds) in [("s", 1.0), ("min", 60)] where pointsPerHour >= 3_600 / seconds {
      return String(format: "%.3g/%@", pointsPerHour * seconds / 3_600, unit)
    }
    return String(format: "%.3g/h", pointsPerHour)
  }

  private static func left(_ seconds: Double) -> String {
    (seconds < 1 ? "" : "about ") + Show.wholeSeconds(seconds)
  }

  private static func hours(_ hours: Double) -> String {
    hours > 0 && hours < 0.01
      ? "less than 0.01" : String(format: hours < 10 ? "%.2f" : "%.0f", hours)
  }

  /// The status in one line, for logs.
  package var line: String {
    var line = "\(Show.count(done)) of \(Show.points(points))"
    if let workShare { line += ", \(Int((100 * workShare).rounded(.down))) % of the work" }
    if notOk > 0 { line += ", \(Show.count(notOk)) not ok" }
    if let elapsedSeconds { line += ", \(Show.wholeSeconds(elapsedSeconds)) so far" }
    if let secondsLeft { line += ", \(Self.left(secondsLeft)) left" }
    return state == .running ? line : "\(state.rawValue): \(line)"
  }
}
