internal import Foundation
internal import Paths
internal import SweepJobs
internal import SweepStore

extension MergedShards {
  /// What to do about runs that still work on files of a merge, a line each; nil if none does.
  ///
  /// Somebody who resumes the merged file instead computes the points of these runs a second time.
  ///
  /// - Parameters:
  ///   - names: the files and folders that were merged, as a person names them.
  ///   - output: the merged file.
  static func adviceWhileRunning(of names: [String], to output: String) -> [String]? {
    guard let files = try? ShardFile.find(names, except: output) else { return nil }
    let live = LiveRun.all(of: files.map(\.path)).values.filter(\.mayWrite)
      .sorted { $0.output < $1.output }
    guard !live.isEmpty else { return nil }
    let lines = live.map { run in
      "\(run.output): \(run.text(RunProgress(of: run.output) ?? RunProgress(done: 0, total: nil)))"
    }
    let words = (names + ["-o", output]).map(shellQuoted).joined(separator: " ")
    return lines + [
      "to merge when all of them have ended:\n  framesweep merge \(words) --resume"
    ]
  }

  /// The same of a merged file that tells what it was made of.
  static func adviceWhileRunning(_ runs: [RunFacts], to output: String) -> [String]? {
    guard let names = runs.last?["merged_from"] else { return nil }
    return adviceWhileRunning(
      of: names.split(separator: "\n").map { PathName.fromHere(String($0)) }, to: output)
  }
}
