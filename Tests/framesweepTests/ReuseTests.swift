import Architectures
import Foundation
import HDF5
import HDF5Fixtures
import ImageData
import TestSupport
import Testing

/// Results of another sweep that are taken over where the two sweeps have more than a list of points
/// between them.
@Suite("Reuse of results") struct ReuseTests: ProgramTests {
  let folder: TemporaryDirectory
  let program: String

  init() throws {
    folder = try TemporaryDirectory()
    program = try #require(BuiltProducts.executable("framesweep"), "\(BuiltProducts.missing)")
  }

  @Test("A deeper sweep takes over neural frames, and so does a shallower one") func depths() throws
  {
    func write(_ depths: String, to name: String) throws {
      try folder.write(
        """
        format: 1
        name: depths
        architecture: {family: chain, input: {channels: 1, size: 8}, width: 2}
        grid: {stage_depth: [\(depths)]}
        weights: {init: he, draws: 2}
        measure:
          neural_frames:
            {data: digits, images: 3, per_image: true, perturbations: {noise: 3, fourier: 2}}
        """, to: name)
    }
    for (name, depths) in [("two", "2"), ("more", "1, 3, 2"), ("one", "1, 2")] {
      try write(depths, to: name + ".yaml")
      #expect(try framesweep("run", "\(name).yaml", "-o", "\(name).h5").status == 0)
    }
    for (new, old, count) in [("more", "two", 1), ("one", "more", 2), ("more", "one", 2)] {
      let output = "\(new)-of-\(old).h5"
      let result = try framesweep("run", "\(new).yaml", "-o", output, "--reuse", "\(old).h5")
      #expect(result.status == 0, "\(result.errorOutput)")
      #expect(result.errorOutput.contains("\(count) of them reused"))
      #expect(try checksum(output) == checksum("\(new).h5"))
      #expect(try framesweep("verify", output).status == 0)
    }
  }

  @Test("Points are taken over whose weights files are the same, wherever the old results lie")
  func weightsFiles() throws {
    func write(_ widths: String, to name: String) throws {
      try folder.write(
        """
        format: 1
        name: nets
        architecture: {family: chain, input: {channels: 2, size: 4}, stage_depth: 1}
        grid: {width: [\(widths)]}
        weights: {file: "net{width}.h5"}
        measure: {frame: {statistics: true}}
        """, to: name)
    }
    func writeWeights(width: Int, seed: UInt64) throws {
      var numbers = SeededGenerator(seed: seed)
      let layer = WeightTensor(
        rows: width, columns: 2, kernel: 3, values: numbers.numbers(width * 2 * 9))
      try WeightsFile.write(
        [(group: nil, weights: NetworkWeights(layers: [layer]))],
        to: folder.path("net\(width).h5"))
    }
    for width in 4...7 { try writeWeights(width: width, seed: UInt64(width)) }
    try write("4, 5, 6, 7", to: "old.yaml")
    try write("3, 4, 5, 6", to: "new.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path("results"), withIntermediateDirectories: true)
    #expect(try framesweep("run", "old.yaml", "-o", "results/old.h5").status == 0)
    // One file is new, one has changed, and one that only the old sweep read is gone.
    try writeWeights(width: 3, seed: 3)
    for width in [5, 7] {
      try FileManager.default.removeItem(atPath: folder.path("net\(width).h5"))
    }
    try writeWeights(width: 5, seed: 50)
    let result = try framesweep("run", "new.yaml", "-o", "new.h5", "--reuse", "results/old.h5")
    #expect(result.status == 0, "\(result.errorOutput)")
    #expect(result.errorOutput.contains("2 of them reused"))
    #expect(try framesweep("run", "new.yaml", "-o", "whole.h5").status == 0)
    #expect(try checksum("new.h5") == checksum("whole.h5"))
  }

  @Test("Images are the same wherever the old results lie") func reuseOfImages() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("results"), withIntermediateDirectories: true)
    try idx(4).write(to: folder.url.appending(path: "images.idx"))
    func sweep(_ widths: String) -> String {
      """
      format: 1
      name: images
      architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
      grid: {width: [\(widths)]}
      measure:
        neural_frames:
          data: {idx: images.idx}
          images: 2
          perturbations: {noise: 3}
      """
    }
    try folder.write(sweep("2"), to: "few.yaml")
    try folder.write(sweep("2, 3"), to: "more.yaml")
    let run = try framesweep("run", "few.yaml", "-o", "results/few.h5")
    #expect(run.status == 0, "\(run.errorOutput)")
    let more = ["run", "more.yaml", "--reuse", "results/few.h5", "-o"]
    let reused = try framesweep(more + ["a.h5"])
    #expect(reused.status == 0, "\(reused.errorOutput)")
    #expect(reused.errorOutput.contains("1 of them reused"), "\(reused.errorOutput)")
    try idx(5).write(to: folder.url.appending(path: "images.idx"))
    let others = try framesweep(more + ["b.h5"])
    #expect(others.status == 65)
    #expect(others.errorOutput.contains("it read other images"), "\(others.errorOutput)")
  }

  /// A file of 8 × 8 images in the format of MNIST.
  private func idx(_ count: UInt8) -> Data {
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 8, 0, 0, 0, 8]
    return Data(header + (0..<Int(count) * 64).map { UInt8(truncatingIfNeeded: $0 * 37 % 251) })
  }

  @Test(
    "A file behind a link that has changed makes results of another sweep",
    arguments: [true, false])
  func linkedFiles(areWeights: Bool) throws {
    func write(seed: UInt64) throws {
      for name in ["part.h5", "net.h5"] {
        try? FileManager.default.removeItem(atPath: folder.path(name))
      }
      var numbers = SeededGenerator(seed: seed)
      let file = try File.create(folder.path("part.h5"))
      try file.root().createDataset("x", .float64, shape: [6, 1, 4, 4])
        .write(numbers.numbers(96).map { (value: Double) in abs(value) / 10 })
      try file.close()
      let layer = WeightTensor(rows: 2, columns: 1, kernel: 3, values: numbers.numbers(18))
      try WeightsFile.write(
        [(group: nil, weights: NetworkWeights(layers: [layer]))], to: folder.path("net.h5"))
    }
    try write(seed: 1)
    try HDF5Fixture.externalLink("0", to: "/0", of: "net.h5", in: folder.path("linked.h5"))
    try HDF5Fixture.virtualDataset(
      "images", shape: [6, 1, 4, 4], [.init(0..<6, from: "x", of: "part.h5")],
      in: folder.path("virtual.h5"))
    try folder.write(
      """
      format: 1
      name: linked
      architecture: {family: chain, input: {channels: 1, size: 4}, stage_depth: 1}
      grid: {width: [2]}
      weights: \(areWeights ? "{file: linked.h5}" : "{init: he}")
      measure:
        \(areWeights
        ? "frame: {statistics: true}"
        : "neural_frames: {data: {file: virtual.h5}, images: 4, perturbations: {noise: 2}}")
      """, to: "linked.yaml")
    #expect(try framesweep("run", "linked.yaml", "-o", "old.h5").status == 0)
    #expect(try framesweep("run", "linked.yaml", "-o", "old.h5", "--resume").status == 0)
    try write(seed: 2)
    let resumed = try framesweep("run", "linked.yaml", "-o", "old.h5", "--resume")
    #expect(resumed.status == 65)
    #expect(resumed.errorOutput.contains("belongs to another plan"), "\(resumed.errorOutput)")
    let reused = try framesweep("run", "linked.yaml", "-o", "new.h5", "--reuse", "old.h5")
    #expect(
      reused.errorOutput.contains(
        areWeights ? "nothing of it is reused" : "it read other images"), "\(reused.errorOutput)")
  }
}
