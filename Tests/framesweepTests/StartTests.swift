import Foundation
import TestSupport
import Testing

/// Ranks of one job that are asked for unlike things, or run on unlike machines.
@Suite(
  "Start of a job",
  .enabled(if: MPILauncher.installed?.isOpenMPI == true, Comment(rawValue: MPILauncher.missing)))
struct StartTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String
  let launcher: MPILauncher

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"))
    launcher = try #require(MPILauncher.installed)
    try folder.write(FaultTests.sweep, to: "s.yaml")
  }

  /// Starts one rank for each line of arguments.
  private func start(_ ranks: [[String]], limit: Duration = .seconds(600)) throws -> ProcessResult {
    let rest = ranks.dropFirst().flatMap { [":", "-n", "1", program] + $0 }
    let result = try launcher.run(program, ranks[0] + rest, ranks: 1, upTo: limit)
    #expect(!result.isTimedOut)
    return result
  }

  private func run(_ sweep: String, _ output: String, _ options: String...) -> [String] {
    ["run", folder.path(sweep), "-o", folder.path(output)] + options
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("Ranks that were asked for unlike runs say which wants what, and write nothing")
  func unlikeRuns() throws {
    try folder.write(FaultTests.sweep.replacing("draws: 2", with: "draws: 3"), to: "s1.yaml")
    let first = run("s.yaml", "a.h5")
    let wrong = run("s.yaml", "a.h5", "--memory-limt", "4GiB")
    let plan = ["plan", folder.path("s1.yaml")]
    for (ranks, names) in [
      ([first, run("s1.yaml", "b.h5")], "the sweep file, --output"),
      ([first, run("s.yaml", "a.h5", "--resume")], "--resume"),
      ([first, wrong], "the arguments"), ([wrong, first], "the arguments"),
      ([first, plan], "the command"), ([plan, first], "the command"),
    ] {
      let result = try start(ranks)
      #expect(result.status == 64, "\(result.errorOutput)")
      #expect(result.errorOutput.contains("different things (\(names))"), "\(result.errorOutput)")
      for (rank, words) in ranks.enumerated() {
        #expect(
          result.errorOutput.contains("rank \(rank): framesweep \(words.joined(separator: " "))"),
          "\(result.errorOutput)")
      }
      #expect(try files() == ["s.yaml", "s1.yaml"])
    }
  }

  @Test("A farm of shards is refused by every rank, with what to do instead") func farm() throws {
    let result = try launcher.run(
      "/bin/bash",
      [
        "-c",
        """
        cd '\(folder.path)'; r=$OMPI_COMM_WORLD_RANK
        '\(program)' run s.yaml --shard $r/3 -o $r.h5; echo $? >code-$r; true
        """,
      ], ranks: 3, upTo: .seconds(600))
    #expect(!result.isTimedOut)
    #expect(try files() == ["code-0", "code-1", "code-2", "s.yaml"])
    for rank in 0..<3 {
      #expect(
        try String(contentsOfFile: folder.path("code-\(rank)"), encoding: .utf8) == "64\n")
      #expect(
        result.errorOutput.contains("rank \(rank): framesweep run s.yaml --shard \(rank)/3"))
    }
    #expect(result.errorOutput.contains("framesweep submit --shards"))
  }

  @Test("Tasks that cannot meet refuse a farm of shards, each of them", arguments: [0, 2])
  func unconnected(task: Int) throws {
    let result = try framesweep(
      "run", "s.yaml", "--shard", "\(task)/3", "-o", "out.h5",
      environment: [
        "SLURM_STEP_ID": "0", "SLURM_PROCID": "\(task)", "SLURM_STEP_NUM_TASKS": "3",
        "OMPI_COMM_WORLD_SIZE": nil,
      ])
    #expect(result.status == 64)
    #expect(result.errorOutput.contains("framesweep submit --shards"), "\(result.errorOutput)")
    #expect(try files() == ["s.yaml"])
  }

  @Test("Other names of the same files, and options in another order, are the same") func sameWish()
    throws
  {
    try FileManager.default.createDirectory(
      atPath: folder.path("deep"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: ".")
    let result = try start([
      run("s.yaml", "a.h5", "--refresh", "60s", "--retry", "lost,failed"),
      [
        "run", "--retry", "failed,lost", "--refresh", "1m", "--quiet", "-o",
        folder.path("deep/../link/a.h5"), folder.path("link/s.yaml"),
      ],
    ])
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(try framesweep("verify", "a.h5").status == 0)
  }

  @Test("A relative path is what it names from each rank's own folder") func folders() throws {
    for name in ["one", "two"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: true)
      try folder.write(FaultTests.sweep, to: "\(name)/s.yaml")
    }
    let words = ["run", "s.yaml", "-o", "a.h5"]
    let apart = try launcher.run(
      program,
      words + [":", "-n", "1", "-wdir", folder.path("two"), program] + words,
      ranks: 1, options: ["-wdir", folder.path("one")], upTo: .seconds(600))
    #expect(apart.status == 64, "\(apart.errorOutput)")
    #expect(apart.errorOutput.contains("different things (--output)"), "\(apart.errorOutput)")
    #expect(apart.errorOutput.contains("in \(folder.path("two"))"), "\(apart.errorOutput)")
    let together = try launcher.run(
      program,
      words + [":", "-n", "1", "-wdir", folder.path, program, "run", "s.yaml", "-o", "one/a.h5"],
      ranks: 1, options: ["-wdir", folder.path("one")], upTo: .seconds(600))
    #expect(together.status == 0, "\(together.errorOutput)")
    #expect(try framesweep("verify", "one/a.h5").status == 0)
  }

  @Test("Commands for one process run once, if all ranks are asked for the same") func once() throws
  {
    let plan = ["plan", folder.path("s.yaml")]
    let result = try start([plan, plan])
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.output.components(separatedBy: "plan hash").count == 2)
    try folder.write(FaultTests.sweep.replacing("draws: 2", with: "draws: 3"), to: "s1.yaml")
    let other = try start([plan, ["plan", folder.path("s1.yaml")]])
    #expect(other.status == 64, "\(other.errorOutput)")
    #expect(other.errorOutput.contains("rank 1: framesweep plan"), "\(other.errorOutput)")
    #expect(other.output.isEmpty)
  }

  @Test("A script may run several commands in each rank, and is told what is done once")
  func script() throws {
    let result = try launcher.run(
      "/bin/bash",
      [
        "-c",
        """
        cd '\(folder.path)'
        '\(program)' plan s.yaml; '\(program)' run s.yaml -o a.h5; '\(program)' verify a.h5
        """,
      ], ranks: 2, upTo: .seconds(600))
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.output.contains("a.h5: whole, its checksum is right"))
    for name in ["plan", "verify"] {
      #expect(result.errorOutput.contains("\(name) runs once, on rank 0 of 2"))
    }
  }

  @Test("A run ends if another rank never comes") func absentRank() throws {
    let result = try launcher.run(
      program, run("s.yaml", "a.h5") + [":", "-n", "1", "/bin/true"], ranks: 1, upTo: .seconds(600))
    #expect(!result.isTimedOut)
    #expect(result.status != 0)
    #expect(try files() == ["s.yaml"])
  }

  @Test("Ranks with unlike kernels are warned of, at the start and by all who read the file")
  func unlikeKernels() throws {
    let words = run("s.yaml", "a.h5")
    let mixed = try launcher.run(
      program, words + [":", "-n", "1", program] + words, ranks: 1,
      options: ["-x", "ONEDNN_MAX_CPU_ISA=SSE41", "-x", "OPENBLAS_CORETYPE=Prescott"],
      upTo: .seconds(600))
    #expect(mixed.status == 0, "\(mixed.errorOutput)")
    let shown = try [
      mixed.errorOutput, framesweep("verify", "a.h5").output,
      framesweep("inspect", "a.h5").output.split { " \n".contains($0) }.joined(separator: " "),
      framesweep("inspect", "a.h5", "--json").output,
    ]
    for text in shown {
      #expect(text.contains("differs in the oneDNN instruction set"), "\(text)")
      #expect(text.contains("sse41 (rank 0 on "), "\(text)")
      #expect(text.contains("differs in the BLAS core"), "\(text)")
    }
    let again = try start([words.map { $0.replacing("a.h5", with: "b.h5") }])
    #expect(!again.errorOutput.contains("differs in"), "\(again.errorOutput)")
  }

  @Test("Runs and shards with unlike kernels are warned of") func unlikeRunsAndShards() throws {
    let slow = ["ONEDNN_MAX_CPU_ISA": "SSE41" as String?]
    _ = try framesweep("run", "s.yaml", "-o", "a.h5", "--points", "0-3", environment: slow)
    let resumed = try framesweep("run", "s.yaml", "-o", "a.h5", "--resume")
    #expect(resumed.status == 0)
    _ = try framesweep("run", "s.yaml", "-o", "0.h5", "--shard", "0/2", environment: slow)
    _ = try framesweep("run", "s.yaml", "-o", "1.h5", "--shard", "1/2")
    let merged = try framesweep("merge", "0.h5", "1.h5", "-o", "whole.h5")
    #expect(merged.status == 0)
    for text in try [
      resumed.errorOutput, framesweep("verify", "a.h5").output, merged.errorOutput,
      framesweep("verify", "whole.h5").output,
    ] {
      #expect(text.contains("differs in the oneDNN instruction set: "), "\(text)")
      #expect(text.contains("sse41 (run 0)"), "\(text)")
    }
    for command in ["verify", "inspect"] {
      let survey = try framesweep(command, ".").output
      #expect(survey.contains("differs in the oneDNN instruction set: "), "\(survey)")
      #expect(survey.contains("sse41 (shard 0)"), "\(survey)")
    }
  }
}
