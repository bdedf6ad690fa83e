import Foundation
import SweepJobs
import TestSupport
import Testing

/// Runs the scripts with programs of the tests in place of Slurm's and framesweep itself.
@Suite("Job scripts in a shell") struct ScriptBehaviourTests {
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
    // Notes how it was called. `run` lasts until USR1 comes, where the test says so.
    try program(
      "framesweep",
      """
      echo "framesweep $*" >>"$NOTES"
      case $1 in
        run)
          if [[ ${LASTS:-} == no ]]; then exit 75; fi
          if [[ ${LASTS:-} == yes ]]; then
            trap 'exit 75' USR1
            touch "$NOTES.started"
            for ((i = 0; i < 600; i++)); do sleep 0.05; done
          elif [[ ${LASTS:-} == stubbornly ]]; then
            trap '' USR1
            touch "$NOTES.started"
            for ((i = 0; i < 200; i++)); do sleep 0.05; done
          fi ;;
        verify) exit "${VERIFIED:-0}" ;;
      esac
      """)
    try program("mpirun", #"echo "mpirun $1 $2" >>"$NOTES"; shift 2; exec "$@""#)
    try program("scontrol", #"echo "scontrol $*" >>"$NOTES"; kill -TERM "$PPID""#)
  }

  private func program(_ name: String, _ text: String) throws {
    let path = try folder.write("#!/usr/bin/env bash\n\(text)\n", to: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func start(
    _ script: JobScript, _ arguments: [String] = [], _ variables: [String: String] = [:]
  ) throws -> RunningProcess {
    let path = try folder.write(script.text, to: script.name)
    var environment: [String: String?] = [
      "PATH": "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")",
      "NOTES": folder.path("notes"), "SLURM_JOB_ID": "4711",
    ]
    for (name, value) in variables { environment[name] = value }
    return try RunningProcess("/bin/bash", [path] + arguments, environment: environment)
  }

  private var notes: [String] {
    let text = (try? String(contentsOfFile: folder.path("notes"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }

  private func ranks(notice: Double = 120, requeues: Int = 20) -> JobScript {
    let profile = JobScriptTests.profile {
      $0.noticeSeconds = notice
      $0.maximumRequeues = requeues
    }
    return JobScript.ranks(2, JobScriptTests.request(.ranks(2)), at: profile)
  }

  private static let run = "framesweep run /data/a sweep.yaml -o /data/out.h5 --resume"
  private static let verify = "framesweep verify /data/out.h5"

  @Test("A job that finishes is verified, and returns what verify says", arguments: [0, 3, 75])
  func finishes(code: Int) throws {
    let result = try start(ranks(), [], ["VERIFIED": "\(code)"]).wait()
    #expect(result.status == code, "\(result.errorOutput)")
    #expect(notes == ["mpirun -n 2", Self.run, Self.verify])
  }

  @Test("A job that is told to end passes it on, and is queued again where points are left")
  func requeues() throws {
    let process = try start(ranks(), [], ["LASTS": "yes", "VERIFIED": "75"])
    try awaitStart()
    process.signal(SIGUSR1)
    let result = process.wait()
    // The scontrol of this test ends the script, as Slurm does.
    #expect(result.isKilledBySignal && !result.isTimedOut, "\(result.errorOutput)")
    #expect(notes == ["mpirun -n 2", Self.run, Self.verify, "scontrol requeue 4711"])
  }

  @Test("A job that ends by itself before its wall time is queued again") func endsByItself() throws
  {
    let result = try start(ranks(), [], ["LASTS": "no", "VERIFIED": "75"]).wait()
    #expect(result.isKilledBySignal, "\(result.errorOutput)")
    #expect(notes == ["mpirun -n 2", Self.run, Self.verify, "scontrol requeue 4711"])
  }

  @Test("A job that has finished when it is told to end is not queued again")
  func doesNotRequeue() throws {
    let process = try start(ranks(), [], ["LASTS": "yes", "VERIFIED": "0"])
    try awaitStart()
    process.signal(SIGUSR1)
    let result = process.wait()
    #expect(result.status == 0 && !result.isKilledBySignal, "\(result.errorOutput)")
    #expect(notes == ["mpirun -n 2", Self.run, Self.verify])
  }

  @Test("A job whose point outlasts the notice is queued again without it")
  func stubborn() throws {
    let process = try start(ranks(notice: 21), [], ["LASTS": "stubbornly"])
    try awaitStart()
    process.signal(SIGUSR1)
    let result = process.wait()
    #expect(result.isKilledBySignal && !result.isTimedOut, "\(result.errorOutput)")
    #expect(notes == ["mpirun -n 2", Self.run, "scontrol requeue 4711"])
  }

  @Test("A job is not queued again without end") func limit() throws {
    let process = try start(
      ranks(requeues: 3), [],
      ["LASTS": "yes", "VERIFIED": "75", "SLURM_RESTART_COUNT": "3"])
    try awaitStart()
    process.signal(SIGUSR1)
    let result = process.wait()
    #expect(result.status == 75, "\(result.errorOutput)")
    #expect(notes == ["mpirun -n 2", Self.run + " --take-over", Self.verify])
    #expect(result.errorOutput.contains("start 4"))
  }

  @Test("An element adds its number to the first shard of its piece") func element() throws {
    let script = JobScript.shards(
      2_000, cores: 2, JobScriptTests.request(.shards(2_000, cores: 2)),
      at: JobScriptTests.profile())
    let result = try start(script, ["1001"], ["SLURM_ARRAY_TASK_ID": "6"]).wait()
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(
      notes == [
        "framesweep run /data/a sweep.yaml --shard 1007/2000 -o "
          + "/data/out.jobs/shards/1007-of-2000.h5 --workers 2 --resume",
        "framesweep verify /data/out.jobs/shards/1007-of-2000.h5",
      ])
    let alone = try start(script, ["1001"]).wait()
    #expect(alone.status != 0)
    #expect(alone.errorOutput.contains("expected a job array"))
  }

  @Test("The merge takes the folder of the shards") func merge() throws {
    let script = JobScript.merge(
      JobScriptTests.request(.shards(4, cores: 1)), at: JobScriptTests.profile())
    #expect(try start(script).wait().status == 0)
    #expect(
      notes == [
        "framesweep merge /data/out.jobs/shards -o /data/out.h5 --sweep /data/a sweep.yaml --resume"
      ])
  }

  private func awaitStart() throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while !FileManager.default.fileExists(atPath: folder.path("notes.started")) {
      try #require(ContinuousClock.now < deadline, "the program did not start")
      Thread.sleep(forTimeInterval: 0.02)
    }
  }
}
