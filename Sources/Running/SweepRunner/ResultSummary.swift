internal import Foundation
internal import SweepRecords
internal import SweepRuntime
package import SweepStore

/// A results file at a glance.
package struct ResultSummary: Codable {
  /// The spread of a statistic over all its values.
  package struct Range: Codable {
    package let column: String
    /// The number of values, NaN left out; without values the others are nil.
    package let values: Int
    package let smallest: Double?
    package let median: Double?
    package let largest: Double?
  }

  /// A point, with what took time or went wrong.
  package struct Remark: Codable {
    package let point: Int
    package let seconds: Double?
    package let status: String
    package let text: String
  }

  package struct Count: Codable {
    package let name: String
    package let count: Int
  }

  /// The run that holds the file.
  package struct Running: Codable {
    package let host: String
    package let process: Int
    package let job: String
    package let since: String?
    package let seen: String
    package let done: Int
    package let left: Int?
    /// The same in words.
    package let text: String

    package init(_ live: LiveRun, _ progress: RunProgress) {
      host = live.holder.identity.host
      process = Int(live.holder.identity.process)
      job = live.holder.identity.job
      since = live.holder.since.map { Date(timeIntervalSince1970: $0).formatted(.iso8601) }
      seen = live.sight.rawValue
      done = progress.done
      left = progress.left
      text = live.text(progress)
    }
  }

  package let file: String
  package let points: Int
  package let complete: Bool
  /// The shard whose points the file holds; nil for any other file.
  package let shard: String?
  /// The run that works on it, or left its lock; nil where there is none.
  package let running: Running?
  package let statuses: [Count]
  package let minima: [Count]
  package let varies: [String]
  package let ranges: [Range]
  package let plot: FamilyPlot?
  package let slowest: [Remark]
  package let failed: [Remark]
  package let failedCount: Int
  package let totalSeconds: Double
  package let planSHA256: String
  package let dataSHA256: String
  package let runs: [[String: String]]
  /// What runs and ranks did not have in common although bits can depend on it, a sentence each.
  package let warnings: [String]

  /// The most points that are named one by one.
  private static let named = 3

  package init(of reader: borrowing ResultReader, _ view: ResultView) throws(StoreError) {
    file = reader.path
    // Before the statuses: what ends meanwhile is complete.
    running = LiveRun(of: reader.path).map { live in
      Running(live, RunProgress(of: live.output) ?? RunProgress(done: 0, total: nil))
    }
    points = reader.pointCount
    complete = reader.isComplete
    varies = reader.coordinateNames
    planSHA256 = reader.planSHA256
    dataSHA256 = reader.dataSHA256
    let codes = try reader.statuses()
    var counts: [PointStatus: Int] = [:]
    for status in codes { counts[status, default: 0] += 1 }
    statuses = PointStatus.allCases.compactMap { status in
      counts[status].map { Count(name: status.name, count: $0) }
    }
    minima = try Self.minima(of: reader, codes)
    var ranges: [Range] = []
    for column in view.statistics { ranges.append(try Self.range(of: column, in: reader)) }
    self.ranges = ranges
    plot = try FamilyPlot(of: reader, view)

    let seconds = try reader.numbers("wall_seconds", in: "execution") ?? []
    totalSeconds = seconds.reduce(0) { $0 + ($1.isNaN ? 0 : $1) }
    var slow: [Int] = []
    for point in seconds.indices where seconds[point] > 0 {
      let place = slow.firstIndex { seconds[$0] < seconds[point] } ?? slow.count
      guard place < Self.named else { continue }
      slow.insert(point, at: place)
      if slow.count > Self.named { slow.removeLast() }
    }
    var slowest: [Remark] = []
    for point in slow {
      let text = try Self.description(of: point, in: reader)
      slowest.append(
        Remark(point: point, seconds: seconds[point], status: codes[point].name, text: text))
    }
    self.slowest = slowest

    let bad = codes.indices.filter { ![.ok, .pending].contains(codes[$0]) }
    failedCount = bad.count
    var reasons: [Int: String] = [:]
    if !bad.isEmpty {
      for (point, message) in try reader.errors() { reasons[point] = message }
    }
    failed = bad.prefix(Self.named).map { point in
      Remark(
        point: point, seconds: nil, status: codes[point].name, text: reasons[point] ?? "")
    }
    let facts = try reader.runs()
    shard = Shard(of: facts).map { "\($0)" }
    warnings = Provenance.mixtures(of: facts)
    runs = facts.map { facts in
      Dictionary(uniqueKeysWithValues: facts.names.map { ($0, facts[$0] ?? "") })
    }
  }

  /// What a point is, in words that people know: its architecture, or the path of its network.
  ///
  /// The architecture of a network from a file is the digest of its bytes; its path stands with its weights.
  private static func description(
    of point: Int, in reader: borrowing ResultReader
  ) throws(StoreError) -> String {
    func text(_ name: String) throws(StoreError) -> String {
      try reader.texts(name, in: "points", points: point..<point + 1)?.first ?? ""
    }
    let architecture = try text("architecture")
    return architecture.hasPrefix("{onnx: ") ? try text("weights") : architecture
  }

  /// How the minima of the ok points were found.
  private static func minima(
    of reader: borrowing ResultReader, _ statuses: [PointStatus]
  ) throws(StoreError) -> [Count] {
    guard try reader.hasColumn("minimum_status") else { return [] }
    var kinds: [Int64: Int] = [:]
    for (point, code) in try reader.integers("minimum_status").enumerated()
    where statuses[point] == .ok {
      kinds[code, default: 0] += 1
    }
    return kinds.keys.sorted().map { code in
      Count(name: ResultView.word("minimum_status", code), count: kinds[code] ?? 0)
    }
  }

  /// Of very many values the median is that of every so manieth, which keeps memory bounded.
  private static func range(
    of column: ResultReader.ColumnFacts, in reader: borrowing ResultReader
  ) throws(StoreError) -> Range {
    let perPoint = max(column.shape.dropFirst().reduce(1, *), 1)
    let total = reader.pointCount * perPoint
    let step = max(1, total / (1 << 22))
    var sample: [Double] = []
    var count = 0
    var (low, high) = (Double.infinity, -Double.infinity)
    let rows = max((1 << 20) / perPoint, 1)
    for first in stride(from: 0, to: reader.pointCount, by: rows) {
      let block = first..<min(first + rows, reader.pointCount)
      for value in try reader.numbers(column.name, points: block) where !value.isNaN {
        if count % step == 0 { sample.append(value) }
        count += 1
        low = min(low, value)
        high = max(high, value)
      }
    }
    guard count > 0 else {
      return Range(column: column.name, values: 0, smallest: nil, median: nil, largest: nil)
    }
    sample.sort()
    let median = (sample[(sample.count - 1) / 2] + sample[sample.count / 2]) / 2
    return Range(
      column: column.name, values: count, smallest: low, median: median, largest: high)
  }

  /// The summary for other programs.
  package var json: String { jsonText(self) }
}

/// A value as the JSON of this program's commands.
package func jsonText(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  guard let data = try? encoder.encode(value) else { preconditionFailure("a value has a JSON") }
  return String(decoding: data, as: UTF8.self)
}
