internal import Foundation
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec

extension ShardSurvey {
  /// The survey for a person.
  ///
  /// - Parameter output: the merged results file, where it is known.
  public func text(to output: String? = nil) -> String {
    var lines = [
      "\(folder): \(Show.count(parts.count)) \(Self.shards(parts.count)) of \(sweep.spec.name), "
        + Show.points(sweep.plan.count)
    ]
    for state in State.allCases {
      let some = parts(state)
      guard !some.isEmpty else { continue }
      let head = state.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
      lines.append(
        "\(head)\(Show.count(some.count)) \(Self.shards(some.count)): "
          + PointSelection(some.map(\.shard.index)).text(atMost: 20))
      guard [.running, .waiting, .stopped].contains(state) else { continue }
      lines += some.prefix(Self.named).map { part in
        "  \(part.shard.index): " + (part.remark.isEmpty ? "" : "\(part.remark); ")
          + "\(part.progress)"
      }
      if some.count > Self.named { lines.append("  … and \(some.count - Self.named) more") }
    }
    lines += problems.map { "problem: \($0)" }
    let wrong = parts.filter { !$0.notOK.isEmpty }
    lines += wrong.prefix(Self.named).map { part in
      let counts = PointStatus.allCases.compactMap { status in
        part.notOK[status].map { "\(Show.count($0)) \(status.name)" }
      }
      return "not ok in \(part.path): \(counts.joined(separator: ", ")); see inspect --failed"
    }
    if wrong.count > Self.named {
      lines.append("not ok in \(Show.count(wrong.count - Self.named)) more shards")
    }
    let runs = parts.flatMap { part in part.runs.map { (shard: part.shard.index, facts: $0) } }
    lines += Provenance.mixtures(ofShards: runs).map { "warning: \($0)" }
    return (lines + advice(to: output)).joined(separator: "\n")
  }

  /// What to do next.
  func advice(to output: String? = nil) -> [String] {
    var lines: [String] = []
    if !problems.isEmpty {
      lines.append("move away what cannot be used, then ask again what is missing")
    }
    let start = startLines()
    if !start.isEmpty {
      let verb = start[0].hasPrefix("sbatch") ? "submit" : "compute"
      lines.append("to \(verb) what is missing:")
      lines += start.map { "  \($0)" }
    }
    let isBusy = parts.contains { [.running, .waiting].contains($0.state) }
    let line = mergeLine(to: output)
    let when =
      line.contains(":JOB")
      ? "to merge after that, with the numbers that sbatch prints in place of JOB:"
      : startable.isEmpty && !isBusy ? "to merge:" : "to merge when all of them have ended:"
    return lines + [when, "  \(line)"]
  }

  /// The shards of each state that have a line of their own.
  private static let named = 20

  private static func shards(_ count: Int) -> String { count == 1 ? "shard" : "shards" }

  /// The survey for other programs.
  public var json: String {
    struct Row: Encodable {
      let shard: Int
      let state: State
      let file: String
      let done: Int
      let points: Int?
      let notOk: Int
    }
    struct Table: Encodable {
      let folder: String
      let points: Int
      let shards: [Row]
      let problems: [String]
      let commands: [String]
    }
    let rows = parts.map { part in
      Row(
        shard: part.shard.index, state: part.state, file: part.path, done: part.progress.done,
        points: part.progress.total, notOk: part.notOK.values.reduce(0, +))
    }
    return jsonText(
      Table(
        folder: folder, points: sweep.plan.count, shards: rows, problems: problems,
        commands: startLines(atMost: .max)))
  }
}
