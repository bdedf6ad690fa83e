internal import Foundation
internal import SweepJobs
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec
internal import SweepStore

/// Joins the shards of one plan into one results file.
public struct Merge {
  /// Results files, journals and folders of them.
  public var shards: [String]
  /// The results file to write.
  public var output: String
  /// The sweep file; nil for the text in the first results file.
  public var sweep: String?
  /// Whether it adds to an output that exists; its own results count as a shard's.
  public var resume = false
  /// Whether a lock of another host is taken over.
  public var takeOver = false

  /// Joins shards into a new file.
  public init(_ shards: [String], into output: String) {
    self.shards = shards
    self.output = output
  }

  /// Joins the shards into the results file, and says what was found.
  ///
  /// **Returns**: whether all points are there and ok.
  ///
  /// **Throws**: `Failure` if no shard can be used, if one belongs to another plan, or if the output cannot
  /// be written; nothing is written then.
  public func run() throws -> ExitStatus {
    do {
      let files = try ShardFile.find(shards, except: output)
      let problems = files.compactMap { $0.problem() }
      // A shard that may be good is not left out.
      if let unknown = problems.first(where: { $0.kind == .notRead }) { throw unknown }
      guard problems.count < files.count else {
        throw Failure(
          .badInput,
          (problems.map(\.description) + ["no shard can be read; nothing is written"]).joined(
            separator: "\n"))
      }
      let sweep = try sweepFile(of: files)
      for file in files {
        // What cannot be read is reported when it is merged.
        guard let contents = try? file.contents(),
          let mismatch = file.mismatch(contents, with: sweep)
        else { continue }
        throw Failure(.badInput, "\(mismatch); nothing is written")
      }
      return try merge(files, sweep)
    } catch let error as StoreError {
      throw Failure(error)
    }
  }

  /// So many shards are named at most.
  private static let namedCount = 10

  /// The sweep that the shards belong to.
  private func sweepFile(of files: [ShardFile]) throws -> SweepFile {
    if let path = sweep { return try SweepFile(path: path, bytes: SweepFile.bytes(at: path)) }
    for file in files {
      if let sweep = try file.sweep() { return sweep }
    }
    let reasons = files.prefix(Self.namedCount).map(\.whyNoSweep)
    throw Failure(
      .badInput,
      (reasons + ["no shard holds the text of the sweep, expected --sweep with its file"])
        .joined(separator: "\n"))
  }

  private func merge(_ files: [ShardFile], _ sweep: SweepFile) throws -> ExitStatus {
    let lock = try OutputLock(
      output: output, job: ProcessInfo.processInfo.environment["SLURM_JOB_ID"] ?? "",
      takeOver: takeOver)
    defer { lock.release() }
    let journal = try RunSession.openJournal(
      for: sweep, output: output, resume: resume)
    journal.lock = lock
    var table = sweep.table
    table.threads = SweepFile.threadCount
    var unreadable = 0
    for file in files {
      do {
        let counts = try file.merge(into: journal, table)
        say("\(file.path): \(Self.text(counts))")
        if let point = counts.differing.first {
          say(
            "warning: \(file.path): \(Show.count(counts.differing.count)) points have other values "
              + "than in the shards before, point \(point) for one; the first stay")
        }
      } catch let error as StoreError where error.kind == .damaged || error.kind == .cannotRead {
        // One file that is lost must not keep the others from being used.
        say("warning: \(error.description); it is left out")
        unreadable += 1
      }
    }
    for line in Provenance.mixtures(of: journal.runs) { say("warning: \(line)") }
    let known = sweep.path == self.sweep ? sweep.path : journal.runs.last?["sweep_file"]
    let run = try journal.beginRun(
      Provenance.factsOfMerge(of: sweep, sweepFile: known, from: shards))
    try journal.note(Provenance.end(), run: run)
    try journal.commit()
    let written = try ResultFile.write(table, from: journal, to: output)
    let pending = (0..<sweep.plan.count).filter { journal.status(of: $0) == .pending }
    let runs = journal.runs
    try journal.remove()
    return try report(written, pending: pending, runs, sweep)
  }

  private static func text(_ counts: MergeCounts) -> String {
    var text = "\(Show.points(counts.added))"
    if counts.improved > 0 { text += ", \(Show.count(counts.improved)) better than before" }
    if counts.repeated > 0 { text += ", \(Show.count(counts.repeated)) known already" }
    return text
  }

  private func report(
    _ written: ResultFile.Summary, pending: [Int], _ runs: [RunFacts], _ sweep: SweepFile
  ) throws -> ExitStatus {
    let count = sweep.plan.count
    let notOK = written.counts.reduce(0) {
      [.ok, .pending].contains($1.key) ? $0 : $0 + $1.value
    }
    var line = "\(output): \(Show.count(count - pending.count)) of \(Show.points(count))"
    if notOK > 0 { line += ", \(Show.count(notOK)) not ok (see inspect --failed)" }
    say(line)
    guard !pending.isEmpty else { return notOK == 0 ? .ok : .someNotOK }
    say(
      "missing: \(Show.points(pending.count)): "
        + PointSelection(pending).text(atMost: 20))
    if let shardCount = MergedShards.count(in: runs) {
      let shards = sweep.deal(into: shardCount).shards
      let missing = Set(pending.map { Int(shards[$0]) }).sorted()
      say(
        "they belong to the shards "
          + missing.prefix(50).map { "\($0)/\(shardCount)" }.joined(separator: ", ")
          + (missing.count > 50 ? ", …" : ""))
    }
    if let survey = try MergedShards.survey(of: output, runs, sweep) {
      for part in survey.parts(.running) + survey.parts(.waiting) {
        say(
          "shard \(part.shard) is \(part.state.rawValue): \(part.remark); \(part.progress)")
      }
      for line in survey.advice(to: output) { say(line) }
      return .stoppedEarly
    }
    if let lines = MergedShards.adviceWhileRunning(of: shards, to: output) {
      for line in lines { say(line) }
      return .stoppedEarly
    }
    let command = ResumeCommand(sweep, runs: runs, output: output)
    say("to compute what is missing:\n  \(command.text("--resume"))")
    return .stoppedEarly
  }
}
