import Foundation
import SweepRuntime
import TestSupport
import Testing

@testable import SweepRunner

@Suite("Verification in process") struct VerificationTests {
  let place: Workplace

  init() throws {
    place = try Workplace([
      "good.yaml": Sweeps.chains("4, 8"), "large.yaml": Sweeps.chains("4, 8, 2000000"),
    ])
  }

  private func replace(_ old: [UInt8], with new: [UInt8], in name: String) throws {
    var bytes = try place.bytes(name)
    let spot = try #require(bytes.range(of: Data(old)))
    bytes.replaceSubrange(spot, with: Data(new))
    try bytes.write(to: URL(filePath: place.path(name)))
  }

  @Test("A whole file is good, and one with bad points says which and what tries them again")
  func statuses() throws {
    #expect(try place.run("good.yaml", "good.h5").status == .ok)
    let good = try place.verify("good.h5")
    #expect(good.status == .ok)
    #expect(good.words.contains("whole, its checksum is right"))
    #expect(good.words.contains("ok: 4 of 4 points"))
    #expect(try place.run("large.yaml", "large.h5").status == .someNotOK)
    let large = try place.verify("large.h5")
    #expect(large.status == .someNotOK)
    #expect(large.words.contains("out_of_memory: 2 of 6 points: 2,5"))
    #expect(large.words.contains("--retry out_of_memory"))
  }

  @Test("What is missing has a command that computes it") func missing() throws {
    let some = try place.run("good.yaml", "out.h5") { $0.points = PointSelection("1,3") }
    #expect(some.status == .ok)
    let found = try place.verify("out.h5")
    #expect(found.status == .stoppedEarly)
    #expect(found.words.contains("pending: 2 of 4 points: 0,2"))
    #expect(found.words.contains("-o \(place.path("out.h5")) --resume"), "\(found.words)")
    #expect(try place.run("good.yaml", "out.h5") { $0.resume = true }.status == .ok)
    #expect(try place.verify("out.h5").status == .ok)
  }

  @Test("If the sweep file is gone, its text goes where the files that it names are looked for")
  func sweepIsGone() throws {
    let folder = URL(filePath: place.path("jobs"))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let sweep = try place.folder.write(Sweeps.chains("4, 8"), to: "jobs/some.yaml")
    #expect(
      try place.run("jobs/some.yaml", "out.h5") { $0.points = PointSelection("1") }.status == .ok)
    let output = place.path("out.h5")
    func check(writes name: String) throws {
      let words = try place.verify("out.h5").words
      let command =
        "framesweep inspect \(output) --sweep >\(name) && framesweep run \(name) -o \(output) "
        + "--resume"
      #expect(words.contains(command), "\(words)")
    }
    let words = try place.verify("out.h5").words
    #expect(words.contains("  framesweep run \(sweep) -o \(output) --resume"), "\(words)")
    try FileManager.default.removeItem(atPath: sweep)
    try check(writes: sweep)
    // Another sweep stays what it is.
    try place.folder.write(Sweeps.chains("16"), to: "jobs/some.yaml")
    try check(writes: place.path("jobs/out.h5.yaml"))
    try FileManager.default.removeItem(at: folder)
    try check(writes: output + ".yaml")
  }

  @Test("The file of a shard is judged by its own points") func shard() throws {
    let run = try place.run("good.yaml", "out.h5") { $0.shard = Shard(index: 1, of: 2) }
    #expect(run.status == .ok)
    let found = try place.verify("out.h5")
    #expect(found.status == .ok, "\(found.words)")
    #expect(found.words.contains("it holds shard 1/2"))
  }

  @Test("A changed number breaks the checksum") func changedNumber() throws {
    #expect(try place.run("good.yaml", "out.h5").status == .ok)
    // The widths 4, 8, 4, 8 of the points, as little-endian integers.
    func column(_ widths: [UInt8], bytes: Int) -> [UInt8] {
      widths.flatMap { [$0] + [UInt8](repeating: 0, count: bytes - 1) }
    }
    let size =
      try (place.bytes("out.h5").range(of: Data(column([4, 8, 4, 8], bytes: 8))) == nil)
      ? 4 : 8
    try replace(
      column([4, 8, 4, 8], bytes: size), with: column([4, 9, 4, 8], bytes: size), in: "out.h5")
    let found = try place.verify("out.h5")
    #expect(found.status == .badInput)
    #expect(found.words.hasPrefix(place.path("out.h5")), "\(found.words)")
  }

  @Test("Labels that are swapped are found although the checksum is right") func labels() throws {
    #expect(try place.run("good.yaml", "out.h5").status == .ok)
    try replace(
      Array("chain residual dense".utf8), with: Array("dense residual chain".utf8), in: "out.h5")
    let found = try place.verify("out.h5")
    #expect(found.status == .badInput && found.words.contains("family"), "\(found.words)")
  }

  @Test("A sweep text that is another one does not fit its plan") func otherText() throws {
    #expect(try place.run("good.yaml", "out.h5").status == .ok)
    try replace(Array("draws: 2".utf8), with: Array("draws: 1".utf8), in: "out.h5")
    #expect(try place.verify("out.h5").status == .badInput)
  }

  @Test("A file that is cut short, is none, or is not there, is wrong input") func broken() throws {
    #expect(try place.run("good.yaml", "out.h5").status == .ok)
    let bytes = try place.bytes("out.h5")
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: place.path("out.h5")))
    #expect(try place.verify("out.h5").status == .badInput)
    try place.folder.write("not HDF5", to: "text.h5")
    let text = try place.verify("text.h5")
    #expect(text.status == .badInput && text.words.contains("not an HDF5 file"), "\(text.words)")
    #expect(try place.verify("nowhere.h5").status == .badInput)
  }

  @Test("A journal without its results file says how far the run came") func onlyJournal() throws {
    let stopped = try place.run("good.yaml", "out.h5") { $0.wallSeconds = 1e-9 }
    #expect(stopped.status == .stoppedEarly)
    try FileManager.default.removeItem(atPath: place.path("out.h5"))
    let found = try place.verify("out.h5")
    #expect(found.status == .stoppedEarly)
    #expect(found.words.contains("is not written yet") && found.words.contains("0 of 4 points"))
  }
}
