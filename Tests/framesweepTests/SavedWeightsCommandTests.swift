import Foundation
import TestSupport
import Testing

/// Sweeps that write trained weights, run as a user does.
@Suite("Trained weights from the command line") struct SavedWeightsCommandTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  static func sweep(
    _ save: String = "{file: \"nets/{family}-{width}-{draw}.h5\", group: /last}",
    widths: String = "2, 3"
  ) -> String {
    """
    format: 1
    name: kept
    seed: 2
    architecture: {input: {channels: 64, size: 1}, stage_depth: 3}
    grid: {family: [chain, residual], width: [\(widths)]}
    weights: {init: he, draws: 2}
    measure:
      frame: {statistics: true}
      train:
        epochs: 2
        \(save.isEmpty ? "" : "save_weights: \(save)")
    """
  }

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(Self.sweep(), to: "kept.yaml")
  }

  /// The files that a sweep of widths 2 and 3 writes, by name, with their bytes.
  private func nets() throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("nets"))
    return Dictionary(
      uniqueKeysWithValues: try names.map {
        ($0, try Data(contentsOf: URL(filePath: folder.path("nets/\($0)"))))
      })
  }

  private func removeNets() throws {
    try FileManager.default.removeItem(atPath: folder.path("nets"))
  }

  @Test("Saving changes no result; one process and several ranks write the same bytes")
  func sameBits() throws {
    try folder.write(Self.sweep(""), to: "plain.yaml")
    #expect(try framesweep("run", "plain.yaml", "-o", "plain.h5").status == 0)
    let planned = try framesweep("plan", "kept.yaml")
    #expect(planned.output.contains("trained weights  8 files, about "), "\(planned.output)")
    let alone = try framesweep("run", "kept.yaml", "-o", "alone.h5")
    #expect(alone.status == 0, "\(alone.errorOutput)")
    #expect(try checksum("alone.h5") == checksum("plain.h5"))
    let nets = try nets()
    #expect(nets.count == 8)
    guard let launcher = MPILauncher.installed else { return }
    try removeNets()
    let result = try launcher.run(
      program, ["run", folder.path("kept.yaml"), "-o", folder.path("mpi.h5")], ranks: 3)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(try self.nets() == nets)
  }

  @Test("A sweep that reads the files measures what the training measured") func read() throws {
    let text = Self.sweep("{file: \"nets/{family}-{width}.h5\"}")
      .replacing("draws: 2", with: "draws: 1")
    try folder.write(text, to: "kept.yaml")
    let kept = try framesweep("run", "kept.yaml", "-o", "kept.h5")
    #expect(kept.status == 0, "\(kept.errorOutput)")
    try folder.write(
      """
      format: 1
      name: read
      architecture: {input: {channels: 64, size: 1}, stage_depth: 3}
      grid: {family: [chain, residual], width: [2, 3]}
      weights: {file: "nets/{family}-{width}.h5"}
      measure: {frame: {statistics: true}}
      """, to: "read.yaml")
    let read = try framesweep("run", "read.yaml", "-o", "read.h5")
    #expect(read.status == 0, "\(read.errorOutput)")
    func values(_ file: String, _ column: String) throws -> [Substring] {
      let result = try framesweep("inspect", file, "--points", "--csv", "--columns", column)
      #expect(result.status == 0, "\(result.errorOutput)")
      return Array(result.output.split(separator: "\n").dropFirst())
    }
    let trained = try values("kept.h5", "trained_deep_frame_potential")
    #expect(trained.count == 4)
    #expect(try values("read.h5", "deep_frame_potential") == trained)
  }

  @Test("A kill leaves no half file, and a resume ends with the files of all points") func killed()
    throws
  {
    #expect(try framesweep("run", "kept.yaml", "-o", "whole.h5").status == 0)
    let whole = try nets()
    try removeNets()
    let run = ["run", "kept.yaml", "-o", "out.h5", "--workers", "1"]
    let killed = try framesweep(run, fault: "2=kill")
    #expect(killed.isKilledBySignal)
    let left = FileManager.default.fileExists(atPath: folder.path("nets")) ? try nets() : [:]
    #expect(left.count < 8)
    for (name, bytes) in left { #expect(whole[name] == bytes) }
    // What a kill in the middle of a file leaves.
    try FileManager.default.createDirectory(
      atPath: folder.path("nets"), withIntermediateDirectories: true)
    try folder.write("half", to: "nets/.framesweep-0123456789abcdef.partial")
    let resumed = try framesweep(run + ["--resume"])
    #expect(resumed.status == 0, "\(resumed.errorOutput)")
    #expect(try nets() == whole)
    #expect(try checksum("out.h5") == checksum("whole.h5"))
  }

  @Test("A resume writes files that are missing, also where saving came later") func missing()
    throws
  {
    try folder.write(Self.sweep(""), to: "plain.yaml")
    #expect(try framesweep("run", "plain.yaml", "-o", "out.h5").status == 0)
    let before = try checksum("out.h5")
    let run = ["run", "kept.yaml", "-o", "out.h5", "--resume"]
    let first = try framesweep(run)
    #expect(first.status == 0)
    #expect(
      first.errorOutput.contains("4 points were done and lack files of trained weights, such as "))
    let nets = try nets()
    #expect(nets.count == 8)
    try FileManager.default.removeItem(atPath: folder.path("nets/chain-3-1.h5"))
    let second = try framesweep(run)
    #expect(second.status == 0)
    #expect(
      second.errorOutput.contains(
        "1 point was done and lacks files of trained weights, such as "
          + "nets/chain-3-1.h5: computed again"), "\(second.errorOutput)")
    #expect(try self.nets() == nets)
    #expect(try checksum("out.h5") == before)
    let third = try framesweep(run)
    #expect(third.status == 0 && third.errorOutput.contains("nothing is left to do"))
  }

  @Test("Points are reused where their files are there") func reuse() throws {
    #expect(try framesweep("run", "kept.yaml", "-o", "old.h5").status == 0)
    try FileManager.default.removeItem(atPath: folder.path("nets/chain-3-1.h5"))
    try folder.write(Self.sweep(widths: "2, 3, 4"), to: "grown.yaml")
    let grown = try framesweep("run", "grown.yaml", "-o", "out.h5", "--reuse", "old.h5")
    #expect(grown.status == 0, "\(grown.errorOutput)")
    #expect(grown.errorOutput.contains("3 of them reused"), "\(grown.errorOutput)")
    #expect(try nets().count == 12)
  }

  @Test("Points whose images were split by another seed are not reused") func otherSplit() throws {
    let text = Self.sweep("").replacing("width: [2, 3]", with: "seed: [5], width: [2]")
    try folder.write(text, to: "one.yaml")
    try folder.write(text.replacing("seed: 2\n", with: "seed: 3\n"), to: "two.yaml")
    #expect(try framesweep("run", "one.yaml", "-o", "one.h5").status == 0)
    let two = try framesweep("run", "two.yaml", "-o", "two.h5", "--reuse", "one.h5")
    #expect(two.status == 65)
    #expect(
      two.errorOutput.contains("split by the seed 2, expected 3"), "\(two.errorOutput)")
  }

  @Test("Another's file is refused before anything runs, and stays as it is") func foreign() throws
  {
    try FileManager.default.createDirectory(
      atPath: folder.path("nets"), withIntermediateDirectories: true)
    try folder.write("mine", to: "nets/chain-3-0.h5")
    let run = ["run", "kept.yaml", "-o", "out.h5"]
    let refused = try framesweep(run)
    #expect(refused.status == 73)
    #expect(
      refused.errorOutput == """
        nets/chain-3-0.h5: it exists already, and not as a file of trained weights, expected another \
        name for the weights, or that file to be moved away

        """)
    #expect(try nets() == ["chain-3-0.h5": Data("mine".utf8)])
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.journal")))
    try FileManager.default.removeItem(atPath: folder.path("nets/chain-3-0.h5"))
    #expect(try framesweep(run).status == 0)
    // Another training, into another output, of the same names.
    let text = Self.sweep().replacing("epochs: 2", with: "epochs: 3")
    try folder.write(text, to: "longer.yaml")
    let longer = try framesweep("run", "longer.yaml", "-o", "longer.h5")
    #expect(longer.status == 73)
    #expect(longer.errorOutput.contains("chain-2-0.h5: it exists already and holds the weights of"))
    try folder.write(Self.sweep("{file: \"kept.yaml/{id}{draw}\"}"), to: "folder.yaml")
    let folderless = try framesweep("run", "folder.yaml", "-o", "folder.h5")
    #expect(folderless.status == 73 && folderless.errorOutput.contains("kept.yaml is not a folder"))
  }

  @Test("A retry that is refused for another's file leaves the journal as it is") func refused()
    throws
  {
    // A folder of this name keeps the results file from being written, so that the journal stays.
    try FileManager.default.createDirectory(
      atPath: folder.path("out.h5.partial"), withIntermediateDirectories: true)
    let run = ["run", "kept.yaml", "-o", "out.h5"]
    #expect(try framesweep(run, fault: "0=throw").status == 73)
    try folder.write("mine", to: "nets/chain-2-0.h5")
    let journal = folder.url.appending(path: "out.h5.journal")
    let before = try Data(contentsOf: journal)
    let refused = try framesweep(run + ["--retry", "failed"])
    #expect(refused.status == 73)
    #expect(refused.errorOutput.contains("nets/chain-2-0.h5: it exists already"))
    #expect(try Data(contentsOf: journal) == before)
  }

  @Test("Where a file cannot be written, the point has failed and the others are done") func full()
    throws
  {
    // Names may have 255 bytes.
    let rest = String(repeating: "x", count: 247)
    try folder.write(Self.sweep("{file: \"nets/\(rest){family}{width}{draw}\"}"), to: "long.yaml")
    let run = try framesweep("run", "long.yaml", "-o", "out.h5")
    #expect(run.status == 3, "\(run.errorOutput)")
    let failed = try framesweep("inspect", "out.h5", "--failed").output.split(separator: "\n")
    #expect(failed.count == 2)
    for (line, width) in zip(failed, [2, 3]) {
      #expect(
        line.contains("failed") && line.contains("\(rest)residual\(width)0: ")
          && line.contains("File name too long"), "\(line)")
    }
    #expect(try nets().count == 4)
  }
}
