import Foundation
import TestSupport
import Testing

/// What commands print with `--json`: the documented keys, numbers as numbers, lists as lists.
@Suite("JSON") struct JSONTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(ShardCommandTests.sweep, to: "dealt.yaml")
  }

  private func json(_ arguments: String..., status: Int32 = 0, fault: String = "") throws -> Any {
    let result = try framesweep(arguments + ["--json"], fault: fault)
    #expect(result.status == status, "\(result.errorOutput)")
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8))
  }

  @Test("A plan has ranges of seconds, and its points are a list") func plan() throws {
    let facts = try #require(try json("plan", "dealt.yaml") as? [String: Any])
    #expect(facts["points"] as? Int == 24 && facts["sweep"] as? String == "dealt")
    let time = try #require(facts["cpu_seconds"] as? [String: Double])
    let (low, high) = (try #require(time["low"]), try #require(time["high"]))
    #expect(0 < low && low < high)
    #expect((facts["run"] as? [String: Any])?["useful_ranks"] as? Int ?? 0 > 0)
    #expect(facts["warnings"] as? [String] == [])
    let points = try #require(try json("plan", "dealt.yaml", "--points") as? [[String: Any]])
    #expect(points.map { $0["point"] as? Int } == (0..<24).map { $0 })
    #expect(points.allSatisfy { $0["bytes"] is Double && $0["seconds"] is [String: Double] })
  }

  @Test("The wrong points of a file are listed with reasons and a command") func failed() throws {
    #expect(try framesweep("run", "dealt.yaml", "-o", "out.h5", fault: "3=throw").status == 3)
    let failed = try #require(try json("inspect", "out.h5", "--failed") as? [[String: Any]])
    #expect(failed.count == 1 && failed[0]["point"] as? Int == 3)
    #expect(failed[0]["status"] as? String == "failed")
    #expect(failed[0]["message"] as? String != "")
    let facts = try #require(try json("verify", "out.h5", status: 3) as? [String: Any])
    #expect(facts["exit_code"] as? Int == 3 && facts["complete"] as? Bool == true)
    let groups = try #require(facts["groups"] as? [[String: Any]])
    #expect(groups.map { $0["status"] as? String } == ["ok", "failed"])
    #expect(groups[1]["points"] as? String == "3" && groups[1]["count"] as? Int == 1)
    #expect(
      facts["retry_command"] as? String == "framesweep run dealt.yaml -o out.h5 --retry failed")
    #expect(facts["resume_command"] == nil)
  }

  @Test("A point has its columns as numbers, labels and lists") func point() throws {
    #expect(try framesweep("run", "dealt.yaml", "-o", "out.h5").status == 0)
    let point = try #require(try json("inspect", "out.h5", "--point", "23") as? [String: Any])
    #expect(point["point"] as? Int == 23)
    let columns = try #require(point["columns"] as? [String: Any])
    #expect(columns["family"] as? String == "dense" && columns["width"] as? Int == 64)
    #expect(columns["status"] as? String == "ok")
    let draws = try #require(columns["deep_frame_potential"] as? [Double])
    #expect(draws.count == 3)
    let widths = try #require(columns["layer_width"] as? [Int])
    #expect(widths.first == 9 && widths.count == 6)
    let execution = try #require(point["execution"] as? [String: Any])
    #expect(execution["attempts"] as? Int == 1 && execution["wall_seconds"] is Double)
    let identity = try #require(point["identity"] as? [String: String])
    #expect(identity["id"]?.count == 16)
  }

  @Test("A journal has its statuses, and a row for each point") func journal() throws {
    let process = try RunningProcess(
      program, ["run", "dealt.yaml", "-o", "out.h5", "--workers", "1"],
      environment: ["FRAMESWEEP_FAULT": "0=slow:600", "SLURM_JOB_ID": nil], directory: folder.url)
    let count = try waitForRecords(of: "out.h5", while: process)
    process.signal(SIGKILL)
    _ = process.wait()
    let facts = try #require(try json("inspect", "out.h5.journal") as? [String: Any])
    #expect(facts["points"] as? Int == 24)
    let statuses = try #require(facts["statuses"] as? [String: Int])
    #expect(statuses["ok"] ?? 0 >= count && statuses.values.reduce(0, +) == 24)
    let rows = try #require(
      try json("inspect", "out.h5.journal", "--points") as? [[String: Any]])
    #expect(rows.count == statuses["ok"] && rows[0]["wall_seconds"] is Double)
  }

  @Test("Jobs and presets are objects") func others() throws {
    let jobs = try #require(
      try json("submit", "dealt.yaml", "--profile", "generic-slurm", "--shards", "4")
        as? [String: Any])
    #expect(jobs["shards"] as? Int == 4 && jobs["submitted"] as? Bool == false)
    let scripts = try #require(jobs["scripts"] as? [[String: String]])
    #expect(scripts.map { $0["name"] } == ["shards.sbatch", "merge.sbatch"])
    #expect(scripts[0]["text"]?.hasPrefix("#!") ?? false)
    let steps = try #require(jobs["steps"] as? [[String: Any]])
    #expect((steps[0]["command"] as? [String])?.first == "sbatch")
    #expect(jobs["useful_cores"] as? Int ?? 0 >= 1)
    let idle = try framesweep("submit", "dealt.yaml", "--profile", "generic-slurm", "--ranks", "24")
    #expect(idle.errorOutput.contains("busy, then its longest point is the limit"))
    #expect(idle.errorOutput.contains("the jobs ask for 24 (warning)"), "\(idle.errorOutput)")
    let presets = try #require(try json("presets") as? [[String: Any]])
    let mlp = try #require(presets.first { $0["name"] as? String == "hourglass_mlp" })
    #expect((mlp["options"] as? [[String: Any]])?.count == 3 && mlp["layers"] as? Int == 9)
    #expect((mlp["input"] as? [String: Int])?["channels"] == 3_072)
  }

  @Test("Families with different forms are warned of, with the line to add") func mixedForms()
    throws
  {
    let mixed = ShardCommandTests.sweep.replacing(", form: synthesis", with: "")
    try folder.write(mixed, to: "mixed.yaml")
    let warned = try framesweep("plan", "mixed.yaml")
    #expect(warned.status == 0)
    #expect(warned.errorOutput.contains("chain in the synthesis form, dense in the analysis form"))
    #expect(warned.errorOutput.contains("\n  form: synthesis"))
    let facts = try #require(try json("plan", "mixed.yaml") as? [String: Any])
    #expect((facts["warnings"] as? [String])?.count == 1)
    for text in [
      ShardCommandTests.sweep, mixed.replacing("[chain, dense]", with: "[chain]"),
      mixed.replacing("  width:", with: "  form: [synthesis, analysis]\n  width:"),
      mixed.replacing("size: 1}}", with: "size: 1}, form: analysis}"),
    ] {
      try folder.write(text, to: "plain.yaml")
      let plain = try framesweep("plan", "plain.yaml")
      #expect(plain.errorOutput.isEmpty, "\(plain.errorOutput)")
    }
  }
}
