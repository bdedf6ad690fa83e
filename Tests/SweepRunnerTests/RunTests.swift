import Foundation
import Measurements
import SweepRecords
import SweepRuntime
import TestSupport
import Testing

@testable import SweepRunner

@Suite("Runs in process") struct RunTests {
  let place: Workplace

  init() throws {
    place = try Workplace([
      "tiny.yaml": Sweeps.tiny, "chains.yaml": Sweeps.chains("4, 8, 2000000"),
    ])
  }

  @Test("Any number of threads and ranks gives the same table") func sameBits() throws {
    #expect(try place.run("tiny.yaml", "one.h5", workers: 1).status == .ok)
    let checksum = try place.checksum("one.h5")
    #expect(try place.run("tiny.yaml", "three.h5", workers: 3).status == .ok)
    #expect(try place.checksum("three.h5") == checksum)
    for count in [1, 2, 4] {
      let ranks = try place.run("tiny.yaml", "ranks\(count).h5", ranks: count)
      #expect(ranks.allSatisfy { $0.status == .ok }, "\(ranks.map(\.words))")
      #expect(try place.checksum("ranks\(count).h5") == checksum)
      // Rank 0 speaks for all.
      #expect(ranks.dropFirst().allSatisfy { $0.words.isEmpty })
    }
    #expect(!place.exists("one.h5.journal") && !place.exists("one.h5.lock"))
  }

  @Test("A run says what it does, and nothing if it shall be quiet") func words() throws {
    let loud = try place.run("tiny.yaml", "loud.h5")
    #expect(loud.words.contains("tiny: 24 points on 1 process, 2 worker threads"))
    #expect(loud.words.contains("loud.h5: 24 points in "))
    #expect(try place.run("tiny.yaml", "quiet.h5") { $0.quiet = true }.words.isEmpty)
    #expect(try place.checksum("loud.h5") == place.checksum("quiet.h5"))
  }

  @Test("A run that was asked to end keeps what it did, and resumes to the same table")
  func interruption() throws {
    #expect(try place.run("tiny.yaml", "whole.h5").status == .ok)
    // One worker never comes to an end, so the run is stopped before its end.
    let stopped = try place.run(
      "tiny.yaml", "parts.h5", workers: 2,
      stop: { [place] in
        place.hasRecord(beside: "parts.h5") ? StopRequest("signal TERM", patience: 0) : nil
      },
      { $0.faults = Faults("*=slow:600@1") ?? $0.faults })
    #expect(stopped.status == .stoppedEarly)
    #expect(stopped.leavesThreads)
    #expect(stopped.words.contains("stopped early (signal TERM)"), "\(stopped.words)")
    #expect(place.exists("parts.h5.journal"))
    #expect(try place.statuses("parts.h5").contains("pending"))
    let resumed = try place.run("tiny.yaml", "parts.h5") { $0.resume = true }
    #expect(resumed.status == .ok, "\(resumed.words)")
    #expect(resumed.words.contains("done already"))
    #expect(try place.checksum("parts.h5") == place.checksum("whole.h5"))
    #expect(!place.exists("parts.h5.journal"))
  }

  @Test("The journal that a killed run leaves is enough, also with a torn end") func kill() throws {
    let place = place
    #expect(try place.run("tiny.yaml", "whole.h5").status == .ok)
    _ = try place.run(
      "tiny.yaml", "killed.h5", workers: 2,
      stop: {
        guard place.hasRecord(beside: "killed.h5") else { return nil }
        // What a kill leaves is what is on the disk at any moment.
        if !place.exists("left.h5.journal") {
          try? FileManager.default.copyItem(
            atPath: place.path("killed.h5.journal"), toPath: place.path("left.h5.journal"))
        }
        return StopRequest("enough", patience: 0)
      },
      { $0.faults = Faults("*=slow:600@1") ?? $0.faults })
    let journal = try place.bytes("left.h5.journal")
    try (journal + Data([1, 0, 0, 0, 77])).write(to: URL(filePath: place.path("left.h5.journal")))
    let resumed = try place.run("tiny.yaml", "left.h5") { $0.resume = true }
    #expect(resumed.status == .ok, "\(resumed.words)")
    #expect(try place.checksum("left.h5") == place.checksum("whole.h5"))
  }

  @Test("An existing output is never touched") func existingOutput() throws {
    try place.folder.write("precious", to: "out.h5")
    let run = try place.run("tiny.yaml", "out.h5")
    #expect(run.status == .cannotWrite)
    #expect(run.words.contains("out.h5") && run.words.contains("--resume"))
    #expect(try place.bytes("out.h5") == Data("precious".utf8))
  }

  @Test("An output of another plan is refused and left as it is") func otherPlan() throws {
    #expect(try place.run("chains.yaml", "out.h5").status == .someNotOK)
    let before = try place.bytes("out.h5")
    let run = try place.run("tiny.yaml", "out.h5") { $0.resume = true }
    #expect(run.status == .badInput)
    #expect(run.words.contains("belongs to another plan"))
    #expect(try place.bytes("out.h5") == before)
  }

  @Test("An output that cannot be made is refused before anything runs") func unwritable() throws {
    let run = try place.run("tiny.yaml", "no/such/folder/out.h5")
    #expect(run.status == .cannotWrite)
    #expect(run.words.contains("no/such/folder"))
    let large = try place.run("tiny.yaml", "out.h5") { $0.maximumOutputBytes = 1_024 }
    #expect(large.status == .badInput)
    #expect(large.words.contains("--max-output"))
    try FileManager.default.createSymbolicLink(
      atPath: place.path("link.h5"), withDestinationPath: "elsewhere.h5")
    #expect(try place.run("tiny.yaml", "link.h5").status == .cannotWrite)
    #expect(!place.exists("out.h5.journal") && !place.exists("elsewhere.h5"))
  }

  @Test("A point that does not fit the memory costs one point, and can be tried again")
  func retry() throws {
    #expect(try place.run("chains.yaml", "out.h5").status == .someNotOK)
    let before = try place.checksum("out.h5")
    #expect(
      try place.statuses("out.h5")
        == ["ok", "ok", "out_of_memory", "ok", "ok", "out_of_memory"])
    let none = try place.run("chains.yaml", "out.h5") { $0.retry = [.failed, .lost] }
    #expect(none.status == .someNotOK && none.words.contains("nothing is left to do"))
    let again = try place.run("chains.yaml", "out.h5") { $0.retry = [.outOfMemory] }
    #expect(again.status == .someNotOK)
    #expect(again.words.contains("chains: 2 points on"))
    #expect(try place.checksum("out.h5") == before)
  }

  @Test("Only points that are asked for are computed, and only those are tried again")
  func selection() throws {
    let faults = try #require(Faults("1=throw,3=throw,5=throw"))
    let some = try place.run("tiny.yaml", "out.h5") {
      $0.points = PointSelection("5,0-1,3-3")
      $0.faults = faults
    }
    #expect(some.status == .someNotOK)
    #expect(some.words.contains("20 points not asked for, and pending"), "\(some.words)")
    let expected = ["ok", "failed", "pending", "failed", "pending", "failed"]
    #expect(try Array(place.statuses("out.h5").prefix(6)) == expected)
    let again = try place.run("tiny.yaml", "out.h5") {
      $0.points = PointSelection("3,7")
      $0.retry = [.failed]
    }
    #expect(again.status == .someNotOK)
    #expect(
      try Array(place.statuses("out.h5").prefix(8))
        == ["ok", "failed", "pending", "ok", "pending", "failed", "pending", "ok"])
    #expect(
      try place.run("tiny.yaml", "b.h5") { $0.points = PointSelection("24") }.status == .usage)
  }

  @Test("A run stops after too many failures, and what it skipped can be computed later")
  func failures() throws {
    let run = try place.run("tiny.yaml", "out.h5", workers: 1) {
      $0.faults = Faults("*=throw") ?? $0.faults
      $0.maximumFailures = 1
    }
    #expect(run.status == .someNotOK, "\(run.words)")
    #expect(try !place.statuses("out.h5").contains("pending"))
    let later = try place.run("tiny.yaml", "out.h5") { $0.retry = [.skipped, .failed] }
    #expect(later.status == .ok, "\(later.words)")
  }

  @Test("A sweep that grows takes equal points over, and others are refused") func reuse() throws {
    try place.folder.write(Sweeps.chains("16, 8, 4, 32"), to: "grown.yaml")
    try place.folder.write(Sweeps.chains("4", measure: "{minimum: true}"), to: "other.yaml")
    #expect(try place.run("chains.yaml", "old.h5").status == .someNotOK)
    #expect(try place.run("grown.yaml", "whole.h5").status == .ok)
    let old = place.path("old.h5")
    let grown = try place.run("grown.yaml", "out.h5") { $0.reuse = [old] }
    #expect(grown.status == .ok)
    #expect(grown.words.contains("4 of them reused"), "\(grown.words)")
    #expect(try place.checksum("out.h5") == place.checksum("whole.h5"))
    let other = try place.run("other.yaml", "no.h5") { $0.reuse = [old] }
    #expect(other.status == .badInput && other.words.contains("cannot be reused"))
    // A start that failed leaves nothing that would be in the way of the next one.
    #expect(!place.exists("no.h5.journal") && !place.exists("no.h5.lock"))
    try place.folder.write(Sweeps.chains("5, 6"), to: "apart.yaml")
    let none = try place.run("apart.yaml", "apart.h5") { $0.reuse = [old] }
    #expect(none.status == .ok)
    #expect(none.words.contains("old.h5: nothing of it is reused"))
  }

  @Test("A run that is refused leaves the journal as it is") func refusedResume() throws {
    // A folder of this name keeps the results file from being written, so that the journal stays.
    try FileManager.default.createDirectory(
      atPath: place.path("out.h5.partial"), withIntermediateDirectories: true)
    let first = try #require(Shard("0/2"))
    let second = try #require(Shard("1/2"))
    let failed = try place.run("tiny.yaml", "out.h5") {
      $0.shard = first
      $0.faults = Faults("*=throw") ?? $0.faults
    }
    #expect(failed.status == .cannotWrite)
    let before = try place.bytes("out.h5.journal")
    let other = try place.run("tiny.yaml", "out.h5") {
      $0.shard = second
      $0.retry = [.failed]
    }
    #expect(other.status == .badInput)
    #expect(other.words.contains("holds shard 0/2, expected --shard 0/2"))
    #expect(try place.bytes("out.h5.journal") == before)
    try FileManager.default.removeItem(atPath: place.path("out.h5.partial"))
    let again = try place.run("tiny.yaml", "out.h5") {
      $0.shard = first
      $0.retry = [.failed]
    }
    #expect(again.status == .ok, "\(again.words)")
  }
}
