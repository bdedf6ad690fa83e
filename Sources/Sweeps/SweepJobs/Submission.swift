/// What is given to `sbatch`, in order.
public struct Submission: Sendable {
  /// One call of `sbatch`.
  public struct Step: Hashable, Sendable {
    /// What it starts, in words.
    public let summary: String
    /// The script's name in the folder of the jobs.
    public let script: String
    /// The elements of the array, as in `0-99%10`; nil for a job that is no array.
    public let array: String?
    /// The steps whose jobs must have ended, well or not, before this one may start.
    public let after: [Int]
    /// The arguments of the script.
    public let arguments: [String]
  }

  /// The folder of the scripts.
  public let folder: String
  /// The scripts.
  public let scripts: [JobScript]
  /// The calls of `sbatch`.
  public let steps: [Step]

  /// Prepares the jobs of a request.
  ///
  /// An array that is longer than the site allows comes in pieces. Where the number of running
  /// elements is limited, a piece waits for the one before it, so that the limit holds for all.
  ///
  /// - Precondition: the profile has a scheduler.
  public init(_ request: JobRequest, at profile: SiteProfile) {
    guard let scheduler = profile.scheduler else {
      preconditionFailure("the profile \(profile.name) has no scheduler to submit to")
    }
    folder = request.folder
    switch request.shape {
    case .ranks(let count):
      scripts = [.ranks(count, request, at: profile)]
      steps = [
        Step(
          summary: "\(count) MPI ranks", script: scripts[0].name, array: nil, after: [],
          arguments: [])
      ]
    case .shards(let count, let cores):
      scripts = [
        .shards(count, cores: cores, request, at: profile), .merge(request, at: profile),
      ]
      let limit = scheduler.maximumRunning
      var steps: [Step] = []
      for first in stride(from: 0, to: count, by: scheduler.maximumArraySize) {
        let last = min(first + scheduler.maximumArraySize, count) - 1
        steps.append(
          Step(
            summary: "shards \(first) to \(last)", script: scripts[0].name,
            array: "0-\(last - first)" + (limit.map { "%\($0)" } ?? ""),
            after: limit == nil || steps.isEmpty ? [] : [steps.count - 1],
            arguments: ["\(first)"]))
      }
      steps.append(
        Step(
          summary: "the merge, after all of them", script: scripts[1].name, array: nil,
          after: Array(steps.indices), arguments: []))
      self.steps = steps
    }
  }

  /// The words of a step's call, `sbatch` first.
  ///
  /// - Parameters:
  ///   - step: the step's number.
  ///   - jobs: the job ids of the steps before it, or words that stand for them.
  public func command(of step: Int, jobs: [String]) -> [String] {
    let call = steps[step]
    var words = ["sbatch", "--parsable"]
    if let array = call.array { words.append("--array=\(array)") }
    if !call.after.isEmpty {
      // One element that failed must not keep the others from being merged: not afterok.
      words.append("--dependency=afterany:" + call.after.map { jobs[$0] }.joined(separator: ":"))
    }
    return words + ["\(folder)/\(call.script)"] + call.arguments
  }

  /// The job id in what `sbatch --parsable` prints, `id` or `id;cluster`; nil where there is none.
  public static func jobID(in output: String) -> String? {
    guard let line = output.split(whereSeparator: \.isNewline).last else { return nil }
    let id = line.split(separator: ";").first.map(String.init) ?? ""
    return !id.isEmpty && id.utf8.allSatisfy { (48...57).contains($0) } ? id : nil
  }
}
