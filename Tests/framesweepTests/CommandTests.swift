import Foundation
import TestSupport
import Testing

/// Runs the program as a user would, on sweeps that take a moment.
@Suite("Commands") struct CommandTests: ProgramTests {
  static let sweep = """
    format: 1
    name: tiny
    seed: 3
    architecture:
      input: {channels: 3, size: 8}
    grid:
      family: [chain, dense]
      form: [synthesis, analysis]
      stage_depth: [2, 3]
      width: {powers_of_two: [4, 16]}
    include:
      - {family: residual, input: {channels: 9, size: 1}, stages: [{widths: [5, 5, 5]}]}
    weights: {init: he, draws: 2}
    measure:
      frame: {minimum: true, statistics: true}
    """
  static let pointCount = 25

  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(Self.sweep, to: "tiny.yaml")
  }

  @Test("A plan counts the points and computes nothing") func plan() throws {
    let result = try framesweep("plan", "tiny.yaml")
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.output.contains("\(Self.pointCount)"))
    let points = try framesweep("plan", "tiny.yaml", "--points")
    #expect(points.output.split(separator: "\n").count == Self.pointCount)
  }

  @Test("Presets are listed with their parameters and sources") func presets() throws {
    let list = try framesweep("presets")
    #expect(list.status == 0, "\(list.errorOutput)")
    #expect(list.output.contains("cifar_resnet_20"))
    let one = try framesweep("presets", "resnet_18")
    #expect(one.output.contains("11,689,512"))
    #expect(one.output.contains("He et al. 2016"))
    let dense = try framesweep("presets", "densenet_40")
    #expect(dense.output.contains("1,019,722") && dense.output.contains("1.0 M (Huang et al. 2017"))
    #expect(dense.output.contains("1.94 M in place of 1.0 M"))
    let none = try framesweep("presets", "resnet_19")
    #expect(none.status == 64)
    #expect(none.errorOutput.contains("there is no preset 'resnet_19'"))
    #expect(none.errorOutput.contains("did you mean 'resnet_18'?"))
  }

  @Test("One process and any number of ranks give the same root group") func sameBits() throws {
    #expect(try framesweep("run", "tiny.yaml", "-o", "one.h5").status == 0)
    let checksum = try inspected("data checksum", "one.h5")
    #expect(
      try framesweep("run", "tiny.yaml", "-o", "two.h5", "--workers", "3").status == 0)
    #expect(try inspected("data checksum", "two.h5") == checksum)
    guard let launcher = MPILauncher.installed else { return }
    for ranks in [1, 2, 5] {
      let result = try launcher.run(
        program, ["run", folder.path("tiny.yaml"), "-o", folder.path("mpi\(ranks).h5")],
        ranks: ranks)
      #expect(result.status == 0, "\(result.errorOutput)")
      #expect(try inspected("data checksum", "mpi\(ranks).h5") == checksum)
    }
  }

  @Test("A wrong sweep file is refused with its places", arguments: ["plan", "run"])
  func wrongSweep(command: String) throws {
    try folder.write(
      Self.sweep.replacing("width:", with: "widht:").replacing(
        "family: [chain", with: "family: [chian"),
      to: "wrong.yaml")
    let arguments = command == "run" ? ["-o", "out.h5"] : []
    let result = try framesweep([command, "wrong.yaml"] + arguments)
    #expect(result.status == 65)
    #expect(result.errorOutput.contains("wrong.yaml:7:"))
    #expect(result.errorOutput.contains("wrong.yaml:10:"))
    #expect(result.errorOutput.contains("did you mean 'width'"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5")))
  }

  @Test("A missing sweep file is wrong input, an unknown option wrong usage") func usage() throws {
    #expect(try framesweep("plan", "nowhere.yaml").status == 65)
    #expect(try framesweep("plan", "tiny.yaml", "--rank", "3").status == 64)
    #expect(try framesweep("run", "tiny.yaml").status == 64)
    #expect(try framesweep("inspect", "nowhere.h5").status == 65)
  }

  @Test("Singletons of another launcher are told so") func wrongLauncher() throws {
    let result = try framesweep(
      "run", "tiny.yaml", "-o", "out.h5",
      environment: ["PMI_SIZE": "4", "PMI_RANK": "0", "OMPI_COMM_WORLD_SIZE": nil])
    #expect(result.status == 64, "\(result.errorOutput)")
    #expect(result.errorOutput.contains("4 processes"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5")))
  }

  @Test("A terminated run keeps what it did, and resumes with --resume") func resume() throws {
    #expect(try framesweep("run", "tiny.yaml", "-o", "whole.h5").status == 0)
    let process = try RunningProcess(
      program, ["run", "tiny.yaml", "-o", "parts.h5"],
      environment: ["FRAMESWEEP_FAULT": "20=slow:600"], directory: folder.url)
    let known = try waitForRecords(of: "parts.h5", while: process)
    process.signal(SIGTERM)
    let result = process.wait()
    #expect(result.status == 75, "\(result.errorOutput)")
    #expect(known > 0)
    #expect(try framesweep("run", "tiny.yaml", "-o", "parts.h5", "--resume").status == 0)
    #expect(
      try inspected("data checksum", "parts.h5") == inspected("data checksum", "whole.h5"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("parts.h5.journal")))
  }

  @Test("A point that does not fit the memory costs one point") func outOfMemory() throws {
    try folder.write(
      """
      format: 1
      name: large
      architecture: {family: chain, input: {channels: 9, size: 1}, stage_depth: 2}
      grid:
        width: [4, 2000000]
      weights: {init: he, draws: 1}
      measure: {frame: {statistics: true}}
      """, to: "large.yaml")
    let result = try framesweep("run", "large.yaml", "-o", "large.h5")
    #expect(result.status == 3, "\(result.errorOutput)")
    let failures = try framesweep("inspect", "large.h5", "--failed")
    #expect(failures.output.hasPrefix("1\tout_of_memory\tneeds about"))
    #expect(!failures.output.contains("\n0\t"))
  }

  @Test("A results file that would be too large is refused before anything runs")
  func tooLarge() throws {
    let result = try framesweep("run", "tiny.yaml", "-o", "out.h5", "--max-output", "1KiB")
    #expect(result.status == 65)
    #expect(result.errorOutput.contains("--max-output"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.journal")))
    #expect(try framesweep("plan", "tiny.yaml", "--max-output", "1 MiB").status == 0)
    #expect(try framesweep("plan", "tiny.yaml", "--max-output", "much").status == 64)
  }

  @Test("Names that are no files' are refused as outputs") func outputNames() throws {
    #expect(try framesweep("run", "tiny.yaml", "-o", "").status == 64)
    #expect(try framesweep("run", "tiny.yaml", "-o", "folder/").status == 64)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.h5"), withDestinationPath: "elsewhere.h5")
    #expect(try framesweep("run", "tiny.yaml", "-o", "link.h5").status == 73)
    try folder.write("not HDF5", to: "text.h5")
    let result = try framesweep("inspect", "text.h5")
    #expect(result.status == 65)
    #expect(result.errorOutput.contains("not an HDF5 file"))
  }

  @Test("A name of another kind of file is asked about") func otherKinds() throws {
    for arguments in [["run", "tiny.yaml"], ["merge", "x.h5"]] {
      for name in ["out.csv", "a.b/OUT.JSON", "tiny.yaml"] {
        let result = try framesweep(arguments + ["-o", name])
        #expect(result.status == 64)
        let meant = name.split(separator: ".").dropLast().joined(separator: ".") + ".h5"
        #expect(result.errorOutput.contains("HDF5: did you mean '\(meant)'?"))
      }
    }
    let twice = try framesweep("run", "tiny.yaml", "-o", "out.h5.txt")
    #expect(twice.errorOutput.contains("HDF5: did you mean 'out.h5'?"))
    #expect(try framesweep("run", "tiny.yaml", "-o", "out.hdf5").status == 0)
  }

  @Test(
    "A command that there is not suggests the near one",
    arguments: [
      (["pan", "x"], "did you mean 'plan'?"), (["help", "pan"], "did you mean 'plan'?"),
      (["veryfi", "x.h5"], "did you mean 'verify'?"),
      (["show", "x.h5"], "did you mean 'inspect'?"),
      (["tiny.yaml"], "did you mean framesweep plan tiny.yaml?"),
      (["out.h5"], "did you mean framesweep inspect out.h5?"),
      (["resum", "x"], "did you mean framesweep run SWEEP -o OUT.h5 --resume?"),
      (["plto", "x.h5"], "did you mean 'figure'?"),
      (["xyzzy"], "expected one of new, plan, run"),
    ])
  func unknownCommand(arguments: [String], expected: String) throws {
    let result = try framesweep(arguments)
    #expect(result.status == 64)
    #expect(result.errorOutput.contains(expected), "\(result.errorOutput)")
    #expect(!result.errorOutput.contains("probe"))
  }

  @Test(
    "Sizes and durations are refused without a unit, and the spellings are listed",
    arguments: [
      (["run", "tiny.yaml", "-o", "out.h5", "--walltime", "90"], "1h30m"),
      (["run", "tiny.yaml", "-o", "out.h5", "--point-timeout", "1:30"], "2-00:00:00"),
      (["run", "tiny.yaml", "-o", "out.h5", "--refresh", "60"], "90s"),
      (["run", "tiny.yaml", "-o", "out.h5", "--memory-limit", "4096"], "4GiB or 4096M"),
      (["run", "tiny.yaml", "-o", "out.h5", "--max-output", "4"], "4GiB or 4096M"),
      (["plan", "tiny.yaml", "--max-output", "4"], "4GiB or 4096M"),
      (["submit", "tiny.yaml", "--profile", "generic-slurm", "--time", "2"], "1:30:00"),
    ])
  func unitless(arguments: [String], expected: String) throws {
    let result = try framesweep(arguments)
    #expect(result.status == 64)
    #expect(result.errorOutput.contains(expected), "\(result.errorOutput)")
  }

  @Test("Sizes and durations are taken as Slurm writes them") func slurmUnits() throws {
    let result = try framesweep(
      "run", "tiny.yaml", "-o", "out.h5", "--walltime", "1-2:30", "--point-timeout", "1h30m",
      "--memory-limit", "4G", "--max-output", "4096M", "--refresh", "1:30:00")
    #expect(result.status == 0, "\(result.errorOutput)")
    let submitted = try framesweep(
      "submit", "tiny.yaml", "--profile", "generic-slurm", "--time", "1h30m", "--scripts")
    #expect(submitted.output.contains("#SBATCH --time=01:30:00"), "\(submitted.errorOutput)")
  }

  @Test("plan says what a generator gives where its ends are not met") func generatorNote() throws {
    try folder.write(Self.sweep.replacing("[4, 16]", with: "[5, 20]"), to: "ends.yaml")
    let result = try framesweep("plan", "ends.yaml")
    #expect(
      result.errorOutput.contains(
        "ends.yaml:10:10: grid.width: gives 2 values, 8, 16: 5 and 20 are no powers of two (note)"),
      "\(result.errorOutput)")
    #expect(
      try framesweep("run", "ends.yaml", "-o", "out.h5").errorOutput.contains("(note)") == false)
  }

  @Test("Jobs that a job submits do not inherit what belongs to it") func submitInJob() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("bin"), withIntermediateDirectories: true)
    let path = try folder.write(
      "#!/bin/sh\nenv >>\(folder.path("env"))\necho 12\n", to: "bin/sbatch")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let result = try framesweep(
      "submit", "tiny.yaml", "--profile", "generic-slurm", "-o", "out.h5", "--shards", "2", "--yes",
      environment: [
        "PATH": "\(folder.path("bin")):\(search)", "SLURM_JOB_ID": "7", "SLURM_CPU_BIND": "quiet",
        "SLURM_MEM_PER_NODE": "500", "SLURM_RESTART_COUNT": "2", "SLURM_CONF": "/etc/slurm.conf",
        "SBATCH_ACCOUNT": "ab12",
      ])
    #expect(result.status == 0, "\(result.errorOutput)")
    let lines = try String(contentsOfFile: folder.path("env"), encoding: .utf8)
      .split(separator: "\n")
    #expect(
      Set(lines.filter { $0.hasPrefix("SLURM") || $0.hasPrefix("SBATCH") })
        == ["SLURM_CONF=/etc/slurm.conf", "SBATCH_ACCOUNT=ab12"])
  }

  @Test("The bench runs alone and under mpirun") func bench() throws {
    let arguments = ["bench", "--points", "2000", "--rounds", "1", "--seconds", "0.2"]
    let alone = try framesweep(arguments)
    #expect(alone.status == 0, "\(alone.errorOutput)")
    for word in ["overhead", "efficiency", "schedule"] { #expect(alone.output.contains(word)) }
    guard let launcher = MPILauncher.installed else { return }
    let ranks = try launcher.run(program, arguments + ["--folder", folder.path], ranks: 2)
    #expect(ranks.status == 0, "\(ranks.errorOutput)")
    #expect(ranks.output.contains("2 MPI ranks"))
  }
}
