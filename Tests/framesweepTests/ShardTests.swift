import Foundation
import TestSupport
import Testing

/// Shards and their merge, seen from the command line.
@Suite("Shards of a sweep") struct ShardCommandTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  /// Costs differ 1,000-fold over this grid.
  static let sweep = """
    format: 1
    name: dealt
    architecture: {input: {channels: 9, size: 1}, form: synthesis}
    grid:
      family: [chain, dense]
      stage_depth: [2, 5]
      width: {powers_of_two: [2, 64]}
    weights: {init: he, draws: 3}
    measure: {frame: {minimum: true, statistics: true}}
    """
  static let pointCount = 24

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(Self.sweep, to: "dealt.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path("shards"), withIntermediateDirectories: true)
  }

  private func shard(_ index: Int, of count: Int) throws {
    let result = try framesweep(
      "run", "dealt.yaml", "--shard", "\(index)/\(count)", "-o", "shards/\(index)-of-\(count).h5",
      "--resume")
    #expect(result.status == 0, "\(result.errorOutput)")
  }

  @Test("Networks that nobody will ever compute are dealt, refused, and said to be too large")
  func tooLarge() throws {
    try folder.write(
      """
      format: 1
      name: huge
      architecture: {input: {channels: 9, size: 1}, stage_depth: 3, form: synthesis}
      grid: {family: [chain, dense], width: [4, 200000000]}
      weights: {init: he, draws: 2}
      measure: {frame: {statistics: true}}
      """, to: "huge.yaml")
    for index in 0..<2 {
      let result = try framesweep(
        "run", "huge.yaml", "--shard", "\(index)/2", "-o", "shards/\(index).h5")
      #expect(result.status == 3, "\(result.errorOutput)")
    }
    let plan = try framesweep("plan", "huge.yaml")
    #expect(plan.status == 0 && plan.output.contains("e+"), "\(plan.errorOutput)")
    for shape in [["--shards", "2"], []] {
      let submitted = try framesweep(["submit", "huge.yaml", "--profile", "generic-slurm"] + shape)
      #expect(submitted.status == 64)
      #expect(submitted.errorOutput.contains("are needed on a node"), "\(submitted.errorOutput)")
    }
    let merged = try framesweep("merge", "shards", "-o", "merged.h5")
    #expect(merged.status == 3, "\(merged.errorOutput)")
    let failed = try framesweep("inspect", "merged.h5", "--failed").output
    #expect(failed.split(separator: "\n").count == 2 && failed.contains("out_of_memory"))
  }

  @Test("What is missing is said with the command that computes it, and the rest is written")
  func missing() throws {
    #expect(try framesweep("run", "dealt.yaml", "-o", "whole.h5").status == 0)
    for index in [0, 2, 3] { try shard(index, of: 4) }
    let partial = try framesweep("merge", "shards", "-o", "merged.h5")
    #expect(partial.status == 75)
    #expect(partial.errorOutput.contains("they belong to the shards 1/4"))
    #expect(
      partial.errorOutput.contains(
        "framesweep run dealt.yaml --shard 1/4 -o shards/1-of-4.h5 --resume"))
    // That would compute the shard a second time where it is only late.
    #expect(!partial.errorOutput.contains("run dealt.yaml -o merged.h5"))
    #expect(try framesweep("verify", "merged.h5").status == 75)
    let touched = try framesweep("merge", "shards", "-o", "merged.h5")
    #expect(touched.status == 73, "\(touched.errorOutput)")
    // The rest of the sweep, on a copy; and the shard that was missing.
    try FileManager.default.copyItem(
      atPath: folder.path("merged.h5"), toPath: folder.path("copy.h5"))
    #expect(try framesweep("run", "dealt.yaml", "-o", "copy.h5", "--resume").status == 0)
    #expect(try checksum("copy.h5") == checksum("whole.h5"))
    try shard(1, of: 4)
    let full = try framesweep("merge", "shards", "-o", "merged.h5", "--resume")
    #expect(full.status == 0, "\(full.errorOutput)")
    #expect(try checksum("merged.h5") == checksum("whole.h5"))
  }

  @Test("A shard's file is judged by the points of that shard, and holds no other")
  func verify() throws {
    try shard(1, of: 4)
    let verified = try framesweep("verify", "shards/1-of-4.h5")
    #expect(verified.status == 0, "\(verified.output)\(verified.errorOutput)")
    #expect(verified.output.contains("shard 1/4"))
    let summary = try framesweep("inspect", "shards/1-of-4.h5").output
    #expect(summary.contains("of which it holds shard 1/4: verify says if that is complete"))
    #expect(!summary.contains("not complete"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("shards/1-of-4.h5.journal")))
    let done = try framesweep(
      "run", "dealt.yaml", "--shard", "1/4", "-o", "shards/1-of-4.h5", "--resume")
    #expect(done.status == 0)
    #expect(done.errorOutput.contains("nothing is left to do"))
    for other in ["2/4", "1/5"] {
      let result = try framesweep(
        "run", "dealt.yaml", "--shard", other, "-o", "shards/1-of-4.h5", "--resume")
      #expect(result.status == 65)
      #expect(result.errorOutput.contains("holds shard 1/4"))
    }
    #expect(
      try framesweep("run", "dealt.yaml", "-o", "shards/1-of-4.h5", "--resume").status == 65)
    #expect(try framesweep("run", "dealt.yaml", "--shard", "4/4", "-o", "x.h5").status == 64)
    #expect(
      try framesweep("run", "dealt.yaml", "--shard", "0/4", "--points", "1", "-o", "x.h5").status
        == 64)
  }

  @Test("A shard that was killed is merged from its journal, and resumes later")
  func journal() throws {
    try shard(0, of: 2)
    let process = try RunningProcess(
      program,
      ["run", "dealt.yaml", "--shard", "1/2", "-o", "shards/1-of-2.h5", "--workers", "1"],
      environment: ["FRAMESWEEP_FAULT": "*=slow:0.5"], directory: folder.url)
    #expect(try waitForRecords(of: "shards/1-of-2.h5", while: process) > 0)
    process.signal(SIGKILL)
    #expect(process.wait().isKilledBySignal)
    let partial = try framesweep("merge", "shards", "-o", "merged.h5")
    #expect(partial.status == 75, "\(partial.errorOutput)")
    #expect(partial.errorOutput.contains("shards/1-of-2.h5: "))
    #expect(!partial.errorOutput.contains("shards/1-of-2.h5: 0 points"))
    try shard(1, of: 2)
    #expect(try framesweep("merge", "shards", "-o", "merged.h5", "--resume").status == 0)
    #expect(try framesweep("run", "dealt.yaml", "-o", "whole.h5").status == 0)
    #expect(try checksum("merged.h5") == checksum("whole.h5"))
  }

  @Test("Where no shard can be read, each is named with its reason, and nothing is written")
  func unreadable() throws {
    try folder.write("not HDF5", to: "text.h5")
    try folder.write("", to: "empty.h5")
    for sweep in [[], ["--sweep", "dealt.yaml"]] {
      let result = try framesweep(
        ["merge", "text.h5", "empty.h5", "nowhere.h5", "-o", "merged.h5"] + sweep)
      #expect(result.status == 65, "\(result.errorOutput)")
      for reason in ["text.h5: reading", "empty.h5: reading", "nowhere.h5: opening"] {
        #expect(result.errorOutput.contains(reason), "\(result.errorOutput)")
      }
    }
    #expect(
      Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
        == ["dealt.yaml", "empty.h5", "shards", "text.h5"])
  }

  @Test("An output is no shard of its own, and an input is an output with --resume only")
  func outputs() throws {
    for index in 0..<2 { try shard(index, of: 2) }
    let one = folder.path("shards/0-of-2.h5")
    let before = try Data(contentsOf: URL(filePath: one))
    let itself = try framesweep("merge", "shards/0-of-2.h5", "-o", "shards/0-of-2.h5")
    #expect(itself.status == 65)
    #expect(itself.errorOutput.contains("is the output itself"))
    #expect(try framesweep("merge", "shards", "-o", "shards/0-of-2.h5").status == 73)
    #expect(try Data(contentsOf: URL(filePath: one)) == before)
    let whole = try framesweep("merge", "shards", "-o", "shards/0-of-2.h5", "--resume")
    #expect(whole.status == 0, "\(whole.errorOutput)")
    #expect(try framesweep("verify", "shards/0-of-2.h5").status == 0)
  }
}
