internal import HDF5
internal import SweepRecords

/// The group `/execution`: where and when each point was computed, and what it took.
final class ExecutionTable {
  private let run: ColumnWriter
  private let rank: ColumnWriter
  private let attempts: ColumnWriter
  private let start: ColumnWriter
  private let wallSeconds: ColumnWriter
  private let cpuSeconds: ColumnWriter
  private let predictedSeconds: ColumnWriter
  private let peakMemory: ColumnWriter
  private let host: Dataset
  /// The hosts of every run by rank.
  private let hostNames: [[String]]
  private var hosts: [String] = []

  init(_ journal: Journal, _ scales: Scales, in root: borrowing Group) throws(HDF5Error) {
    hostNames = journal.runs.map { $0.list("hosts") }
    let group = try root.createGroup("execution")
    let shape = [journal.planCount]
    func column(
      _ name: String, _ type: ElementType, _ group: borrowing Group, units: String = "1",
      _ longName: String, _ description: String
    ) throws(HDF5Error) -> ColumnWriter {
      let writer = try ColumnWriter(name, type, shape: shape, in: group)
      try writer.dataset.describe(units: units, longName: longName, description: description)
      try scales.attach(to: writer.dataset, [.point])
      return writer
    }
    run = try column("run", .int32, group, "run", "index of the run that computed the point")
    rank = try column(
      "rank", .int32, group, "rank", "MPI rank, or worker thread where there was one process")
    host = try group.createTextDataset("host", shape: shape)
    try host.describe(longName: "host", description: "name of the machine")
    try scales.attach(to: host, [.point])
    attempts = try column("attempts", .int32, group, "attempts", "how often the point was tried")
    start = try column(
      "start", .float64, group, units: "seconds since 1970-01-01 00:00:00", "start",
      "start of the last attempt, UTC")
    wallSeconds = try column(
      "wall_seconds", .float64, group, units: "s", "wall-clock time", "duration of the attempt")
    cpuSeconds = try column(
      "cpu_seconds", .float64, group, units: "s", "CPU time", "CPU time of the attempt")
    predictedSeconds = try column(
      "predicted_seconds", .float64, group, units: "s", "predicted time",
      "what the cost model said")
    peakMemory = try column(
      "peak_memory", .int64, group, units: "byte", "peak memory",
      "peak resident memory of the process at the end of the attempt")
  }

  /// Starts a block of points without records: −1, NaN and no attempt.
  func start(rowCount: Int) {
    for writer in writers { writer.start(rowCount: rowCount, integer: -1) }
    attempts.start(rowCount: rowCount)
    hosts = [String](repeating: "", count: rowCount)
  }

  /// Fills in the facts of a record.
  func set(row: Int, _ facts: Execution) {
    run.set(row: row, Int32(clamping: facts.run))
    rank.set(row: row, Int32(clamping: facts.rank))
    attempts.set(row: row, Int32(clamping: facts.attempts))
    start.set(row: row, facts.start)
    wallSeconds.set(row: row, facts.wallSeconds)
    cpuSeconds.set(row: row, facts.cpuSeconds)
    predictedSeconds.set(row: row, facts.predictedSeconds)
    peakMemory.set(row: row, Int64(facts.peakMemory))
    guard hostNames.indices.contains(facts.run) else { return }
    let names = hostNames[facts.run]
    // Threads of one process share its host.
    if let name = names.indices.contains(facts.rank) ? names[facts.rank] : names.last {
      hosts[row] = name
    }
  }

  /// Writes the block.
  func write(from firstRow: Int) throws(HDF5Error) {
    for writer in writers { try writer.write(from: firstRow) }
    try host.write(texts: hosts, to: Hyperslab(start: [firstRow], count: [hosts.count]))
  }

  private var writers: [ColumnWriter] {
    [run, rank, attempts, start, wallSeconds, cpuSeconds, predictedSeconds, peakMemory]
  }
}
