internal import Foundation
internal import SweepRecords
internal import SweepRuntime
package import SweepStore

/// A run that holds the lock of an output.
package struct LiveRun {
  /// What this host knows of the process.
  package enum Sight: String {
    /// It runs here.
    case alive
    /// It is of another host, and may run.
    case unseen
    /// It is of another host, and Slurm's queue does not have its job any more.
    case jobEnded = "job_ended"
  }

  /// The output.
  package let output: String
  /// Who holds it.
  package let holder: OutputLock.Holder
  /// What this host knows of it.
  package let sight: Sight

  /// Looks for a run; nil where nobody holds the output.
  package init?(of output: String) { self.init(output, OutputLock.holder(of: output)) }

  private init?(_ output: String, _ holder: OutputLock.Holder?, ended: Set<String>? = nil) {
    guard let holder else { return nil }
    self.output = output
    self.holder = holder
    let job = holder.identity.job
    if holder.isAlive {
      sight = .alive
    } else {
      sight = (ended ?? SlurmQueue.ended(of: [job])).contains(job) ? .jobEnded : .unseen
    }
  }

  /// Looks for the runs of several outputs, and asks Slurm once for all.
  package static func all(of outputs: [String]) -> [String: LiveRun] {
    let held = outputs.compactMap { output in
      OutputLock.holder(of: output).map { (output: output, holder: $0) }
    }
    let unseen = Set(held.lazy.filter { !$0.holder.isAlive }.map(\.holder.identity.job))
    let ended = SlurmQueue.ended(of: unseen)
    return Dictionary(
      held.compactMap { item in
        LiveRun(item.output, item.holder, ended: ended).map { (item.output, $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether it may still write; then nobody else can go on with the output.
  package var mayWrite: Bool { sight != .jobEnded }

  /// Process, host and job, and since when it holds the output.
  package var name: String {
    guard let since = holder.since else { return holder.identity.description }
    let date = Date(timeIntervalSince1970: since)
    let age = max(Date().timeIntervalSince(date), 0)
    return "\(holder.identity.description), since \(date.formatted(.iso8601)) "
      + "(for \(Show.duration(age)))"
  }

  /// Who runs, how far it is, and what to do where that cannot be seen from here.
  package func text(_ progress: RunProgress) -> String {
    switch sight {
    case .alive: "running: \(name); \(progress)"
    case .unseen:
      "running: \(name), as its lock says; \(progress)\nThis host cannot see that process. If it has "
        + "ended without saying so, remove \(OutputLock.path(besides: output))"
    case .jobEnded:
      "not running: \(name), left its lock, and its job has ended; \(progress)"
    }
  }
}

/// How many of the points that a run was asked for have a result.
package struct RunProgress: CustomStringConvertible, Equatable {
  /// The points with a result.
  package let done: Int
  /// All points; nil where they are not known.
  package let total: Int?

  package init(done: Int, total: Int?) {
    self.done = done
    self.total = total
  }

  /// Counts the points that were asked for.
  init(_ asked: AskedPoints?, of count: Int, status: (Int) -> PointStatus) {
    var (done, total) = (0, 0)
    for point in 0..<count where asked?.contains(point) ?? true {
      total += 1
      if status(point) != .pending { done += 1 }
    }
    self.init(done: done, total: total)
  }

  /// The points without a result; nil where they are not known.
  package var left: Int? { total.map { $0 - done } }

  package var description: String {
    guard let total else { return "\(Show.points(done)) \(done == 1 ? "is" : "are") done" }
    let (have, lack) = (total == 1 || done == 1 ? "is" : "are", total - done == 1 ? "is" : "are")
    return "\(Show.count(done)) of \(Show.points(total)) \(have) done, "
      + "\(Show.count(total - done)) \(lack) left"
  }
}

extension RunProgress {
  /// How far the run of an output is, as its journal or its results file has it; nil where neither can
  /// be read.
  package init?(of output: String) {
    let file = ShardFile(path: output)
    guard let contents = try? file.contents() else { return nil }
    guard let shard = Shard(of: contents.runs) else {
      self.init(nil, of: contents.statuses.count) { contents.statuses[$0] }
      return
    }
    guard let sweep = try? file.sweep() else {
      self.init(done: contents.statuses.count { $0 != .pending }, total: nil)
      return
    }
    self.init(
      AskedPoints(sweep, shard: shard, selection: nil), of: contents.statuses.count
    ) { contents.statuses[$0] }
  }
}
