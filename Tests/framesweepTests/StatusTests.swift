import Foundation
import TestSupport
import Testing

/// What `status` and `watch` show of runs that are complete, running and stopped.
@Suite("Status") struct StatusTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(ShardCommandTests.sweep, to: "dealt.yaml")
  }

  private func status(_ path: String) throws -> [String: Any] {
    let result = try framesweep("status", path, "--json")
    #expect(result.status == 0, "\(result.errorOutput)")
    let facts = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(facts as? [String: Any])
  }

  @Test("A complete file has all points, a rate and core-hours, and watching it ends at once")
  func complete() throws {
    #expect(try framesweep("run", "dealt.yaml", "-o", "out.h5", "--workers", "2").status == 0)
    let facts = try status("out.h5")
    #expect(facts["state"] as? String == "complete")
    #expect(facts["points"] as? Int == 24 && facts["done"] as? Int == 24)
    #expect(facts["ok"] as? Int == 24 && facts["not_ok"] as? Int == 0)
    #expect(facts["pending"] as? Int == 0 && facts["work_share"] as? Double == 1)
    #expect(facts["workers"] as? Int == 2)
    #expect(facts["statuses"] as? [String: Int] == ["ok": 24])
    let rate = try #require(facts["points_per_hour"] as? Double)
    #expect(rate > 0)
    #expect(try #require(facts["core_hours"] as? Double) > 0)
    #expect(facts["seconds_left"] == nil && facts["run"] == nil)
    let ranks = try #require(facts["ranks"] as? [[String: Any]])
    #expect(ranks.compactMap { $0["done"] as? Int }.reduce(0, +) == 24)
    let text = try framesweep("status", "out.h5").output
    #expect(
      text.hasPrefix("out.h5 (dealt): complete\ndone        24 of 24 points, 100 % of the work"))
    let watched = try framesweep("watch", "out.h5")
    #expect(watched.status == 0 && watched.output.hasPrefix("out.h5 (dealt): complete\n"))
  }

  @Test("Points that are not ok are counted by status, and watching ends with code 3")
  func notOK() throws {
    #expect(try framesweep("run", "dealt.yaml", "-o", "out.h5", fault: "3=throw").status == 3)
    let facts = try status("out.h5")
    #expect(facts["not_ok"] as? Int == 1)
    #expect(facts["statuses"] as? [String: Int] == ["ok": 23, "failed": 1])
    #expect(try framesweep("status", "out.h5").output.contains("not ok      1 failed\n"))
    #expect(try framesweep("watch", "out.h5").status == 3)
  }

  @Test("A running sweep is watched until it ends, from its journal alone") func running() throws {
    let process = try RunningProcess(
      program, ["run", "dealt.yaml", "-o", "out.h5", "--workers", "2"],
      environment: ["FRAMESWEEP_FAULT": "20=slow:600", "SLURM_JOB_ID": nil], directory: folder.url)
    _ = try waitForRecords(of: "out.h5", while: process)
    let facts = try status("out.h5.journal")
    #expect(facts["state"] as? String == "running")
    #expect((facts["run"] as? [String: Any])?["process"] as? Int == Int(process.identifier))
    #expect(facts["points"] as? Int == 24)
    let done = try #require(facts["done"] as? Int)
    #expect(done > 0 && facts["pending"] as? Int == 24 - done)
    #expect(try #require(facts["work_share"] as? Double) < 1)
    // One worker has the point that takes long, and perhaps others behind it.
    #expect(try #require(facts["in_progress"] as? Int) >= 1)
    #expect(try framesweep("status", "out.h5").output.contains(" of them in progress\n"))
    let watcher = try RunningProcess(
      program, ["watch", "out.h5", "--interval", "1s"], environment: [:], directory: folder.url)
    process.signal(SIGTERM)
    #expect(process.wait().status == 75)
    let watched = watcher.wait()
    #expect(watched.status == 75, "\(watched.errorOutput)")
    let lines = watched.output.split(separator: "\n")
    #expect(lines.contains("out.h5 (dealt): stopped"), "\(watched.output)")
    #expect(try status("out.h5")["state"] as? String == "stopped")
  }

  @Test("A folder of shards is the sum of its shards") func shards() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("shards"), withIntermediateDirectories: true)
    for index in [0, 2] {
      let result = try framesweep(
        "run", "dealt.yaml", "--shard", "\(index)/3", "-o", "shards/\(index)-of-3.h5")
      #expect(result.status == 0, "\(result.errorOutput)")
    }
    let facts = try status("shards")
    let shards = try #require(facts["shards"] as? [[String: Any]])
    #expect(shards.map { $0["state"] as? String } == ["complete", "missing", "complete"])
    #expect(shards.compactMap { $0["points"] as? Int }.reduce(0, +) == 24)
    let done = shards.compactMap { $0["done"] as? Int }.reduce(0, +)
    #expect(facts["done"] as? Int == done && facts["pending"] as? Int == 24 - done)
    #expect(facts["state"] as? String == "stopped")
    // The status of a shard counts its own points only.
    let one = try status("shards/0-of-3.h5")
    #expect(one["state"] as? String == "complete")
    #expect(one["points"] as? Int == shards[0]["points"] as? Int)
    let text = try framesweep("status", "shards").output
    #expect(text.contains("shards (dealt): stopped"), "\(text)")
    #expect(try framesweep("watch", "shards").status == 75)
    // The folder may have the name of one that submit makes.
    try FileManager.default.moveItem(
      atPath: folder.path("shards"), toPath: folder.path("dealt.jobs"))
    let renamed = try status("dealt.jobs")
    #expect((renamed["shards"] as? [Any])?.count == 3)
  }

  @Test("A name without a sweep is wrong input") func nothing() throws {
    for command in ["status", "watch"] {
      #expect(try framesweep(command, "nowhere.h5").status == 65)
      #expect(try framesweep(command, ".").status == 65)
    }
  }
}
