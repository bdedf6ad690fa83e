import Architectures
import Foundation
import ImageData
import TestSupport
import Testing

/// Runs sweeps whose weights stand in files, alone and under mpirun.
@Suite("Commands on weights files") struct WeightsCommandTests: ProgramTests {
  static let sweep = """
    format: 1
    name: nets
    architecture: {input: {channels: 3, size: 8}, stage_depth: 2, width: 4}
    grid:
      family: [chain, dense]
      weights:
        - {file: nets/{family}.h5, group: /epoch1}
        - {file: nets/{family}.h5, group: /epoch2}
        - {init: he}
    measure: {frame: {statistics: true}}
    """

  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
    try folder.write(Self.sweep, to: "nets.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path("nets"), withIntermediateDirectories: true)
    for (family, inputs) in [("chain", [3, 4]), ("dense", [3, 4])] {
      var numbers = SeededGenerator(seed: family == "chain" ? 1 : 2)
      let networks = (1...2).map { epoch in
        let layers = inputs.map { columns in
          WeightTensor(
            rows: 4, columns: columns, kernel: 3, values: numbers.numbers(4 * columns * 9))
        }
        return (group: String?("epoch\(epoch)"), weights: NetworkWeights(layers: layers))
      }
      try WeightsFile.write(networks, to: folder.path("nets/\(family).h5"))
    }
  }

  @Test("Ranks and one process give the same root group, whatever the working folder")
  func sameBits() throws {
    let alone = try framesweep("run", "nets.yaml", "-o", "one.h5")
    #expect(alone.status == 0, "\(alone.errorOutput)")
    guard let launcher = MPILauncher.installed else { return }
    let result = try launcher.run(
      program, ["run", folder.path("nets.yaml"), "-o", folder.path("mpi.h5")], ranks: 3)
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(try checksum("mpi.h5") == checksum("one.h5"))
  }

  @Test("A missing file and a wrong shape are refused with the place of the source")
  func refused() throws {
    try FileManager.default.removeItem(atPath: folder.path("nets/dense.h5"))
    try folder.write(Self.sweep.replacing("width: 4", with: "width: 5"), to: "wide.yaml")
    for (sweep, message) in [
      ("nets.yaml", "nets.yaml:7:7: weights: nets/dense.h5: there is no such file"),
      (
        "wide.yaml",
        "wide.yaml:8:7: weights: nets/chain.h5: /epoch2/0/weight (layer 1) has shape "
          + "(4, 3, 3, 3), expected (5, 3, 3, 3)"
      ),
    ] {
      for arguments in [["plan", sweep], ["run", sweep, "-o", "out.h5"]] {
        let result = try framesweep(arguments)
        #expect(result.status == 65)
        #expect(result.errorOutput.contains(message), "\(result.errorOutput)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.journal")))
      }
    }
  }

  @Test("A host that lacks a file is named, once, before anything runs") func missingOnHost()
    throws
  {
    guard let launcher = MPILauncher.installed, launcher.isOpenMPI else { return }
    let elsewhere = try TemporaryDirectory()
    let arguments = ["run", "nets.yaml", "-o", "out.h5"]
    let result = try launcher.run(
      program, arguments + [":", "-n", "2", "-wdir", elsewhere.path, program] + arguments,
      ranks: 1, options: ["-wdir", folder.path])
    #expect(result.status == 65, "\(result.errorOutput)")
    let text = "nets/chain.h5: is not there"
    #expect(result.errorOutput.components(separatedBy: text).count == 2, "\(result.errorOutput)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.journal")))
  }

  @Test("Of several ranks one speaks", arguments: [["plan", "SWEEP"], ["plan", "none.yaml"]])
  func oneSpeaks(arguments: [String]) throws {
    guard let launcher = MPILauncher.installed else { return }
    let sweep = folder.path("nets.yaml")
    let result = try launcher.run(
      program, arguments.map { $0.replacing("SWEEP", with: sweep) }, ranks: 3)
    #expect(result.status == (arguments.contains("none.yaml") ? 65 : 0))
    let lines = (result.output + result.errorOutput).split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("points ") || $0.contains("no such file") } == 1)
  }

  @Test("A file of HDF5 1.10's own format is read like any other") func newerFormat() throws {
    let packed = try #require(
      Bundle.module.url(
        forResource: "newer-format.h5", withExtension: "gz", subdirectory: "Golden"))
    let tool = try #require(installedExecutable("gzip"))
    try FileManager.default.copyItem(
      atPath: packed.path(percentEncoded: false), toPath: folder.path("newer.h5.gz"))
    #expect(
      try RunningProcess(tool, ["-d", "newer.h5.gz"], directory: folder.url).wait().isSuccess)
    try folder.write(
      """
      format: 1
      name: newer
      architecture: {family: chain, input: {channels: 4, size: 1}, stage_depth: 2}
      grid: {width: [2]}
      weights: {file: newer.h5}
      measure: {frame: {statistics: true}}
      """, to: "newer.yaml")
    let result = try framesweep("run", "newer.yaml", "-o", "newer-results.h5")
    #expect(result.status == 0, "\(result.errorOutput)")
  }
}
