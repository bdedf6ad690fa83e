import Foundation
import TestSupport
import Testing

/// What `inspect`, `verify` and `merge` say of shards that are complete, running, stopped and missing.
@Suite("A folder of shards") struct ShardSurveyTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"))
    try folder.write(ShardCommandTests.sweep, to: "dealt.yaml")
    try makeFolder("shards")
  }

  private func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path(name), withIntermediateDirectories: true)
  }

  private func shard(_ index: Int, of count: Int, in name: String = "shards") throws {
    let result = try framesweep(
      "run", "dealt.yaml", "--shard", "\(index)/\(count)", "-o", "\(name)/\(index)-of-\(count).h5")
    #expect(result.status == 0, "\(result.errorOutput)")
  }

  /// Starts a shard whose points take an hour, and returns once it holds its output.
  private func slowShard(_ index: Int, of count: Int, in name: String = "shards") throws
    -> RunningProcess
  {
    let output = "\(name)/\(index)-of-\(count).h5"
    let process = try RunningProcess(
      program, ["run", "dealt.yaml", "--shard", "\(index)/\(count)", "-o", output],
      environment: ["FRAMESWEEP_FAULT": "*=slow", "SLURM_JOB_ID": nil, "SLURM_JOB_END_TIME": nil],
      directory: folder.url)
    let journal = folder.path("\(output).journal")
    let deadline = ContinuousClock.now + .seconds(600)
    while ((try? FileManager.default.attributesOfItem(atPath: journal)[.size]) as? Int ?? 0) < 200 {
      try #require(ContinuousClock.now < deadline, "the shard did not start")
      Thread.sleep(forTimeInterval: 0.01)
    }
    return process
  }

  /// Puts a program of that name first in the search path that it returns.
  private func imitate(_ name: String, _ script: String) throws -> [String: String?] {
    try makeFolder("bin")
    let path = try folder.write("#!/bin/sh\n" + script, to: "bin/\(name)")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return ["PATH": "\(folder.path("bin")):\(search)"]
  }

  /// Writes what `submit` notes of an array.
  private func noteSubmission(of count: Int, maximumArraySize: Int = 1_001) throws {
    try makeFolder("all.jobs/shards")
    try folder.write(
      """
      {"sweep": "\(folder.path("dealt.yaml"))", "output": "\(folder.path("all.h5"))",
       "count": \(count), "maximumArraySize": \(maximumArraySize), "maximumRunning": 2}
      """, to: "all.jobs/shards.json")
    for name in ["shards", "merge"] { try folder.write("", to: "all.jobs/\(name).sbatch") }
  }

  @Test("Shards are told apart by what became of them, and what is missing has its commands")
  func states() throws {
    try shard(0, of: 4)
    let running = try slowShard(2, of: 4)
    let killed = try slowShard(3, of: 4)
    killed.signal(SIGKILL)
    _ = killed.wait()
    for command in ["verify", "inspect"] {
      let result = try framesweep(command, "shards")
      #expect(result.status == (command == "verify" ? 75 : 0), "\(result.errorOutput)")
      let lines = result.output.split(separator: "\n").map(String.init)
      #expect(lines.contains("complete    1 shard: 0"), "\(result.output)")
      #expect(lines.contains("running     1 shard: 2"), "\(result.output)")
      #expect(lines.contains("stopped     1 shard: 3"), "\(result.output)")
      #expect(lines.contains("missing     1 shard: 1"), "\(result.output)")
      #expect(result.output.contains("2: process \(running.identifier) on "), "\(result.output)")
      let commands = lines.filter { $0.contains("framesweep run") }
      #expect(
        commands == [
          "  framesweep run dealt.yaml --shard 1/4 -o shards/1-of-4.h5 --resume",
          "  framesweep run dealt.yaml --shard 3/4 -o shards/3-of-4.h5 --resume",
        ])
    }
    // The same of an interim merge, where going on with the whole sweep would compute all again.
    let merged = try framesweep("merge", "shards", "-o", "all.h5")
    #expect(merged.status == 75)
    #expect(merged.errorOutput.contains("shard 2/4 is running: process \(running.identifier)"))
    for text in [merged.errorOutput, try framesweep("verify", "all.h5").output] {
      #expect(text.contains("--shard 1/4 -o shards/1-of-4.h5 --resume"), "\(text)")
      #expect(text.contains("framesweep merge shards -o all.h5 --resume"), "\(text)")
      #expect(!text.contains("-o all.h5 --resume\n  framesweep run"))
      #expect(!text.contains("run dealt.yaml -o all.h5"), "\(text)")
    }
    running.signal(SIGKILL)
    _ = running.wait()
    // The lines do what they say.
    let lines = try framesweep("verify", "shards").output.split(separator: "\n")
      .filter { $0.contains("framesweep ") }
    #expect(lines.count == 4)
    for line in lines {
      let words = line.replacing("OUT.h5", with: "all.h5 --resume").split(separator: " ")
        .dropFirst().map(String.init)
      let result = try framesweep(words)
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    #expect(try framesweep("verify", "shards").status == 0)
    #expect(try framesweep("verify", "all.h5").status == 0)
  }

  @Test("What submit noted gives the line for sbatch, in the pieces that the site allows")
  func submitted() throws {
    try noteSubmission(of: 8, maximumArraySize: 6)
    let absent = try imitate("squeue", "exit 0")
    for index in [0, 1, 4, 5, 6] { try shard(index, of: 8, in: "all.jobs/shards") }
    for name in ["all.jobs", "all.jobs/shards", "all.jobs/"] {
      let result = try framesweep("verify", name, environment: absent)
      #expect(result.status == 75, "\(result.errorOutput)")
      #expect(result.output.contains("missing     3 shards: 2-3,7"), "\(result.output)")
      #expect(result.output.contains("\n  sbatch --array=2-3 all.jobs/shards.sbatch 0\n"))
      #expect(result.output.contains("\n  sbatch --array=1 all.jobs/shards.sbatch 6\n"))
      #expect(result.output.contains("sbatch --dependency=afterany:JOB all.jobs/merge.sbatch"))
    }
    let file = try framesweep("verify", "all.h5", environment: absent)
    #expect(file.status == 75)
    #expect(file.errorOutput.contains("framesweep verify all.jobs"), "\(file.errorOutput)")
    // More than run at a time are throttled as before.
    try FileManager.default.removeItem(atPath: folder.path("all.jobs/shards/0-of-8.h5"))
    let more = try framesweep("inspect", "all.jobs", environment: absent).output
    #expect(more.contains("sbatch --array=0,2-3%2 all.jobs/shards.sbatch 0"), "\(more)")
  }

  @Test("Shards that wait in Slurm's queue are not submitted again") func waiting() throws {
    try noteSubmission(of: 4)
    let script = folder.path("all.jobs/shards.sbatch")
    let queue = try imitate(
      "squeue",
      """
      printf '1|PD|7|\(script) 0\\n2|R|9|\(script) 0\\n0|PD|8|\(script)x 0\\nN/A|PD|8|/bin/true\\n'
      """)
    try shard(0, of: 4, in: "all.jobs/shards")
    let result = try framesweep("verify", "all.jobs", environment: queue)
    #expect(result.status == 75, "\(result.errorOutput)")
    #expect(result.output.contains("waiting     1 shard: 1\n  1: job 7; 0 of"), "\(result.output)")
    #expect(result.output.contains("running     1 shard: 2\n  2: job 9; 0 of"), "\(result.output)")
    #expect(result.output.contains("sbatch --array=3 all.jobs/shards.sbatch 0"))
    let again = try framesweep(
      "submit", "dealt.yaml", "--profile", "generic-slurm", "-o", "all.h5", "--shards", "4",
      environment: queue)
    #expect(again.status == 73, "\(again.errorOutput)")
    #expect(again.errorOutput.contains("the shards 1-2 run or wait already"))
  }

  @Test("A lock of another host is believed unless Slurm has ended its job") func otherHost() throws
  {
    try noteSubmission(of: 4)
    for index in [0, 1, 3] { try shard(index, of: 4, in: "all.jobs/shards") }
    let killed = try slowShard(2, of: 4, in: "all.jobs/shards")
    killed.signal(SIGKILL)
    _ = killed.wait()
    let path = "all.jobs/shards/2-of-4.h5"
    try folder.write("host: far\nprocess: 7\njob: 4711\n", to: "\(path).lock")
    let alive = try imitate("squeue", #"case "$*" in *4711*) echo 4711 RUNNING;; esac"#)
    let seen = try framesweep("verify", "all.jobs", environment: alive)
    #expect(seen.output.contains("2: process 7 on far, job 4711, since "), "\(seen.output)")
    #expect(!seen.output.contains("--array"))
    let one = try framesweep("verify", path, environment: alive)
    #expect(one.status == 75)
    #expect(one.output.contains("running: process 7 on far, job 4711"), "\(one.output)")
    #expect(one.output.contains("remove \(path).lock"))
    #expect(!one.output.contains("--resume"))
    let gone = try imitate(
      "squeue",
      """
      case "$*" in *4711*) echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1;; esac
      """)
    let left = try framesweep("verify", "all.jobs", environment: gone)
    #expect(left.output.contains("stopped     1 shard: 2"), "\(left.output)")
    #expect(
      left.output.contains("sbatch --array=2 all.jobs/shards.sbatch 0 --take-over"),
      "\(left.output)")
  }

  @Test("Files that are damaged or of another plan are named, and the code says so") func problems()
    throws
  {
    for index in 0..<3 { try shard(index, of: 3) }
    try folder.write("nothing", to: "shards/broken.h5")
    let broken = try framesweep("verify", "shards")
    #expect(broken.status == 65)
    #expect(broken.output.contains("complete    3 shards: 0-2"), "\(broken.output)")
    #expect(broken.output.contains("problem: shards/broken.h5: "), "\(broken.output)")
    try FileManager.default.removeItem(atPath: folder.path("shards/broken.h5"))
    try folder.write(
      ShardCommandTests.sweep.replacing("draws: 3", with: "draws: 2"), to: "other.yaml")
    #expect(
      try framesweep("run", "other.yaml", "--shard", "0/3", "-o", "shards/z.h5").status == 0)
    let mixed = try framesweep("verify", "shards")
    #expect(mixed.status == 65)
    #expect(mixed.output.contains("shards/z.h5: belongs to another plan"), "\(mixed.output)")
    try makeFolder("empty")
    #expect(try framesweep("verify", "empty").status == 65)
    #expect(try framesweep("inspect", "shards", "--points").status == 64)
  }

  @Test("Other programs get the states as JSON") func json() throws {
    try shard(1, of: 2)
    struct Survey: Decodable {
      struct Row: Decodable {
        let shard: Int
        let state: String
        let done: Int
        let points: Int
      }
      let shards: [Row]
      let commands: [String]
    }
    let text = try framesweep("inspect", "shards", "--json").output
    let survey = try JSONDecoder().decode(Survey.self, from: Data(text.utf8))
    #expect(survey.shards.map(\.state) == ["missing", "complete"])
    #expect(survey.shards.map(\.points).reduce(0, +) == ShardCommandTests.pointCount)
    #expect(survey.shards[1].done == survey.shards[1].points)
    #expect(survey.commands.count == 1)
  }
}

/// What is said of an output while a run holds it.
@Suite("Live runs") struct LiveRunTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"))
    try folder.write(ShardCommandTests.sweep, to: "dealt.yaml")
  }

  @Test("A run that lives is said to live, with its process, job and progress") func lives() throws
  {
    // The shortest point takes an hour, the others a moment. It is handed out last: no other point
    // waits behind it, however fast the workers are. The second start has a results file from the first.
    let first = try framesweep("run", "dealt.yaml", "-o", "out.h5", "--points", "0-9")
    #expect(first.status == 0, "\(first.errorOutput)")
    let process = try RunningProcess(
      program, ["run", "dealt.yaml", "-o", "out.h5", "--resume"],
      environment: [
        "FRAMESWEEP_FAULT": "12=slow", "SLURM_JOB_ID": "4711", "SLURM_JOB_END_TIME": nil,
      ], directory: folder.url)
    let deadline = ContinuousClock.now + .seconds(600)
    var said = ""
    while !said.contains("23 of 24 points are done, 1 is left") {
      try #require(ContinuousClock.now < deadline, "\(said)")
      let result = try framesweep("verify", "out.h5")
      said = result.output
      #expect(result.status == 75)
    }
    #expect(said.contains("running: process \(process.identifier) on "), "\(said)")
    #expect(said.contains(", job 4711, since 20"), "\(said)")
    #expect(!said.contains("--resume"), "\(said)")
    let summary = try framesweep("inspect", "out.h5").output
    #expect(summary.contains("not complete: a run works on it"), "\(summary)")
    #expect(summary.contains("23 of 24 points are done, 1 is left"), "\(summary)")
    let text = try framesweep("inspect", "out.h5", "--json").output
    let facts = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let running = try #require(facts["running"] as? [String: Any])
    #expect(running["process"] as? Int == Int(process.identifier))
    #expect(running["left"] as? Int == 1)
    let submitted = try framesweep(
      "submit", "dealt.yaml", "--profile", "generic-slurm", "-o", "out.h5")
    #expect(submitted.status == 73)
    #expect(submitted.errorOutput.contains("works on it"), "\(submitted.errorOutput)")
    let merged = try framesweep("merge", "out.h5", "-o", "interim.h5")
    #expect(merged.status == 75)
    let advice = merged.errorOutput
    #expect(advice.contains("out.h5: running: process \(process.identifier) on "), "\(advice)")
    #expect(advice.contains("framesweep merge out.h5 -o interim.h5 --resume"), "\(advice)")
    #expect(!advice.contains("framesweep run"), "\(advice)")
    // Who resumed the merge would compute what the run is at work on.
    let verified = try framesweep("verify", "interim.h5")
    #expect(verified.status == 75)
    #expect(verified.output.contains("framesweep merge out.h5 -o interim.h5 --resume"))
    #expect(!verified.output.contains("framesweep run"), "\(verified.output)")
    process.signal(SIGKILL)
    _ = process.wait()
    let after = try framesweep("verify", "out.h5").output
    #expect(after.contains("framesweep run dealt.yaml -o out.h5 --resume"), "\(after)")
    #expect(!after.contains("running"))
  }
}
