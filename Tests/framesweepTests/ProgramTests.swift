import Foundation
import TestSupport
import Testing

/// Tests that run the program in a folder of their own, as a user would.
protocol ProgramTests {
  var folder: TemporaryDirectory { get }
  var program: String { get }
}

extension ProgramTests {
  /// Runs the program to its end, with a fault from `FRAMESWEEP_FAULT` and outside of any job.
  func framesweep(
    _ arguments: String..., fault: String = "", environment changes: [String: String?] = [:]
  ) throws -> ProcessResult {
    try framesweep(arguments, fault: fault, environment: changes)
  }

  /// The same with the arguments in a list.
  func framesweep(
    _ arguments: [String], fault: String = "", environment changes: [String: String?] = [:]
  ) throws -> ProcessResult {
    var environment = changes
    environment["FRAMESWEEP_FAULT"] = .some(fault)
    for name in ["SLURM_JOB_ID", "SLURM_JOB_END_TIME"] where changes[name] == nil {
      environment[name] = .some(nil)
    }
    return try RunningProcess(
      program, arguments, environment: environment, directory: folder.url
    ).wait()
  }

  /// Waits until a run's journal holds the record of a point, and returns how many it holds.
  ///
  /// It returns as well if the run ends, which a run whose points a fault holds never does.
  func waitForRecords(of output: String, while process: RunningProcess) throws -> Int {
    while true {
      let isRunning = process.isRunning
      let points = try framesweep("inspect", output + ".journal", "--points")
      let count = points.status == 0 ? points.output.split(separator: "\n").count : 0
      if count > 0 || !isRunning { return count }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// The line of `inspect` that starts with a word.
  func inspected(_ word: String, _ file: String) throws -> Substring {
    let result = try framesweep("inspect", file)
    #expect(result.status == 0, "\(result.errorOutput)")
    return try #require(result.output.split(separator: "\n").first { $0.hasPrefix(word) })
  }

  /// The checksum of a file's root group, as `inspect` shows it.
  func checksum(_ file: String) throws -> Substring { try inspected("data checksum", file) }
}
