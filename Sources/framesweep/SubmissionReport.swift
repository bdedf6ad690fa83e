import SweepJobs
import SweepRunner
import SweepSpec

/// The Slurm jobs of a sweep, for other programs.
struct SubmissionReport: Encodable {
  struct Script: Encodable {
    let name: String
    let text: String
  }

  /// One call of `sbatch`.
  struct Step: Encodable {
    let summary: String
    /// The words of the call; JOB1 stands for the number of the first job.
    let command: [String]
    /// The number of the job; nil if it was not submitted.
    let job: String?
  }

  let sweep: String
  let points: Int
  let site: String
  /// The predicted core time of all points; searches for minima may end sooner.
  let coreSeconds: Double
  /// The ranks of the MPI job; nil for an array.
  let ranks: Int?
  /// The shards of the array, and the cores of each; nil for an MPI job.
  let shards: Int?
  let coresPerShard: Int?
  /// The cores past which the longest point is the limit.
  let usefulCores: Int
  let memoryBytesPerCore: Double
  /// The wall time that each job asks for, and what is predicted.
  let wallSeconds: Double
  let predictedWallSeconds: Double
  let results: String
  let folder: String
  let scripts: [Script]
  let steps: [Step]
  /// Whether the jobs were submitted.
  let submitted: Bool

  /// - Parameter jobs: the numbers of the submitted jobs; nil if nothing was submitted.
  init(
    _ sweep: SweepFile, _ forecast: JobForecast, _ request: JobRequest, _ submission: Submission,
    _ site: SiteProfile, jobs: [String]?
  ) {
    self.sweep = sweep.spec.name
    points = sweep.plan.count
    self.site = site.name
    coreSeconds = forecast.totalSeconds
    switch request.shape {
    case .ranks(let count): (ranks, shards, coresPerShard) = (count, nil, nil)
    case .shards(let count, let cores): (ranks, shards, coresPerShard) = (nil, count, cores)
    }
    usefulCores = forecast.usefulCores
    memoryBytesPerCore = request.memoryBytesPerCore
    wallSeconds = request.wallSeconds
    predictedWallSeconds = forecast.spanSeconds
    results = request.output
    folder = submission.folder
    scripts = submission.scripts.map { Script(name: $0.name, text: $0.text) }
    let names = jobs ?? submission.steps.indices.map { "JOB\($0 + 1)" }
    steps = submission.steps.indices.map { index in
      Step(
        summary: submission.steps[index].summary,
        command: submission.command(of: index, jobs: names), job: jobs?[index])
    }
    submitted = jobs != nil
  }
}
