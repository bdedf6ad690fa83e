import Foundation
import TestSupport
import Testing

/// What happens to an output that is there already, seen from the command line.
@Suite("Life of an output") struct LifeOfOutputTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  /// Two points of this sweep are too large for any machine.
  static func sweep(widths: String, measure: String = "{statistics: true}") -> String {
    """
    format: 1
    name: life
    architecture: {input: {channels: 9, size: 1}, stage_depth: 2}
    grid:
      family: [chain, dense]
      width: [\(widths)]
    weights: {init: he, draws: 2}
    measure: {frame: \(measure)}
    """
  }

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(Self.sweep(widths: "4, 8, 2000000"), to: "life.yaml")
  }

  @Test("Points and ranges may stand in any order, overlap and touch") func selection() throws {
    try folder.write(FaultTests.sweep, to: "sweep.yaml")
    let some = try framesweep(
      "run", "sweep.yaml", "-o", "out.h5", "--points", "12-14,3,8-9,13-15,4,0-0,9-10,8")
    #expect(some.status == 0, "\(some.errorOutput)")
    let done = try framesweep(
      "inspect", "out.h5", "--csv", "--where", "status=ok", "--columns", "point")
    #expect(
      done.output.split(separator: "\n").dropFirst().map { Int($0) }
        == [0, 3, 4, 8, 9, 10, 12, 13, 14, 15])
    #expect(try framesweep("run", "sweep.yaml", "-o", "b.h5", "--points", "20,1").status == 64)
  }

  @Test("verify tells whole files from unfinished, damaged and foreign ones") func verify() throws {
    try folder.write(Self.sweep(widths: "4, 8"), to: "good.yaml")
    #expect(try framesweep("run", "good.yaml", "-o", "good.h5").status == 0)
    let good = try framesweep("verify", "good.h5")
    #expect(good.status == 0, "\(good.errorOutput)")
    #expect(try framesweep("run", "life.yaml", "-o", "out.h5").status == 3)
    let wrong = try framesweep("verify", "out.h5")
    #expect(wrong.status == 3)
    #expect(wrong.output.contains("out_of_memory: 2 of 6 points: 2,5"))
    #expect(wrong.output.contains("framesweep run life.yaml -o out.h5 --retry out_of_memory"))
    #expect(try framesweep("verify", "nowhere.h5").status == 65)
    let sweep = try framesweep("inspect", "good.h5", "--sweep")
    #expect(sweep.output == Self.sweep(widths: "4, 8"))
    // Labels that are swapped leave the data's checksum as it is.
    let file = folder.url.appending(path: "good.h5")
    var bytes = try Data(contentsOf: file)
    let place = try #require(bytes.range(of: Data("chain residual dense".utf8)))
    bytes.replaceSubrange(place, with: Data("dense residual chain".utf8))
    try bytes.write(to: file)
    let swapped = try framesweep("verify", "good.h5")
    #expect(swapped.status == 65)
    #expect(swapped.errorOutput.contains("family"))
  }

  @Test("The command that verify prints computes what is missing") func missing() throws {
    try folder.write(Self.sweep(widths: "4, 8"), to: "good.yaml")
    #expect(
      try framesweep("run", "good.yaml", "-o", "out.h5", "--points", "1,3-3").status == 0)
    let verified = try framesweep("verify", "out.h5")
    #expect(verified.status == 75)
    #expect(verified.output.contains("pending: 2 of 4 points: 0,2"))
    let command = try #require(
      verified.output.split(separator: "\n").first { $0.contains("framesweep run") })
    let words = command.split(separator: " ").dropFirst().map(String.init)
    #expect(try framesweep(words).status == 0)
    #expect(try framesweep("verify", "out.h5").status == 0)
    #expect(try framesweep("run", "good.yaml", "-o", "b.h5", "--points", "4").status == 64)
    #expect(try framesweep("run", "good.yaml", "-o", "b.h5", "--points", "3-1").status == 64)
  }

  @Test("Files may have names of one letter") func letters() throws {
    try folder.write(
      Self.sweep(widths: "4").replacing("  family: [chain, dense]\n", with: "  family: [chain]\n")
        .replacing(
          "measure: {frame: {statistics: true}}",
          with: "measure: {frame: {statistics: true}, train: {epochs: 1, images: 64, batch: 6, "
            + "save_weights: {file: \"n/{draw}\"}}}"
        ).replacing("{channels: 9, size: 1}", with: "{channels: 64, size: 1}"), to: "s")
    #expect(try framesweep("plan", "s").status == 0)
    let run = try framesweep("run", "s", "-o", "o")
    #expect(run.status == 0, "\(run.errorOutput)")
    #expect(try framesweep("verify", "o").status == 0)
    #expect(try framesweep("merge", "o", "-o", "m").status == 0)
    #expect(FileManager.default.fileExists(atPath: folder.path("n/1")))
  }
}
