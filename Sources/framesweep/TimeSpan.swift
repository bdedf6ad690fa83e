import ArgumentParser
import Foundation

/// A duration on the command line: 90s, 15m, 48h, 7d, 12:00:00 or 2-00:00:00.
struct TimeSpan: ExpressibleByArgument, Equatable {
  let seconds: Double

  init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    let text = argument.filter { $0 != " " }
    let seconds = text.contains(":") ? Self.clock(text) : Self.withUnit(text)
    guard let seconds, seconds.isFinite, seconds >= 0 else { return nil }
    self.seconds = seconds
  }

  private static func withUnit(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let last = text.last, let unit = units[last], let number = Double(text.dropLast()),
      text.first?.isNumber == true
    else { return nil }
    return number * unit
  }

  /// Hours, minutes and seconds, behind days as schedulers write them.
  private static func clock(_ text: String) -> Double? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, let last = halves.last else { return nil }
    let fields = last.split(separator: ":", omittingEmptySubsequences: false).map { UInt($0) }
    let days = halves.count == 2 ? UInt(halves[0]) : 0
    guard (halves.count == 2 ? 2...3 : 3...3).contains(fields.count), let days,
      !fields.contains(nil)
    else { return nil }
    var seconds = Double(days)
    for (field, base) in zip(fields + (fields.count == 2 ? [0] : []), [24.0, 60, 60]) {
      seconds = seconds * base + Double(field ?? 0)
    }
    return seconds
  }

  var defaultValueDescription: String { Show.duration(seconds) }
}

/// When the scheduler ends this job.
enum JobEnd {
  /// The seconds until then; nil without a job, or where nobody says.
  ///
  /// Slurm tells newer versions' jobs in their environment, others have to ask once.
  static func secondsLeft() -> Double? {
    let environment = ProcessInfo.processInfo.environment
    let now = Date().timeIntervalSince1970
    if let text = environment["SLURM_JOB_END_TIME"], let end = Double(text) { return end - now }
    guard let job = environment["SLURM_JOB_ID"], let answer = ask(job) else { return nil }
    return end(squeue: answer).map { $0 - now }
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

  /// What `squeue` answers within ten seconds.
  private static func ask(_ job: String) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["squeue", "-h", "-j", job, "-o", "%e"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let deadline = ContinuousClock.now + .seconds(10)
    while process.isRunning, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.01) }
    guard !process.isRunning else {
      process.terminate()
      return nil
    }
    let data = try? pipe.fileHandleForReading.readToEnd()
    return data.map { String(decoding: $0, as: UTF8.self) }
  }
}
