import Foundation
import SweepJobs
import SweepRunner

/// Writes scripts and gives them to `sbatch`.
struct Submitter {
  private let submission: Submission
  private let shardFolder: String
  private let note: SubmittedShards?

  /// - Parameters:
  ///   - submission: the scripts and the calls.
  ///   - shardFolder: the folder of the shards' results files.
  ///   - note: what is noted of an array beside its scripts.
  init(_ submission: Submission, shardFolder: String, note: SubmittedShards?) {
    self.submission = submission
    self.shardFolder = shardFolder
    self.note = note
  }

  /// Submits all jobs, and returns their ids in the order of the steps.
  ///
  /// **Throws**: `Failure` with what `sbatch` said where it failed, and the jobs that wait by then.
  func submit() throws -> [String] {
    try writeScripts()
    var jobs: [String] = []
    for index in submission.steps.indices {
      let command = submission.command(of: index, jobs: jobs)
      jobs.append(try sbatch(command, after: jobs))
    }
    return jobs
  }

  private func writeScripts() throws {
    do {
      let files = FileManager.default
      try files.createDirectory(atPath: shardFolder, withIntermediateDirectories: true)
      for script in submission.scripts {
        try Data(script.text.utf8).write(to: URL(filePath: "\(submission.folder)/\(script.name)"))
      }
      try note?.encoded().write(
        to: URL(filePath: "\(submission.folder)/\(SubmittedShards.fileName)"))
    } catch {
      throw Failure(
        .cannotWrite, "\(submission.folder): the scripts cannot be written: \(error)")
    }
  }

  private func sbatch(_ command: [String], after jobs: [String]) throws -> String {
    let text = command.map(shellQuoted).joined(separator: " ")
    let waiting =
      jobs.isEmpty
      ? "; nothing was submitted"
      : "; submitted before were \(jobs.joined(separator: " ")), which scancel takes back"
    let said: String
    let complaint: String
    let end: ChildProcess.End
    do throws(ChildProcess.StartFailure) {
      (end, said, complaint) = try ChildProcess.capture(
        command,
        environment: SubmissionEnvironment.forNewJob(ProcessInfo.processInfo.environment))
    } catch {
      throw Failure(.internalError, "\(text): cannot be started: \(error.reason)\(waiting)")
    }
    guard end == .exited(code: 0) else {
      let how =
        switch end {
        case .exited(let code): "exit code \(code)"
        case .crashed(let signal), .stopped(let signal): "signal \(signal)"
        }
      let hint =
        end == .exited(code: 127) ? " (sbatch is a command of Slurm: is this a login node?)" : ""
      throw Failure(.badInput, "\(text): failed with \(how)\(hint)\(waiting)\n\(complaint)")
    }
    guard let job = Submission.jobID(in: said) else {
      throw Failure(
        .badInput,
        "\(text): returned no job id but '\(said.trimmingCharacters(in: .newlines))'\(waiting)\n"
          + complaint)
    }
    // A warning, such as that of a job that will wait long.
    if !complaint.isEmpty { standardError(complaint) }
    return job
  }
}
