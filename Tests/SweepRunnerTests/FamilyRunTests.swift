import Foundation
import SweepRuntime
import TestSupport
import Testing

@testable import SweepRunner

@Suite("Runs over families, normalizations and activations") struct FamilyRunTests {
  private static let sweep = """
    format: 1
    name: families
    architecture:
      {input: {channels: 1, size: 8}, stage_count: 2, width: 4, stage_depth: 2, blocks: 1, patch: 4}
    grid:
      family: [chain, residual, dense, transformer, mixer, convnext]
      normalization: [none, batch]
      activation: [relu, gelu]
    include:
      - {family: residual, input: {channels: 1, size: 8}, block: basic, shortcut: projection,
         stages: [{widths: [4]}, {widths: [6]}], normalization: batch,
         normalization_statistics: batch}
    measure:
      frame: {statistics: true}
      neural_frames: {images: 2, perturbations: {noise: 2}}
    """

  @Test("Any number of ranks and workers, and any shards, give the same table")
  func sameBits() throws {
    let place = try Workplace(["families.yaml": Self.sweep])
    let one = try place.run("families.yaml", "one.h5", workers: 1)
    #expect(one.status == .ok, "\(one.words)")
    let checksum = try place.checksum("one.h5")
    let ranks = try place.run("families.yaml", "ranks.h5", ranks: 3)
    #expect(ranks.allSatisfy { $0.status == .ok }, "\(ranks.map(\.words))")
    #expect(try place.checksum("ranks.h5") == checksum)
    let verified = try place.verify("ranks.h5")
    #expect(verified.status == .ok, "\(verified.words)")
    try FileManager.default.createDirectory(
      atPath: place.path("shards"), withIntermediateDirectories: true)
    for index in 0..<2 {
      let run = try place.run("families.yaml", "shards/\(index).h5") {
        $0.shard = Shard(index: index, of: 2)
      }
      #expect(run.status == .ok, "\(run.words)")
    }
    #expect(try place.merge(["shards"], "merged.h5").status == .ok)
    #expect(try place.checksum("merged.h5") == checksum)
  }
}
