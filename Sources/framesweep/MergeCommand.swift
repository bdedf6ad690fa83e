import ArgumentParser
import Digest
import Foundation
import SweepRecords
import SweepRuntime
import SweepSpec
import SweepStore

/// Joins the shards of one plan into one results file.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join the shards of a sweep into one results file.",
    discussion: """
      Takes results files, journals of shards that are not finished, and folders of both. Shards may \
      overlap and be missing: a result that is ok stays before one that is not, and what is missing \
      is said. The root group is bit for bit that of a run of the whole sweep.

        framesweep run jobs/first.yaml --shard 0/2 -o shards/0.h5
        framesweep run jobs/first.yaml --shard 1/2 -o shards/1.h5
        framesweep merge shards -o first.h5

      Exit codes: 0 all points ok; 3 finished, some points not ok; 75 points are missing; 65 a shard \
      belongs to another plan, or none can be read, and nothing is written.
      """)

  @Argument(help: ArgumentHelp("Results files, journals and folders of them.", valueName: "shard"))
  var shards: [String]

  @Option(name: .shortAndLong, help: "The results file to write (HDF5).")
  var output: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The sweep file; if not given, the text in the first results file.", valueName: "sweep"))
  var sweep: String?

  @Flag(name: .long, help: "Add to an output that exists; its own results count as a shard's.")
  var resume = false

  @Flag(name: .long, help: "Take over an output whose lock was left by a run on another host.")
  var takeOver = false

  func validate() throws {
    guard !output.isEmpty, !output.hasSuffix("/") else {
      throw ValidationError("--output is '\(output)', expected the name of a file")
    }
    guard !shards.contains("") else {
      throw ValidationError("a shard is '', expected the name of a file or folder")
    }
  }

  func run() throws {
    do {
      let files = try ShardFile.find(shards, except: output)
      guard files.contains(where: { $0.problem() == nil }) else {
        let problems = files.compactMap { $0.problem()?.description }
        throw Failure(
          .badInput,
          (problems + ["no shard can be read; nothing is written"]).joined(separator: "\n"))
      }
      let sweep = try sweepFile(of: files)
      for file in files { try file.check(sweep) }
      let status = try merge(files, sweep)
      guard status == .ok else { throw Failure(status, "") }
    } catch let error as StoreError {
      throw Failure(error)
    }
  }

  /// The sweep that the shards belong to.
  private func sweepFile(of files: [ShardFile]) throws -> SweepFile {
    if let path = sweep { return try SweepFile(path: path, bytes: SweepFile.bytes(at: path)) }
    for file in files {
      if let sweep = try file.sweep() { return sweep }
    }
    throw Failure(
      .badInput,
      "\(files[0].path): no shard holds the text of the sweep, expected --sweep with its file")
  }

  private func merge(_ files: [ShardFile], _ sweep: SweepFile) throws -> ExitStatus {
    let lock = try OutputLock(
      output: output, job: ProcessInfo.processInfo.environment["SLURM_JOB_ID"] ?? "",
      takeOver: takeOver)
    defer { lock.release() }
    let journal = try RunSession.openJournal(
      for: sweep, output: output, OpeningOptions(resume: resume))
    journal.lock = lock
    let table = sweep.table
    var unreadable = 0
    for file in files {
      do {
        let counts = try file.merge(into: journal, table)
        standardError("\(file.path): \(Self.text(counts))")
        if let point = counts.differing.first {
          standardError(
            "warning: \(file.path): \(Show.count(counts.differing.count)) points have other values "
              + "than in the shards before, point \(point) for one; the first stay")
        }
      } catch let error as StoreError where error.kind == .damaged || error.kind == .cannotRead {
        // One file that is lost must not keep the others from being used.
        standardError("warning: \(error.description); it is left out")
        unreadable += 1
      }
    }
    for line in Provenance.mixtures(of: journal.runs) { standardError("warning: \(line)") }
    let known = sweep.path == self.sweep ? sweep.path : journal.runs.last?["sweep_file"]
    let run = try journal.beginRun(Provenance.factsOfMerge(of: sweep, sweepFile: known))
    try journal.note(Provenance.end(), run: run)
    try journal.commit()
    let written = try ResultFile.write(table, from: journal, to: output)
    let pending = (0..<sweep.plan.count).filter { journal.status(of: $0) == .pending }
    let runs = journal.runs
    try journal.remove()
    return report(written, pending: pending, runs, sweep)
  }

  private static func text(_ counts: MergeCounts) -> String {
    var text = "\(Show.points(counts.added))"
    if counts.improved > 0 { text += ", \(Show.count(counts.improved)) better than before" }
    if counts.repeated > 0 { text += ", \(Show.count(counts.repeated)) known already" }
    return text
  }

  private func report(
    _ written: ResultFile.Summary, pending: [Int], _ runs: [RunFacts], _ sweep: SweepFile
  ) -> ExitStatus {
    let count = sweep.plan.count
    let notOK = written.counts.reduce(0) {
      [.ok, .pending].contains($1.key) ? $0 : $0 + $1.value
    }
    var line = "\(output): \(Show.count(count - pending.count)) of \(Show.points(count))"
    if notOK > 0 { line += ", \(Show.count(notOK)) not ok (see inspect --failed)" }
    standardError(line)
    guard !pending.isEmpty else { return notOK == 0 ? .ok : .someNotOK }
    standardError(
      "missing: \(Show.points(pending.count)): "
        + PointSelection(pending).text(atMost: 20))
    let dealt = Set(runs.compactMap { $0["shard"].flatMap { Shard($0) }?.count })
    if let shardCount = dealt.first, dealt.count == 1 {
      let shards = sweep.deal(into: shardCount).shards
      let missing = Set(pending.map { Int(shards[$0]) }).sorted()
      standardError(
        "they belong to the shards "
          + missing.prefix(50).map { "\($0)/\(shardCount)" }.joined(separator: ", ")
          + (missing.count > 50 ? ", …" : ""))
    }
    let command = ResumeCommand(sweep, runs: runs, output: output)
    standardError("to compute what is missing:\n  \(command.text("--resume"))")
    return .stoppedEarly
  }
}
