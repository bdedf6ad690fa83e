import Foundation
import TestSupport
import Testing

/// A results file and a journal of framesweep 0.1, whose plan's hash did not cover the columns.
@Suite("Files of version 0.1") struct OlderVersionTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    let tool = try #require(installedExecutable("gzip"))
    for name in ["sweep.yaml", "complete.h5", "killed.h5.journal"] {
      let packed = try #require(
        Bundle.module.url(
          forResource: name, withExtension: "gz", subdirectory: "Golden/version-0.1"))
      let path = packed.path(percentEncoded: false)
      let result = try RunningProcess(
        "/bin/sh", ["-c", "\(tool) -dc '\(path)' >'\(folder.path(name))'"]
      ).wait()
      #expect(result.isSuccess)
    }
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: folder.path(name)))
  }

  @Test("They are shown as they are") func shown() throws {
    let file = try framesweep("inspect", "complete.h5")
    #expect(file.status == 0 && file.output.hasPrefix("complete.h5: 2 points, complete"))
    let journal = try framesweep("inspect", "killed.h5.journal", "--points")
    #expect(journal.status == 0 && journal.output.split(separator: "\n").count == 1)
  }

  @Test("They belong to another plan, are not called damaged, and stay as they are")
  func refused() throws {
    let words = "belongs to another plan"
    for arguments in [
      ["verify", "complete.h5"],
      ["run", "sweep.yaml", "-o", "complete.h5", "--resume"],
      ["run", "sweep.yaml", "-o", "killed.h5", "--resume"],
    ] {
      let (file, journal) = try (bytes("complete.h5"), bytes("killed.h5.journal"))
      let result = try framesweep(arguments)
      #expect(result.status == 65, "\(arguments): \(result.errorOutput)")
      #expect(result.errorOutput.contains(words), "\(arguments): \(result.errorOutput)")
      #expect(result.errorOutput.contains("framesweep 0.1.0 wrote it"), "\(result.errorOutput)")
      #expect(try bytes("complete.h5") == file && bytes("killed.h5.journal") == journal)
    }
    let reused = try framesweep("run", "sweep.yaml", "-o", "new.h5", "--reuse", "complete.h5")
    #expect(reused.status == 65)
    #expect(
      reused.errorOutput.contains(
        "its plan comes out otherwise today, because the numerics or the columns of framesweep "
          + "changed; version 0.1.0 wrote it"), "\(reused.errorOutput)")
  }

  @Test("They are not mixed with results of this version") func merged() throws {
    #expect(try framesweep("run", "sweep.yaml", "-o", "new.h5").status == 0)
    let merged = try framesweep("merge", "new.h5", "complete.h5", "-o", "all.h5")
    #expect(merged.status == 65)
    #expect(merged.errorOutput.contains("belongs to another plan"), "\(merged.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("all.h5")))
  }
}
