import Foundation
import TestSupport
import Testing

/// Logs and tables that cannot be written.
@Suite("Standard streams") struct StreamTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(FaultTests.sweep, to: "sweep.yaml")
  }

  /// Runs a line of a shell in which `framesweep` is the program.
  private func shell(_ line: String) throws -> ProcessResult {
    try RunningProcess(
      "/bin/sh", ["-c", "framesweep() { '\(program)' \"$@\"; }; \(line)"], directory: folder.url
    ).wait()
  }

  @Test("A run goes on where its log cannot be written") func fullLog() throws {
    let result = try shell("framesweep run sweep.yaml -o out.h5 2>/dev/full")
    #expect(result.status == 0)
    #expect(try framesweep("verify", "out.h5").status == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.lock")))
  }

  @Test("A run goes on where nobody reads its log any more") func unreadLog() throws {
    let result = try shell(
      "{ sleep 0.5; framesweep run sweep.yaml -o out.h5; echo $? >code; } 2>&1 | true; cat code")
    #expect(result.output == "0\n")
    #expect(try framesweep("verify", "out.h5").status == 0)
  }

  @Test("A table that cannot be written is an error, and one that nobody reads is none")
  func fullTable() throws {
    #expect(try framesweep("run", "sweep.yaml", "-o", "out.h5").status == 0)
    let full = try shell("framesweep inspect out.h5 --csv >/dev/full")
    #expect(full.status == 73, "\(full.errorOutput)")
    #expect(
      full.errorOutput
        == "standard output: writing to it: No space left on device\n")
    for words in ["inspect out.h5", "inspect out.h5 --json", "plan sweep.yaml --points", "schema"] {
      let result = try shell("framesweep \(words) >/dev/full")
      #expect(result.status == 73, "\(words)")
      #expect(result.errorOutput.contains("standard output"), "\(words): \(result.errorOutput)")
    }
    let unread = try shell("{ sleep 0.2; framesweep inspect out.h5 --csv; } | true")
    #expect(unread.errorOutput.isEmpty, "\(unread.errorOutput)")
  }
}
