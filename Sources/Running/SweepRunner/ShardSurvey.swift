internal import Foundation
internal import Paths
internal import SweepJobs
internal import SweepRecords
internal import SweepRuntime
internal import SweepSpec
internal import SweepStore

/// What there is of a sweep's shards, and what is left to do.
public struct ShardSurvey {
  /// What became of a shard.
  enum State: String, CaseIterable, Encodable {
    /// All of its points have a result.
    case complete
    /// Somebody works on it.
    case running
    /// It waits in Slurm's queue.
    case waiting
    /// A run of it ended before it was complete.
    case stopped
    /// There is nothing of it.
    case missing
    /// Its file is there, and cannot be read.
    case unreadable
  }

  /// One shard.
  struct Part {
    let shard: Shard
    /// Its results file, or what that will be called.
    let path: String
    let state: State
    let progress: RunProgress
    /// The points that ended otherwise than ok, by status.
    let notOK: [PointStatus: Int]
    /// Who works on it, or on what it waits; empty where nobody does.
    let remark: String
    /// Whether a run of it whose job has ended left its lock.
    let isLocked: Bool
    fileprivate(set) var runs: [RunFacts] = []
  }

  /// The folder.
  let folder: String
  let sweep: SweepFile
  /// The shards, in order.
  let parts: [Part]
  /// Files that are damaged or belong to another plan, and why.
  let problems: [String]
  /// What `submit` noted of the array; nil where the shards were made otherwise.
  let submitted: SubmittedShards?

  /// The folder of the jobs that `submit` wrote.
  private let jobsFolder: String

  /// Looks at a folder of shards, or at the folder of jobs that holds it.
  ///
  /// - Parameters:
  ///   - name: the folder.
  ///   - checksData: whether the data of every results file is compared with its checksum.
  ///
  /// **Throws**: `Failure` where there is no shard of a sweep.
  public init(folder name: String, checksData: Bool) throws {
    var name = name.count > 1 && name.hasSuffix("/") ? String(name.dropLast()) : name
    if [".", ".."].contains(URL(filePath: name).lastPathComponent) {
      // Its own name tells whether submit made it.
      name = PathName.absolute(name)
      if name.count > 1, name.hasSuffix("/") { name.removeLast() }
    }
    let isOfJobs = SubmittedShards.read(in: name) != nil
    let folder = isOfJobs ? "\(name)/shards" : name
    try self.init(
      ShardFile.members(of: folder).map { ShardFile(path: $0) }, in: folder, sweep: nil,
      checksData: checksData)
  }

  /// Looks at some files of shards; those that are missing would lie in the folder.
  ///
  /// - Parameter sweep: the sweep that they belong to; nil for that of the first.
  ///
  /// **Throws**: `Failure` where none is a shard of a sweep.
  init(
    _ files: [ShardFile], in folder: String, sweep known: SweepFile?, checksData: Bool
  ) throws {
    self.folder = folder
    let parent = PathName.folder(of: folder)
    jobsFolder = parent
    submitted =
      URL(filePath: folder).lastPathComponent == "shards" ? SubmittedShards.read(in: parent) : nil
    let sweep = try known ?? Self.sweep(of: files, submitted, folder)
    self.sweep = sweep
    var problems: [String] = []
    var found: [(file: ShardFile, contents: ShardFile.Contents)] = []
    var unreadable: Set<String> = []
    for file in files {
      var problem: String?
      do throws(StoreError) {
        let contents = try file.contents()
        problem = file.mismatch(contents, with: sweep)
        if problem == nil, checksData { try file.checkData(sweep) }
        if problem == nil { found.append((file, contents)) }
      } catch {
        problem = error.description
      }
      guard let problem else { continue }
      problems.append(problem)
      unreadable.insert(file.path)
    }
    self.problems = problems
    let dealt = found.compactMap { Shard(of: $0.contents.runs)?.count }
    let counts = Dictionary(dealt.map { ($0, 1) }, uniquingKeysWith: +)
    let usual = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
    guard let count = submitted?.count ?? usual else {
      throw Failure(
        .badInput,
        (problems + ["\(folder): holds no shard of a sweep, expected files of run --shard"])
          .joined(separator: "\n"))
    }
    parts = Self.parts(found, of: count, in: folder, sweep, unreadable, jobs: parent, submitted)
  }

  private static func sweep(
    of files: [ShardFile], _ submitted: SubmittedShards?, _ folder: String
  ) throws -> SweepFile {
    for file in files {
      if let sweep = try file.sweep() { return sweep }
    }
    if let submitted {
      return try SweepFile(path: submitted.sweep, bytes: SweepFile.bytes(at: submitted.sweep))
    }
    let problems = files.compactMap { $0.problem()?.description }
    throw Failure(
      .badInput,
      (problems + [
        "\(folder): nothing in it holds the text of a sweep, expected results files of shards"
      ]).joined(separator: "\n"))
  }

  private static func parts(
    _ found: [(file: ShardFile, contents: ShardFile.Contents)], of count: Int, in folder: String,
    _ sweep: SweepFile, _ unreadable: Set<String>, jobs: String, _ submitted: SubmittedShards?
  ) -> [Part] {
    // Shards of another number may hold some of the points as well.
    var statuses = [PointStatus](repeating: .pending, count: sweep.plan.count)
    for (_, contents) in found {
      for (point, status) in contents.statuses.enumerated()
      where status == .ok || statuses[point] == .pending {
        statuses[point] = status
      }
    }
    var points = [[Int]](repeating: [], count: count)
    for (point, shard) in sweep.deal(into: count).shards.enumerated() {
      points[Int(shard)].append(point)
    }
    var own: [Int: (file: ShardFile, contents: ShardFile.Contents)] = [:]
    for item in found {
      guard let shard = Shard(of: item.contents.runs), shard.count == count else { continue }
      own[shard.index] = item
    }
    let isShort = own.contains { index, item in item.file.path == "\(folder)/\(index).h5" }
    let queued = submitted == nil ? [] : SlurmQueue.elements(of: script(in: jobs, isAbsolute: true))
    let paths = (0..<count).map { index in
      own[index]?.file.path
        ?? (isShort ? "\(folder)/\(index).h5" : "\(folder)/\(index)-of-\(count).h5")
    }
    let runs = LiveRun.all(of: paths)
    return (0..<count).map { index in
      let path = paths[index]
      let counted = Dictionary(points[index].map { (statuses[$0], 1) }, uniquingKeysWith: +)
      let progress = RunProgress(
        done: points[index].count - (counted[.pending] ?? 0), total: points[index].count)
      let live = progress.left == 0 ? nil : runs[path]
      let element = queued.last { $0.shard == index }
      var (state, remark) = (State.missing, "")
      if progress.left == 0 {
        state = .complete
      } else if let live, live.mayWrite {
        (state, remark) = (.running, live.name + (live.sight == .alive ? "" : ", as its lock says"))
      } else if let element {
        state = element.hasStarted ? .running : .waiting
        remark = "job \(element.job)"
      } else if unreadable.contains(path) {
        state = .unreadable
      } else if own[index] != nil || live != nil {
        state = .stopped
      }
      guard let shard = Shard(index: index, of: count) else {
        preconditionFailure("there is no shard \(index)/\(count)")
      }
      return Part(
        shard: shard, path: path, state: state, progress: progress,
        notOK: counted.filter { ![.ok, .pending].contains($0.key) }, remark: remark,
        isLocked: live?.sight == .jobEnded, runs: own[index]?.contents.runs ?? [])
    }
  }

  private static func script(in folder: String, isAbsolute: Bool) -> String {
    let path = "\(folder)/shards.sbatch"
    guard isAbsolute else { return path }
    return PathName.absolute(path)
  }

  /// The code that `verify` returns for the folder.
  public var status: ExitStatus {
    if !problems.isEmpty { return .badInput }
    if parts.contains(where: { $0.state != .complete }) { return .stoppedEarly }
    return parts.allSatisfy(\.notOK.isEmpty) ? .ok : .someNotOK
  }

  /// The shards in a state.
  func parts(_ state: State) -> [Part] { parts.filter { $0.state == state } }

  /// The shards that somebody has to start.
  var startable: [Part] { parts.filter { [.stopped, .missing].contains($0.state) } }

  /// Whether the script of the array is still there.
  private var hasArrayScript: Bool {
    submitted != nil
      && FileManager.default.fileExists(atPath: Self.script(in: jobsFolder, isAbsolute: false))
  }

  /// The lines that submit what is missing, or compute it; empty where nothing is.
  func startLines(atMost most: Int = 20) -> [String] {
    let wanted = startable
    if let submitted, hasArrayScript {
      return [false, true].flatMap { isLocked in
        ArrayCall.calls(
          for: wanted.filter { $0.isLocked == isLocked }.map(\.shard.index),
          maximumArraySize: submitted.maximumArraySize
        ).map {
          $0.text(
            script: Self.script(in: jobsFolder, isAbsolute: false),
            maximumRunning: submitted.maximumRunning, arguments: isLocked ? ["--take-over"] : [])
        }
      }
    }
    guard !wanted.isEmpty else { return [] }
    let runs = parts.compactMap(\.runs.last)
    let source = parts.first { FileManager.default.fileExists(atPath: $0.path) }?.path
    let command = ResumeCommand(sweep, runs: runs, output: source ?? wanted[0].path)
    let lines = wanted.prefix(most).map { part in
      command.text("--resume" + (part.isLocked ? " --take-over" : ""), part.shard, part.path)
    }
    return lines + (wanted.count > most ? ["… and \(wanted.count - most) more"] : [])
  }

  /// The line that merges when all is done, or before.
  func mergeLine(to output: String?) -> String {
    let script = "\(jobsFolder)/merge.sbatch"
    if submitted != nil, FileManager.default.fileExists(atPath: script) {
      return startable.isEmpty || !hasArrayScript
        ? "sbatch \(shellQuoted(script))"
        : "sbatch --dependency=afterany:JOB \(shellQuoted(script))"
    }
    let file = output ?? "OUT.h5"
    let resume = FileManager.default.fileExists(atPath: file) ? " --resume" : ""
    return "framesweep merge \(shellQuoted(folder)) -o \(shellQuoted(file))\(resume)"
  }
}
