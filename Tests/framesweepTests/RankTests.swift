import Foundation
import TestSupport
import Testing

/// Ranks that are lost, late, wrapped or of another version, in real jobs.
@Suite(
  "Ranks of a job",
  .enabled(if: MPILauncher.installed?.isOpenMPI == true, Comment(rawValue: MPILauncher.missing)))
struct RankTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String
  let launcher: MPILauncher

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    launcher = try #require(MPILauncher.installed)
    try folder.write(FaultTests.sweep, to: "sweep.yaml")
  }

  private func arguments(_ sweep: String) -> [String] {
    ["run", folder.path(sweep), "-o", folder.path("out.h5")]
  }

  @Test("A run that lost a rank and cannot write its results file ends") func lostAndFull() throws {
    // Points whose predicted cost is no more than a batch's least would all go to one rank.
    try folder.write(
      FaultTests.sweep.replacing("draws: 2", with: "draws: 400"), to: "sweep.yaml")
    // A folder that has the name of the unfinished file stands in for a disk that is full.
    try FileManager.default.createDirectory(
      atPath: folder.path("out.h5.partial"), withIntermediateDirectories: true)
    let result = try launcher.run(
      program, arguments("sweep.yaml"), ranks: 3, options: ["--enable-recovery"],
      environment: ["FRAMESWEEP_FAULT": "*=slow:0.2,*=kill@1"])
    #expect(!result.isTimedOut)
    #expect(result.errorOutput.contains("rank 1 ended"), "\(result.errorOutput)")
    #expect(result.errorOutput.contains("out.h5.partial: removing it"), "\(result.errorOutput)")
    // What was computed is in the journal.
    try FileManager.default.removeItem(atPath: folder.path("out.h5.partial"))
    let resumed = try framesweep("run", "sweep.yaml", "-o", "out.h5", "--resume")
    #expect(resumed.status == 0, "\(resumed.errorOutput)")
    #expect(resumed.errorOutput.contains("are done already"))
  }

  @Test("A rank that cannot derive the plan ends the job with its host's name") func older() throws
  {
    // A program that knows this key by another name stands in for an older one.
    let older = folder.path("older")
    let copy = try RunningProcess(
      "/bin/sh",
      ["-c", "LC_ALL=C sed s/inference_sweeps/inference_sweepz/g '\(program)' >'\(older)'"]
    ).wait()
    #expect(copy.isSuccess)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: older)
    try folder.write(
      FaultTests.sweep.replacing(
        "architecture: {", with: "architecture: {inference_sweeps: 1, "),
      to: "newer.yaml")
    #expect(try framesweep("plan", "newer.yaml").status == 0)
    let arguments = arguments("newer.yaml")
    let result = try launcher.run(
      program, arguments + [":", "-n", "1", older] + arguments, ranks: 1)
    #expect(!result.isTimedOut)
    #expect(result.status == 65)
    let host = ProcessInfo.processInfo.hostName
    #expect(
      result.errorOutput.contains("host \(host): \(folder.path("newer.yaml")):3:"),
      "\(result.errorOutput)")
    #expect(result.errorOutput.contains("inference_sweeps"), "\(result.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.journal")))
  }

  @Test("Ranks that run inside other programs may take their time to start") func slowStart() throws
  {
    let words = arguments("sweep.yaml").map { "'\($0)'" }
    // Rank 0 waits for the text of the sweep as it would for large inputs.
    let result = try launcher.run(
      "/bin/bash",
      [
        "-c",
        "(sleep 11; cat \(words[1])) | '\(program)' run - \(words[2...].joined(separator: " ")); exit $?",
      ],
      ranks: 2)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(!result.errorOutput.contains("a rank ended"))
  }

  @Test("Ranks end by themselves where the launcher dies while the job starts") func launcherDies()
    throws
  {
    let words = arguments("sweep.yaml").map { "'\($0)'" }
    // Rank 0 never gets the text of the sweep.
    let line = """
      echo $$; trap '' PIPE; exec 3<>'\(folder.path("hold"))'
      '\(program)' run - \(words[2...].joined(separator: " ")) <&3
      echo end >>'\(folder.path("ends"))'
      """
    #expect(unsafe mkfifo(folder.path("hold"), 0o600) == 0)
    let process = try launcher.start("/bin/bash", ["-c", line], ranks: 2)
    func lines(_ text: String) -> Int { text.split(separator: "\n").count }
    for _ in 0..<400 where lines(process.outputSoFar) < 2 { Thread.sleep(forTimeInterval: 0.05) }
    // Time for both to see the launcher's list, and to wait for each other.
    Thread.sleep(forTimeInterval: 5)
    process.signal(SIGKILL)
    _ = process.wait()
    var ends = 0
    for _ in 0..<600 where ends < 2 {
      Thread.sleep(forTimeInterval: 0.05)
      ends = lines((try? String(contentsOfFile: folder.path("ends"), encoding: .utf8)) ?? "")
    }
    #expect(ends == 2)
  }

  @Test("Ranks inside other programs end where one of them dies while the job starts")
  func deathAtStart() throws {
    let words = arguments("sweep.yaml").map { "'\($0)'" }.joined(separator: " ")
    let result = try launcher.run(
      "/bin/bash",
      [
        "-c",
        "if [ $OMPI_COMM_WORLD_RANK = 1 ]; then sleep 2; kill -9 $$; fi; '\(program)' \(words); exit $?",
      ],
      ranks: 2, options: ["--enable-recovery"])
    #expect(!result.isTimedOut)
    #expect(
      result.errorOutput.contains("a rank ended while the job started"), "\(result.errorOutput)")
  }
}
