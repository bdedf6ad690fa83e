internal import Foundation

/// When the scheduler ends this job.
enum JobEnd {
  /// The seconds until then; nil without a job, or where nobody says.
  ///
  /// Slurm tells newer versions' jobs in their environment, others have to ask once.
  static func secondsLeft() -> Double? {
    let environment = ProcessInfo.processInfo.environment
    let now = Date().timeIntervalSince1970
    if let text = environment["SLURM_JOB_END_TIME"], let end = Double(text) { return end - now }
    guard let job = environment["SLURM_JOB_ID"],
      let answer = SlurmQueue.ask(["-h", "-j", job, "-o", "%e"])
    else { return nil }
    return end(squeue: answer.output).map { $0 - now }
  }

  /// The end of a job in seconds since 1970, as `squeue -o %e` writes it in local time.
  static func end(squeue text: String) -> Double? {
    let numbers = text.split { "-T: \n".contains($0) }.map { Int($0) }
    guard numbers.count == 6, let year = numbers[0], year >= 1970, !numbers.contains(nil) else {
      return nil
    }
    let components = DateComponents(
      year: year, month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4],
      second: numbers[5])
    return Calendar(identifier: .gregorian).date(from: components)?.timeIntervalSince1970
  }
}
