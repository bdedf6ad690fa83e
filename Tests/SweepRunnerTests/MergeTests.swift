import Foundation
import SweepRuntime
import TestSupport
import Testing

@testable import SweepRunner

@Suite("Merges in process") struct MergeTests {
  let place: Workplace

  init() throws {
    place = try Workplace(["tiny.yaml": Sweeps.tiny])
    try FileManager.default.createDirectory(
      atPath: place.path("shards"), withIntermediateDirectories: true)
  }

  private func shard(_ index: Int, of count: Int, _ sweep: String = "tiny.yaml") throws {
    let run = try place.run(sweep, "shards/\(index)-of-\(count).h5") {
      $0.shard = Shard(index: index, of: count)
    }
    #expect(run.status == .ok, "\(run.words)")
  }

  @Test("Merged shards are bit for bit the whole run, in any number and order") func merge() throws
  {
    #expect(try place.run("tiny.yaml", "whole.h5").status == .ok)
    for index in 0..<3 { try shard(index, of: 3) }
    let merged = try place.merge(["shards"], "merged.h5")
    #expect(merged.status == .ok, "\(merged.words)")
    #expect(try place.checksum("merged.h5") == place.checksum("whole.h5"))
    #expect(try place.verify("merged.h5").status == .ok)
    // Shards of another deal overlap with these.
    for index in 0..<2 { try shard(index, of: 2) }
    let again = try place.merge(
      ["shards/1-of-2.h5", "shards/2-of-3.h5", "shards/1-of-2.h5", "shards/0-of-2.h5"],
      "overlapping.h5")
    #expect(again.status == .ok)
    #expect(again.words.contains("known already"))
    #expect(try place.checksum("overlapping.h5") == place.checksum("whole.h5"))
    #expect(!place.exists("merged.h5.journal") && !place.exists("merged.h5.lock"))
  }

  @Test("Missing shards are named, and a later merge adds them") func missing() throws {
    for index in [0, 2] { try shard(index, of: 3) }
    let partial = try place.merge(["shards"], "merged.h5")
    #expect(partial.status == .stoppedEarly)
    #expect(partial.words.contains("they belong to the shards 1/3"), "\(partial.words)")
    #expect(partial.words.contains("--shard 1/3"), "\(partial.words)")
    try shard(1, of: 3)
    #expect(try place.merge(["shards"], "merged.h5").status == .cannotWrite)
    #expect(try place.merge(["shards"], "merged.h5") { $0.resume = true }.status == .ok)
    #expect(try place.verify("merged.h5").status == .ok)
  }

  @Test("Shards of another plan are refused, and files that cannot be read are left out")
  func mixtures() throws {
    for index in 0..<2 { try shard(index, of: 2) }
    try place.folder.write(Sweeps.tiny.replacing("draws: 2", with: "draws: 1"), to: "other.yaml")
    #expect(
      try place.run("other.yaml", "other.h5") { $0.shard = Shard(index: 1, of: 2) }.status == .ok)
    let mixed = try place.merge(["shards", "other.h5"], "merged.h5")
    #expect(mixed.status == .badInput)
    #expect(mixed.words.contains("other.h5: belongs to another plan"))
    #expect(!place.exists("merged.h5"))
    try place.folder.write("not HDF5", to: "shards/broken.h5")
    let broken = try place.merge(["shards"], "merged.h5")
    #expect(broken.status == .ok)
    #expect(broken.words.contains("broken.h5") && broken.words.contains("it is left out"))
  }

  @Test("Without a readable shard nothing is written, and the reasons are said") func none() throws
  {
    try place.folder.write("not HDF5", to: "shards/a.h5")
    let merged = try place.merge(["shards"], "merged.h5")
    #expect(merged.status == .badInput)
    #expect(merged.words.contains("a.h5") && merged.words.contains("no shard can be read"))
    #expect(!place.exists("merged.h5") && !place.exists("merged.h5.lock"))
  }

  @Test("A folder of shards is told apart by what became of each") func survey() throws {
    try shard(0, of: 4)
    let stopped = try place.run("tiny.yaml", "shards/3-of-4.h5", workers: 1) {
      $0.shard = Shard(index: 3, of: 4)
      $0.wallSeconds = 1e-9
    }
    #expect(stopped.status == .stoppedEarly, "\(stopped.words)")
    let found = try place.verify("shards")
    #expect(found.status == .stoppedEarly)
    let lines = found.words.split(separator: "\n").map(String.init)
    #expect(lines.contains("complete    1 shard: 0"), "\(found.words)")
    #expect(lines.contains("stopped     1 shard: 3"), "\(found.words)")
    #expect(lines.contains("missing     2 shards: 1-2"), "\(found.words)")
    #expect(lines.count { $0.contains("framesweep run") && $0.contains("--resume") } == 3)
  }
}
