internal import Foundation
internal import SweepJobs
internal import SweepSpec
internal import SweepStore

/// Where the status of a sweep is read again and again; the sweep itself is read once, and its costs are
/// predicted once.
package struct StatusSource {
  private let path: String
  private var sweep: SweepFile?
  private var predicted: [Float]?

  package init(_ path: String) {
    // The journal names the same run.
    self.path = path.hasSuffix(".h5.journal") ? String(path.dropLast(8)) : path
  }

  /// **Throws**: `Failure` if there is nothing of a sweep.
  package mutating func status() throws -> RunStatus {
    if ShardFile.isFolder(path) {
      let output = Self.output(ofJobs: path)
      if SubmittedShards.read(in: path) == nil, let output { return try status(of: output) }
      return RunStatus(try ShardSurvey(folder: path, checksData: false))
    }
    let jobs = JobRequest.folder(of: path)
    if !FileManager.default.fileExists(atPath: path),
      !Journal.exists(at: Journal.path(besides: path)), SubmittedShards.read(in: jobs) != nil
    {
      return RunStatus(try ShardSurvey(folder: jobs, checksData: false))
    }
    return try status(of: path)
  }

  /// The output of the MPI job in a folder that `submit` made; nil if it holds no such job.
  private static func output(ofJobs folder: String) -> String? {
    let name = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    guard name.hasSuffix(".jobs") else { return nil }
    let members = (try? FileManager.default.contentsOfDirectory(atPath: name)) ?? []
    let isOfShards = members.contains { $0 == "shards" || $0.hasSuffix(".h5") }
    return isOfShards ? nil : name.dropLast(5) + ".h5"
  }

  private mutating func status(of output: String) throws -> RunStatus {
    if sweep == nil {
      sweep = try? ShardFile(path: output).sweep()
      predicted = sweep.map { $0.predictedSeconds(of: 0..<Int32($0.plan.count)) }
    }
    do throws(StoreError) {
      return try RunStatus(output: output, sweep, predicted: predicted)
    } catch {
      if let live = LiveRun(of: output), live.mayWrite {
        throw Failure(
          .stoppedEarly, "\(output): \(live.name), begins to work on it; ask again soon")
      }
      throw Failure(error)
    }
  }
}
