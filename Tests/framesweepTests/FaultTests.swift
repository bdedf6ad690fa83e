import Foundation
import TestSupport
import Testing

/// Makes everything go wrong that can, in real runs of the program.
@Suite("Faults") struct FaultTests: ProgramTests {
  static let sweep = """
    format: 1
    name: faults
    architecture: {input: {channels: 9, size: 1}, stage_depth: 2}
    grid:
      family: [chain, dense]
      width: {range: [4, 13], step: 1}
    weights: {init: he, draws: 2}
    measure: {frame: {statistics: true}}
    """

  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(Self.sweep, to: "sweep.yaml")
  }

  private func sweepStatus(_ file: String) throws -> Int32 { try framesweep("verify", file).status }

  @Test("Bad points cost one point each, and can be tried again") func badPoints() throws {
    let result = try framesweep(
      "run", "sweep.yaml", "-o", "out.h5", "--point-timeout", "1s", "--workers", "2",
      fault: "1=throw,3=nan,5=slow,6=hang,8=demand")
    #expect(result.status == 3, "\(result.errorOutput)")
    let memory = try framesweep(
      "run", "sweep.yaml", "-o", "out.h5", "--retry", "failed", "--memory-limit", "0.3GiB",
      "--workers", "2", fault: "1=allocate")
    #expect(memory.status == 3, "\(memory.errorOutput)")
    let failed = try framesweep("inspect", "out.h5", "--failed").output.split(separator: "\n")
    let words = failed.map { $0.split(separator: "\t").prefix(2).joined(separator: " ") }
    #expect(
      words == ["1 out_of_memory", "3 nonfinite", "5 timeout", "6 timeout", "8 out_of_memory"])
    #expect(failed[4].contains("asks for buffers of"))
    #expect(failed[3].contains("left alone"))
    #expect(try sweepStatus("out.h5") == 3)
    let again = try framesweep("run", "sweep.yaml", "-o", "out.h5", "--retry", "all")
    #expect(again.status == 0, "\(again.errorOutput)")
    #expect(try framesweep("run", "sweep.yaml", "-o", "whole.h5").status == 0)
    #expect(try checksum("out.h5") == checksum("whole.h5"))
  }

  @Test("Too many failures end a run; the rest is skipped and can be computed") func failures()
    throws
  {
    let result = try framesweep(
      "run", "sweep.yaml", "-o", "out.h5", "--max-failures", "2", "--workers", "1",
      fault: "*=slow:0.05,*=throw")
    #expect(result.status == 3, "\(result.errorOutput)")
    // Points at hand are finished, so that how many are skipped depends on the moment.
    let verified = try framesweep("verify", "out.h5").output.split(separator: "\n")
    let counts = ["failed", "skipped"].map { name in
      verified.first { $0.hasPrefix("\(name): ") }?.split(separator: " ")[1] ?? "none"
    }
    #expect(result.errorOutput.contains("out.h5: \(counts[0]) points, \(counts[0]) not ok"))
    #expect(result.errorOutput.contains("\(counts[1]) points skipped; --retry skipped"))
    #expect(try framesweep("run", "sweep.yaml", "-o", "out.h5", "--retry", "all").status == 0)
  }

  @Test("Runs end in time for --walltime and for the job's own end") func timeLeft() throws {
    let wall = try framesweep(
      "run", "sweep.yaml", "-o", "wall.h5", "--walltime", "2s", "--workers", "1",
      fault: "*=slow:0.2")
    #expect(wall.status == 75, "\(wall.errorOutput)")
    #expect(try sweepStatus("wall.h5") == 75)
    // A scheduler that says that the job ends in two seconds, once in its environment, once if asked.
    let end = Date(timeIntervalSinceNow: 2)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
    try folder.write("#!/bin/sh\necho \(formatter.string(from: end))\n", to: "squeue")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.path("squeue"))
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for environment in [
      ["SLURM_JOB_END_TIME": "\(Int(end.timeIntervalSince1970))"],
      ["SLURM_JOB_END_TIME": nil, "PATH": "\(folder.path):\(path)"],
    ] {
      var environment: [String: String?] = environment
      environment["SLURM_JOB_ID"] = "1"
      environment["FRAMESWEEP_FAULT"] = "*=slow:0.5"
      let job = try RunningProcess(
        program, ["run", "sweep.yaml", "-o", "job.h5", "--workers", "1", "--resume"],
        environment: environment, directory: folder.url
      ).wait()
      #expect(job.status == 75, "\(job.errorOutput)")
      #expect(job.errorOutput.contains("stopped early (the time"))
    }
    #expect(try framesweep("run", "sweep.yaml", "-o", "job.h5", "--walltime", "5").status == 64)
  }

  @Test("TERM does not wait for long points, and leaves a whole file") func terminated() throws {
    let process = try RunningProcess(
      program, ["run", "sweep.yaml", "-o", "out.h5"],
      environment: ["FRAMESWEEP_FAULT": "0=slow:600,1=slow:600"], directory: folder.url)
    let journal = folder.path("out.h5.journal")
    while process.isRunning, !FileManager.default.fileExists(atPath: journal) {
      Thread.sleep(forTimeInterval: 0.01)
    }
    process.signal(SIGTERM)
    let result = process.wait()
    #expect(result.status == 75, "\(result.errorOutput)")
    #expect(try sweepStatus("out.h5") == 75)
    #expect(try framesweep("run", "sweep.yaml", "-o", "out.h5", "--resume").status == 0)
    #expect(try sweepStatus("out.h5") == 0)
  }

  @Test("USR1 and USR2 end a run behind the points at hand", arguments: [SIGUSR1, SIGUSR2])
  func warned(signal: Int32) throws {
    let process = try RunningProcess(
      program, ["run", "sweep.yaml", "-o", "out.h5", "--workers", "1"],
      environment: ["FRAMESWEEP_FAULT": "*=slow:0.5"], directory: folder.url)
    let before = try waitForRecords(of: "out.h5", while: process)
    process.signal(signal)
    let result = process.wait()
    #expect(result.status == 75, "\(result.errorOutput)")
    let name = signal == SIGUSR1 ? "USR1" : "USR2"
    #expect(result.errorOutput.contains("stopped early (signal \(name))"))
    // The file is written whole, with what was done before and the points at hand.
    let done =
      try framesweep("inspect", "out.h5", "--csv", "--where", "status=ok")
      .output.split(separator: "\n").count - 1
    #expect(before > 0 && done >= before && done < 20, "\(done) points, \(before) before")
    #expect(try sweepStatus("out.h5") == 75)
    #expect(try framesweep("run", "sweep.yaml", "-o", "out.h5", "--resume").status == 0)
    #expect(try framesweep("run", "sweep.yaml", "-o", "whole.h5").status == 0)
    #expect(try checksum("out.h5") == checksum("whole.h5"))
  }

  @Test("While there is only a journal, inspect and verify name it and say what goes on")
  func onlyJournal() throws {
    let process = try RunningProcess(
      program, ["run", "sweep.yaml", "-o", "out.h5", "--workers", "1"],
      environment: ["FRAMESWEEP_FAULT": "3=slow:600"], directory: folder.url)
    let journal = folder.path("out.h5.journal")
    #expect(try waitForRecords(of: "out.h5", while: process) > 0)
    for command in ["inspect", "verify"] {
      let result = try framesweep(command, "out.h5")
      #expect(result.status == 75)
      let words = result.output
      #expect(words.hasPrefix("out.h5: is not written yet; out.h5.journal holds "), "\(words)")
      #expect(words.contains("\nrunning: process \(process.identifier) on "), "\(words)")
      #expect(words.contains(" done, "), "\(words)")
      #expect(!words.contains("--resume"), "\(words)")
    }
    #expect(try framesweep("inspect", "out.h5.journal").output.contains(" to now\n"))
    process.signal(SIGKILL)
    _ = process.wait()
    #expect(FileManager.default.fileExists(atPath: journal))
    let stopped = try framesweep("inspect", "out.h5", "--failed")
    #expect(stopped.status == 75)
    #expect(stopped.errorOutput.contains("\n  framesweep run sweep.yaml -o out.h5 --resume"))
    let verified = try framesweep("verify", "out.h5")
    #expect(verified.status == 75)
    #expect(verified.output.contains("\n  framesweep run sweep.yaml -o out.h5 --resume"))
    let text = try framesweep("verify", "out.h5", "--json").output
    let facts = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(facts["complete"] as? Bool == false && facts["exit_code"] as? Int == 75)
    #expect(facts["resume_command"] as? String == "framesweep run sweep.yaml -o out.h5 --resume")
    // Without the sweep file there is no such command, and the reason is said.
    try FileManager.default.moveItem(
      atPath: folder.path("sweep.yaml"), toPath: folder.path("moved.yaml"))
    let lost = try framesweep("verify", "out.h5")
    #expect(lost.status == 75)
    #expect(lost.output.contains("add --resume to the command that started it"), "\(lost.output)")
  }

  @Test("A results file can be read at every moment of a run") func refresh() throws {
    let process = try RunningProcess(
      program, ["run", "sweep.yaml", "-o", "out.h5", "--refresh", "0.02s", "--workers", "1"],
      environment: ["FRAMESWEEP_FAULT": "*=slow:0.1"], directory: folder.url)
    var seen: Set<Int32> = []
    while FileManager.default.fileExists(atPath: folder.path("out.h5.lock")) || seen.isEmpty {
      if FileManager.default.fileExists(atPath: folder.path("out.h5")) {
        seen.insert(try sweepStatus("out.h5"))
      }
    }
    #expect(process.wait().status == 0)
    #expect(seen.isSubset(of: [0, 75]) && seen.contains(75))
    #expect(try sweepStatus("out.h5") == 0)
  }

  @Test("A point that ends every job is put last after three of them") func poison() throws {
    for _ in 1...3 {
      let killed = try framesweep(
        "run", "sweep.yaml", "-o", "out.h5", "--resume", "--workers", "1", fault: "9=kill")
      #expect(killed.isKilledBySignal)
    }
    // At the fourth end nothing else is under way, so that at the fifth all others are done.
    for _ in 4...5 {
      let last = try framesweep(
        "run", "sweep.yaml", "-o", "out.h5", "--resume", "--workers", "1", fault: "9=kill")
      #expect(last.errorOutput.contains("these come last"))
    }
    let journal = try framesweep("inspect", "out.h5.journal", "--points")
    #expect(journal.output.split(separator: "\n").count == 19)
    let rest = try framesweep("run", "sweep.yaml", "-o", "out.h5", "--resume")
    #expect(rest.status == 0, "\(rest.errorOutput)")
  }

  @Test("A disk that fills up ends the run with an error, and nothing is lost") func fullDisk()
    throws
  {
    try folder.write(
      Self.sweep.replacing("[4, 13]", with: "[4, 103]"), to: "long.yaml")
    for blocks in [1, 8, 24, 80] {
      // A limit on the size of files stands in for a disk that is full.
      let result = try RunningProcess(
        "/bin/sh",
        [
          "-c", "ulimit -f \(blocks); exec \(program) run long.yaml -o out.h5 --resume --workers 1",
        ],
        environment: ["FRAMESWEEP_FAULT": "*=slow:0.002"], directory: folder.url
      ).wait()
      #expect(result.status == 73, "\(blocks) blocks: \(result.errorOutput)")
      #expect(result.errorOutput.contains("out.h5"))
      #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.lock")))
    }
    let result = try framesweep("run", "long.yaml", "-o", "out.h5", "--resume")
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.errorOutput.contains("are done already"))
    #expect(try sweepStatus("out.h5") == 0)
    #expect(try framesweep("run", "sweep.yaml", "-o", "/proc/out.h5").status == 73)
  }

  @Test(
    "Ranks that end cost one point; the others finish the sweep",
    .enabled(if: MPILauncher.installed?.isOpenMPI == true, Comment(rawValue: MPILauncher.missing)))
  func lostRanks() throws {
    let launcher = try #require(MPILauncher.installed)
    let result = try launcher.run(
      program, ["run", folder.path("sweep.yaml"), "-o", folder.path("out.h5")], ranks: 4,
      options: ["--enable-recovery"], environment: ["FRAMESWEEP_FAULT": "*=slow:0.02,13=kill"])
    #expect(!result.isTimedOut)
    // The first to have the point may be rank 0, whose end is that of the job.
    for _ in 0..<4 where try sweepStatus("out.h5") == 75 {
      _ = try launcher.run(
        program, ["run", folder.path("sweep.yaml"), "-o", folder.path("out.h5"), "--resume"],
        ranks: 4, options: ["--enable-recovery"],
        environment: ["FRAMESWEEP_FAULT": "*=slow:0.02,13=kill"])
    }
    #expect(try sweepStatus("out.h5") == 3, "\(result.errorOutput)")
    let failed = try framesweep("inspect", "out.h5", "--failed").output
    #expect(failed.hasPrefix("13\tlost\t2 ranks ended while they computed it"))
    #expect(failed.split(separator: "\n").count == 1)
    let retry = try framesweep("run", "sweep.yaml", "-o", "out.h5", "--retry", "lost")
    #expect(retry.status == 0, "\(retry.errorOutput)")
    #expect(try framesweep("run", "sweep.yaml", "-o", "whole.h5").status == 0)
    #expect(try checksum("out.h5") == checksum("whole.h5"))
  }

  @Test(
    "Ranks whose coordinator ended do not wait for ever",
    .enabled(if: MPILauncher.installed?.isOpenMPI == true, Comment(rawValue: MPILauncher.missing)))
  func lostCoordinator() throws {
    let launcher = try #require(MPILauncher.installed)
    let result = try launcher.run(
      program, ["run", folder.path("sweep.yaml"), "-o", folder.path("out.h5")], ranks: 3,
      options: ["--enable-recovery"], environment: ["FRAMESWEEP_FAULT": "*=slow:0.2,*=kill@0"])
    #expect(!result.isTimedOut)
    #expect(result.errorOutput.contains("resume with the same command and --resume"))
    #expect(try sweepStatus("out.h5") == 75)
    #expect(try framesweep("run", "sweep.yaml", "-o", "out.h5", "--resume").status == 0)
  }
}
