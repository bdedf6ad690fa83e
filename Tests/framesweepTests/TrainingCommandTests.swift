import Foundation
import TestSupport
import Testing

/// Sweeps that train networks, run as a user does.
@Suite("Training from the command line") struct TrainingCommandTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  /// Everything that is measured of networks with weights.
  private static let sweep = """
    format: 1
    name: training
    seed: 2
    architecture: {input: {channels: 1, size: 8}, stage_count: 2}
    grid:
      family: [chain, residual, dense]
      stage_depth: [1, 2]
      width: [3]
    weights: {init: he, draws: 2}
    measure:
      frame: {statistics: true}
      neural_frames:
        images: 4
        perturbations: {augmentation: all, noise: 2}
      companions: {images: 8}
      train: {epochs: 1, augment: {translate: 1}, potential_penalty: 2}
      robustness: {attacks: [fgsm_linf], radii: [0.1]}
    """

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
  }

  @Test("One process and 1, 2 and 5 ranks train, attack and score with the same bits")
  func sameBits() throws {
    try folder.write(Self.sweep, to: "sweep.yaml")
    let alone = try framesweep(["run", "sweep.yaml", "-o", "alone.h5"])
    #expect(alone.status == 0, "\(alone.errorOutput)")
    let expected = try checksum("alone.h5")
    let verified = try framesweep(["verify", "alone.h5"])
    #expect(verified.status == 0, "\(verified.errorOutput)")
    guard let launcher = MPILauncher.installed else { return }
    for ranks in [1, 2, 5] {
      let result = try launcher.run(
        program, ["run", folder.path("sweep.yaml"), "-o", folder.path("\(ranks).h5")],
        ranks: ranks)
      #expect(result.status == 0, "\(result.errorOutput)")
      #expect(try checksum("\(ranks).h5") == expected)
    }
  }

  /// One network whose training lasts as long as a fault holds each of its epochs.
  private static let long = """
    format: 1
    name: long
    seed: 2
    grid: {input: [{channels: 64, size: 1}], family: [chain], stages: [[{widths: [8]}]]}
    measure: {train: {epochs: 12}}
    """

  /// States are kept a second apart.
  private static let slowly: [String: String?] = ["FRAMESWEEP_FAULT": "*=epoch:0.6"]

  /// The epochs of the training whose state is kept beside an output; nil where none is.
  private func keptEpochs(_ output: String) -> Int? {
    let kept = folder.path(output + ".training")
    guard
      let name = try? FileManager.default.contentsOfDirectory(atPath: kept).first(where: {
        $0.hasSuffix("-0")
      }), let data = FileManager.default.contents(atPath: kept + "/" + name)
    else { return nil }
    // Behind a line, two digests of 32 bytes, the draw, and the numbers of parameters and moments.
    let start = "framesweep training 2\n".utf8.count + 2 * 32 + 3 * 8
    guard data.count > start + 8 else { return nil }
    return (0..<8).reduce(0) { $0 | Int(data[start + $1]) << (8 * $1) }
  }

  /// Runs until a state of more than so many epochs is kept, and kills the process then.
  private func kill(after epochs: Int, _ arguments: [String]) throws -> Int? {
    let run = try RunningProcess(
      program, arguments, environment: Self.slowly, directory: folder.url)
    while run.isRunning, keptEpochs("out.h5") ?? 0 <= epochs {
      Thread.sleep(forTimeInterval: 0.002)
    }
    run.signal(SIGKILL)
    #expect(run.wait().isKilledBySignal)
    return keptEpochs("out.h5")
  }

  @Test("A long training that is killed resumes at the epoch that was kept, with the same bits")
  func killed() throws {
    try folder.write(Self.long, to: "long.yaml")
    let begin = ["run", "long.yaml", "-o", "out.h5"]
    // The second state is ahead of what a new start keeps first.
    let early = try #require(try kill(after: 0, begin))
    let middle = try #require(try kill(after: early, begin + ["--resume"]))
    #expect(early > 0 && middle > early)
    let resumed = try RunningProcess(
      program, begin + ["--resume"], environment: Self.slowly, directory: folder.url)
    var next: Int?
    while resumed.isRunning, let kept = keptEpochs("out.h5") {
      if kept != middle { next = next ?? kept }
      Thread.sleep(forTimeInterval: 0.002)
    }
    #expect(resumed.wait().status == 0)
    // Nothing that was kept is computed again.
    #expect(next.map { $0 > middle } ?? true)
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.h5.training")))
    let whole = try framesweep(["run", "long.yaml", "-o", "whole.h5"])
    #expect(whole.status == 0, "\(whole.errorOutput)")
    #expect(try checksum("out.h5") == checksum("whole.h5"))
  }
}
