import Foundation
import TestSupport
import Testing

/// Ranks that are lost, late, wrapped or of another version, in real jobs.
@Suite(
  "Ranks of a job",
  .enabled(if: MPILauncher.installed?.isOpenMPI == true, Comment(rawValue: MPILauncher.missing)))
struct RankTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String
  let launcher: MPILauncher

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"))
    launcher = try #require(MPILauncher.installed)
    try folder.write(FaultTests.sweep, to: "sweep.yaml")
  }

  private func arguments(_ sweep: String) -> [String] {
    ["run", folder.path(sweep), "-o", folder.path("out.h5")]
  }

  @Test("A run that lost a rank and cannot write its results file ends") func lostAndFull() throws {
    // A folder that has the name of the unfinished file stands in for a disk that is full.
    try FileManager.default.createDirectory(
      atPath: folder.path("out.h5.partial"), withIntermediateDirectories: true)
    let result = try launcher.run(
      program, arguments("sweep.yaml"), ranks: 3, options: ["--enable-recovery"],
      environment: ["FRAMESWEEP_FAULT": "*=slow:0.05,*=kill@1"], upTo: .seconds(60))
    #expect(!result.isTimedOut)
    #expect(result.errorOutput.contains("rank 1 ended"), "\(result.errorOutput)")
    #expect(result.errorOutput.contains("out.h5.partial: removing it"), "\(result.errorOutput)")
    // What was computed is in the journal.
    try FileManager.default.removeItem(atPath: folder.path("out.h5.partial"))
    let resumed = try framesweep("run", "sweep.yaml", "-o", "out.h5", "--resume")
    #expect(resumed.status == 0, "\(resumed.errorOutput)")
    #expect(resumed.errorOutput.contains("are done already"))
  }
}
