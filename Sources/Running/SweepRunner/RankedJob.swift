internal import Foundation
internal import Processes
internal import SweepMPI
public import SweepRuntime
internal import SweepStore

/// The ranks of a job, which were all asked for the same.
public struct RankedJob {
  /// This rank and what it can tell the others.
  public let ranks: any RankGroup
  /// Watches the other processes while the job starts; nil if they cannot end without this one.
  let watch: StartWatch?
  /// The processes of all ranks.
  let processes: [ProcessIdentity]
  /// What the last bits of each rank's results can depend on; on rank 0 only.
  let machines: [[String: String]]

  /// Joins the MPI job that this process was launched in; nil if it stands alone.
  ///
  /// Collective: all ranks compare what they were asked, and none continues if that differs.
  ///
  /// **Throws**: `Failure` on every rank if they were asked for different things, with the text on
  /// rank 0, and if a launcher of another MPI started this process.
  public static func join(_ request: @autoclosure () -> StartRequest) throws -> RankedJob? {
    if MPIWorld.launchRank != nil, let problem = WorkerRoom.whatRankLacks {
      // The library would crash, and every rank may have limits of its own.
      say("host \(ProcessInfo.processInfo.hostName): \(problem)")
      endProcess(.internalError)
    }
    let watch: StartWatch
    do { watch = try StartWatch() } catch { throw Failure(.internalError, error.description) }
    let world: MPIWorld
    do {
      guard let joined = try MPIWorld.joinIfLaunched() else {
        watch.end()
        return nil
      }
      world = joined
    } catch let error as WrongLauncher {
      watch.end()
      throw Failure(.usage, "\(error.description); \(Self.advice)")
    }
    watch.hear()
    do {
      return try RankedJob(meeting: world, watch, request())
    } catch let failure as Failure {
      throw failure
    } catch {
      say("\(error)")
      world.abort(code: ExitStatus.internalError.rawValue)
    }
  }

  /// Meets the other ranks of a job that is known already.
  ///
  /// Collective.
  ///
  /// **Throws**: `Failure` on every rank if they were asked for different things, with the text on
  /// rank 0.
  public init(meeting ranks: any RankGroup, _ request: StartRequest) throws {
    try self.init(meeting: ranks, nil, request)
  }

  private init(meeting ranks: any RankGroup, _ watch: StartWatch?, _ request: StartRequest) throws {
    let requests = try ranks.gather(request.text)?.map { StartRequest(text: $0) }
    watch?.hear()
    let disagreement = requests.flatMap { StartDisagreement($0) }
    let processes = requests?.map { $0?.process ?? "" }
    let shared = try ranks.share(disagreement == nil ? processes : nil)
    watch?.hear()
    guard let shared else {
      // A launcher may end all ranks as soon as one has ended with a code.
      if let disagreement { say(Self.text(disagreement)) }
      watch?.end()
      try ranks.leave()
      throw Failure(.usage, "")
    }
    self.ranks = ranks
    self.watch = watch
    self.processes = shared.map { ProcessIdentity(text: $0) }
    machines = requests?.map { $0?.machine ?? [:] } ?? []
  }

  /// Gives every rank the bytes of rank 0; nil everywhere if rank 0 has none.
  ///
  /// Collective.
  func share(_ bytes: [UInt8]?) throws -> [UInt8]? {
    defer { watch?.hear() }
    return try ranks.share(bytes)
  }

  /// The texts of all ranks, on every rank; no text may hold a NUL.
  ///
  /// Collective.
  public func exchange(_ text: String) throws -> [String] {
    defer { watch?.hear() }
    return try ranks.share(try ranks.gather(text)) ?? []
  }

  /// Leaves the job in good order; collective.
  public func leave() throws {
    watch?.end()
    try ranks.leave()
  }

  private static let advice =
    "to compute sweeps or shards side by side, start each as a job of its own (framesweep submit "
    + "--shards makes an array; srun -n 1 or mpirun for each); to share one sweep among all ranks, ask "
    + "all of them for the same, without --shard"

  /// The most groups of ranks that are shown.
  private static let shownGroups = 8

  private static func text(_ disagreement: StartDisagreement) -> String {
    let requests = disagreement.groups.compactMap(\.request)
    let differsInFolder = Set(requests.map(\.folder)).count > 1
    let differsInHost = Set(requests.map(\.host)).count > 1
    let differsInVersion = Set(requests.map(\.version)).count > 1
    var lines = [
      "the ranks of this job were asked for different things "
        + "(\(disagreement.names.joined(separator: ", "))), expected the same of all; nothing is done:"
    ]
    for group in disagreement.groups.prefix(shownGroups) {
      let ranks = PointSelection(group.ranks).text(atMost: 20)
      var line = "  \(group.ranks.count == 1 ? "rank" : "ranks") \(ranks)"
      if let request = group.request {
        if differsInHost { line += " on \(request.host)" }
        line += ": framesweep \(request.arguments)"
        if differsInFolder { line += " in \(request.folder)" }
        if differsInVersion { line += " with version \(request.version)" }
        if !request.problem.isEmpty { line += ": \(request.problem)" }
      } else {
        line += ": another version of framesweep"
      }
      lines.append(line)
    }
    let more = disagreement.groups.count - shownGroups
    if more > 0 { lines.append("  and \(Show.count(more)) more") }
    return (lines + [advice]).joined(separator: "\n")
  }
}
