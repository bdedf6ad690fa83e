import Foundation
import TestSupport
import Testing

/// HDF5 files that something damaged, down to bytes that crash the HDF5 library.
@Suite("Damaged files") struct DamagedFileTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(
      """
      format: 1
      name: damaged
      architecture: {input: {channels: 3, size: 1}, stage_depth: 1}
      grid: {family: [chain, dense], width: [2, 3]}
      weights: {init: he, draws: 1}
      measure: {frame: {statistics: true}}
      """, to: "sweep.yaml")
  }

  /// What the repository keeps compressed.
  private func unpack(_ name: String, to file: String) throws {
    let packed = try #require(
      Bundle.module.url(forResource: name, withExtension: "gz", subdirectory: "Golden"))
    let tool = try #require(installedExecutable("gzip"))
    let path = packed.path(percentEncoded: false)
    let result = try RunningProcess(
      "/bin/sh", ["-c", "\(tool) -dc '\(path)' >'\(folder.path(file))'"]
    ).wait()
    #expect(result.isSuccess)
  }

  @Test(
    "A file that crashes HDF5 1.10, or keeps it busy for ever, is an error of every command",
    arguments: ["crash.h5", "endless.h5"])
  func crash(name: String) throws {
    try unpack(name, to: "bad.h5")
    let bytes = try Data(contentsOf: URL(filePath: folder.path("bad.h5")))
    for arguments in [
      ["verify", "bad.h5"], ["inspect", "bad.h5"],
      ["run", "sweep.yaml", "-o", "bad.h5", "--resume"],
      ["run", "sweep.yaml", "-o", "new.h5", "--reuse", "bad.h5"],
    ] {
      let result = try framesweep(arguments)
      #expect(!result.isKilledBySignal && result.status == 65, "\(arguments)")
      #expect(result.errorOutput.hasPrefix("bad.h5: "), "\(arguments): \(result.errorOutput)")
    }
    #expect(try Data(contentsOf: URL(filePath: folder.path("bad.h5"))) == bytes)
  }

  @Test("One shard that crashes the library is left out of a merge; the others count")
  func merge() throws {
    try unpack("crash.h5", to: "bad.h5")
    #expect(try framesweep("run", "sweep.yaml", "-o", "good.h5", "--points", "0,2").status == 0)
    let result = try framesweep("merge", "good.h5", "bad.h5", "-o", "all.h5")
    #expect(result.status == 75, "\(result.errorOutput)")
    #expect(result.errorOutput.contains("bad.h5") && result.errorOutput.contains("it is left out"))
    #expect(try framesweep("run", "sweep.yaml", "-o", "all.h5", "--resume").status == 0)
  }

  @Test("Weights that crash HDF5 1.10 are named with their place in the sweep, alone and in a job")
  func crashingWeights() throws {
    try unpack("crash-weights.h5", to: "nets.h5")
    try folder.write(
      """
      format: 1
      name: nets
      architecture: {family: chain, input: {channels: 16, size: 1}, stage_depth: 2}
      grid: {width: [4]}
      weights: {file: nets.h5, group: /epoch1}
      measure: {frame: {statistics: true}}
      """, to: "nets.yaml")
    for arguments in [["plan", "nets.yaml"], ["run", "nets.yaml", "-o", "new.h5"]] {
      let result = try framesweep(arguments)
      #expect(result.status == 65, "\(arguments)")
      #expect(
        result.errorOutput.hasPrefix("nets.yaml:5:10: weights: nets.h5: it is damaged"),
        "\(result.errorOutput)")
    }
    guard let launcher = MPILauncher.installed else { return }
    let ranks = try launcher.run(
      program, ["run", folder.path("nets.yaml"), "-o", folder.path("new.h5")], ranks: 2)
    #expect(ranks.status == 65, "\(ranks.errorOutput)")
    #expect(ranks.errorOutput.contains("nets.h5: it is damaged"), "\(ranks.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("new.h5.journal")))
  }

  @Test("Whatever bytes are changed, no command crashes", arguments: 1...20)
  func mutations(seed: UInt64) throws {
    #expect(try framesweep("run", "sweep.yaml", "-o", "bad.h5", "--workers", "1").status == 0)
    let file = URL(filePath: folder.path("bad.h5"))
    var random = SeededGenerator(seed: seed)
    var bytes = Array(try Data(contentsOf: file))
    let values: [UInt8] = [0, 1, 127, 128, 255]
    if seed.isMultiple(of: 2) {
      for _ in 0...Int.random(in: 0..<6, using: &random) {
        let place = Int.random(in: 8..<bytes.count, using: &random)
        bytes[place] = values.randomElement(using: &random) ?? 0
      }
    } else {
      let count = Int.random(in: 1..<400, using: &random)
      let source = Int.random(in: 8..<bytes.count - count, using: &random)
      let target = Int.random(in: 8..<bytes.count - count, using: &random)
      bytes.replaceSubrange(target..<target + count, with: bytes[source..<source + count])
    }
    try Data(bytes).write(to: file)
    for arguments in [
      ["verify", "bad.h5"], ["inspect", "bad.h5", "--points"],
      ["run", "sweep.yaml", "-o", "bad.h5", "--resume"],
    ] {
      let result = try framesweep(arguments)
      #expect(!result.isKilledBySignal && !result.isTimedOut, "\(arguments)")
      #expect([0, 65].contains(result.status), "\(arguments): \(result.errorOutput)")
    }
  }
}
