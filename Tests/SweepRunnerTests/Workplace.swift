import Foundation
import Processes
import SweepRecords
import SweepRuntime
import SweepStore
import Synchronization
import TestSupport
import Testing

@testable import SweepRunner

/// Runs, merges and verifies in this process, in a folder of its own, and keeps what is said.
final class Workplace: Sendable {
  /// How something ended, and what was said.
  struct Outcome: Sendable {
    var status: SweepRunner.ExitStatus
    var words: String
    var leavesThreads = false
  }

  let folder: TemporaryDirectory

  init(_ files: [String: String] = [:]) throws {
    folder = try TemporaryDirectory()
    for (name, text) in files { try folder.write(text, to: name) }
  }

  func path(_ name: String) -> String { folder.path(name) }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

  /// Runs a sweep on threads of this process.
  func run(
    _ sweep: String, _ output: String, workers: Int = 2,
    _ change: (inout RunRequest) -> Void = { _ in }
  ) throws -> Outcome {
    try run(sweep, output, workers: workers, stop: { nil }, change)
  }

  /// Runs a sweep on threads of this process until something asks it to end.
  func run(
    _ sweep: String, _ output: String, workers: Int, stop: @escaping @Sendable () -> StopRequest?,
    _ change: (inout RunRequest) -> Void
  ) throws -> Outcome {
    var request = RunRequest(sweep: path(sweep), output: path(output))
    change(&request)
    return try listening(stop) {
      try SweepRun(request, in: World(of: nil, workers: workers)).run()
    }
  }

  /// Runs a sweep on the ranks of a job, each on a thread of its own.
  ///
  /// - Parameter change: makes the request of a rank from the one that all have.
  ///
  /// **Returns**: how each rank ended.
  func run(
    _ sweep: String, _ output: String, ranks: Int,
    _ change: @escaping @Sendable (_ rank: Int, inout RunRequest) -> Void = { _, _ in }
  ) throws -> [Outcome] {
    try run(sweep, output, ranks: ranks, terms: { _ in [] }, change)
  }

  /// The same for ranks that say what they were asked for.
  func run(
    _ sweep: String, _ output: String, ranks: Int,
    terms: @escaping @Sendable (_ rank: Int) -> [StartRequest.Term],
    _ change: @escaping @Sendable (_ rank: Int, inout RunRequest) -> Void
  ) throws -> [Outcome] {
    let job = EmbeddedRanks(ranks)
    let ends = Guarded<[Int: Result<Outcome, any Error>]>([:])
    for rank in 0..<ranks {
      try NativeThread.start("rank \(rank)", stackBytes: 8 << 20) { [self] in
        let end = Result {
          try listening {
            var request = RunRequest(sweep: path(sweep), output: path(output))
            change(rank, &request)
            let joined = try RankedJob(
              meeting: job.member(rank),
              .ofThisProcess(command: "run", arguments: "rank \(rank)", terms: terms(rank)))
            defer { try? joined.leave() }
            return try SweepRun(request, in: World(of: joined, workers: nil)).run()
          }
        }
        ends.change { $0[rank] = end }
      }
    }
    let all = ends.wait { $0.count == ranks ? $0 : nil }
    return try (0..<ranks).compactMap { try all[$0]?.get() }
  }

  /// Joins shards.
  func merge(
    _ shards: [String], _ output: String, _ change: (inout Merge) -> Void = { _ in }
  ) throws -> Outcome {
    var merge = Merge(shards.map(path), into: path(output))
    change(&merge)
    return try listening { RunEnd(status: try merge.run()) }
  }

  /// Verifies a file or a folder; what is found counts as what is said.
  func verify(_ name: String) throws -> Outcome {
    let found = Mutex("")
    var outcome = try listening {
      let verification = try Verification(of: path(name))
      found.withLock { $0 = verification.text + "\n" }
      return RunEnd(status: verification.status)
    }
    outcome.words = found.withLock { $0 } + outcome.words
    return outcome
  }

  /// The checksum of a results file's table.
  func checksum(_ name: String) throws -> String { try ResultReader.open(path(name)).dataSHA256 }

  /// The status of every point of a results file.
  func statuses(_ name: String) throws -> [String] {
    try ResultReader.open(path(name)).statuses().map(\.name)
  }

  /// Whether the journal beside an output holds the record of a point.
  func hasRecord(beside output: String) -> Bool {
    let name = Journal.path(besides: path(output))
    return Journal.exists(at: name) && ((try? Journal.read(at: name).recordedCount) ?? 0) > 0
  }

  private func listening(
    _ stop: @escaping @Sendable () -> StopRequest? = { nil }, _ body: () throws -> RunEnd
  ) throws -> Outcome {
    let words = Log()
    var surroundings = Surroundings()
    surroundings.write = words.write
    surroundings.stopRequest = stop
    surroundings.commandLine = ["framesweep", "run"]
    return try Surroundings.$current.withValue(surroundings) {
      do {
        let end = try body()
        return Outcome(status: end.status, words: words.text, leavesThreads: end.leavesThreads)
      } catch let failure as Failure {
        return Outcome(status: failure.code, words: words.text + failure.message)
      }
    }
  }
}

/// Keeps what is written.
private final class Log: Sendable {
  private let words = Mutex("")

  var text: String { words.withLock { $0 } }

  @Sendable func write(_ text: String) { words.withLock { $0 += text } }
}
