import Architectures
import Digest
import Foundation
import HDF5
import HDF5Fixtures
import ImageData
import TestSupport
import Testing

/// Inputs whose bytes are not where their names are.
@Suite("Inputs with bytes in other files", .serialized) struct LinkedFilesTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func problem(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)".replacing(folder.path + "/", with: "")
    }
  }

  private func images(_ name: String, dataset: String = "images") throws -> ImageSet {
    try ImageSet.hdf5(folder.path(name), dataset: dataset, name: name)
  }

  /// Four images of 2 × 2 with values that differ between files.
  private func values(_ file: Int) -> [Double] { (0..<16).map { Double($0 + file) / 100 } }

  private func writePart(_ file: Int, as name: String? = nil) throws {
    let new = try File.create(folder.path(name ?? "part\(file).h5"))
    try new.root().createDataset("x", .float64, shape: [4, 1, 2, 2]).write(values(file))
    try new.close()
  }

  private func replacePart(_ name: String) throws {
    try FileManager.default.removeItem(atPath: folder.path(name))
    try writePart(50, as: name)
  }

  private func digest(_ name: String) throws -> Digest256 {
    SHA256.hash([UInt8](try Data(contentsOf: folder.url.appending(path: name))))
  }

  private func writeVirtual(_ name: String, parts: Range<Int> = 0..<3, of count: Int = 3) throws {
    try HDF5Fixture.virtualDataset(
      "images", shape: [4 * count, 1, 2, 2],
      parts.map { .init(4 * $0..<4 * $0 + 4, from: "x", of: "part\($0).h5") },
      in: folder.path(name))
  }

  @Test("A plain file is known by its own bytes, whatever links are within it") func plain() throws
  {
    try writePart(0)
    #expect(try images("part0.h5", dataset: "x").digests == [digest("part0.h5")])
    try HDF5Fixture.softLink("images", to: "/x", in: folder.path("part0.h5"))
    try HDF5Fixture.virtualDataset(
      "twice", shape: [8, 1, 2, 2],
      [.init(0..<4, from: "x", of: "."), .init(4..<8, from: "x", of: ".")],
      in: folder.path("part0.h5"))
    let linked = try images("part0.h5")
    #expect(try linked.digests == [digest("part0.h5")])
    #expect(try linked.values(0..<4) == values(0))
    let twice = try images("part0.h5", dataset: "twice")
    #expect(try twice.digests == [digest("part0.h5")])
    #expect(try twice.values(0..<8) == values(0) + values(0))
  }

  @Test("A virtual dataset that names its own file reads its values, not zeros") func ownName()
    throws
  {
    try writePart(0)
    try HDF5Fixture.virtualDataset(
      "images", shape: [4, 1, 2, 2], [.init(0..<4, from: "x", of: "part0.h5")],
      in: folder.path("part0.h5"))
    #expect(try images("part0.h5").values(0..<4) == values(0))
  }

  @Test("External links are followed from file to file, and each file counts") func externalLinks()
    throws
  {
    try writePart(0)
    try FileManager.default.createDirectory(
      atPath: folder.path("sub"), withIntermediateDirectories: true)
    try HDF5Fixture.externalLink(
      "inner", to: "/x", of: "../part0.h5", in: folder.path("sub/middle.h5"))
    try HDF5Fixture.softLink("soft", to: "/inner", in: folder.path("sub/middle.h5"))
    try HDF5Fixture.externalLink(
      "images", to: "/soft", of: "sub/middle.h5", in: folder.path("outer.h5"))
    let before = try images("outer.h5")
    #expect(
      try before.digests == [digest("outer.h5"), digest("sub/middle.h5"), digest("part0.h5")])
    #expect(try before.values(0..<4) == values(0))
    try replacePart("part0.h5")
    let after = try images("outer.h5")
    #expect(after.digests != before.digests)
    #expect(try after.values(0..<4) == values(50))
  }

  @Test("Sources of virtual datasets count, and those of their sources") func virtualDatasets()
    throws
  {
    for part in 0..<3 { try writePart(part) }
    try writeVirtual("virtual.h5")
    try HDF5Fixture.virtualDataset(
      "images", shape: [12, 1, 2, 2], [.init(0..<12, from: "images", of: "virtual.h5")],
      in: folder.path("outer.h5"))
    let before = try images("outer.h5")
    #expect(
      try before.digests
        == ["outer.h5", "virtual.h5", "part0.h5", "part1.h5", "part2.h5"].map { try digest($0) })
    #expect(try before.values(0..<12) == (0..<3).flatMap { values($0) })
    try replacePart("part1.h5")
    #expect(try images("outer.h5").digests != before.digests)
  }

  @Test(
    "A virtual dataset of numbered files counts those that there are; one between them is missed")
  func numberedFiles() throws {
    for part in 0..<3 { try writePart(part) }
    try HDF5Fixture.numberedDataset(
      "images", block: [4, 1, 2, 2], from: "x", of: "part%b.h5", in: folder.path("numbered.h5"))
    let three = try images("numbered.h5")
    #expect(three.count == 12 && three.digests.count == 4)
    #expect(try three.values(4..<12) == values(1) + values(2))
    try writePart(3)
    let four = try images("numbered.h5")
    #expect(four.count == 16 && four.digests.count == 5)
    try FileManager.default.removeItem(atPath: folder.path("part1.h5"))
    #expect(
      problem { _ = try images("numbered.h5") }
        == "numbered.h5: finding all data failed on /images: it takes values from part1.h5, which is "
        + "not there, and from part2.h5, expected a readable HDF5 file with all its data")
  }

  @Test("Bytes in a file that is not an HDF5 file count") func rawStorage() throws {
    let raw = folder.path("raw.bin")
    func write(_ file: Int) throws {
      try unsafe values(file).withUnsafeBytes { try unsafe Data($0).write(to: URL(filePath: raw)) }
    }
    try write(0)
    try HDF5Fixture.rawDataset(
      "images", shape: [4, 1, 2, 2], bytesIn: raw, in: folder.path("outer.h5"))
    let before = try images("outer.h5")
    #expect(try before.digests == [digest("outer.h5"), digest("raw.bin")])
    #expect(try before.values(0..<4) == values(0))
    try write(1)
    #expect(try images("outer.h5").digests != before.digests)
    try Data(count: 100).write(to: URL(filePath: raw))
    #expect(
      problem { _ = try images("outer.h5") }.contains(
        "its bytes are in raw.bin, which holds 100 bytes and should hold 128"))
    try FileManager.default.removeItem(atPath: raw)
    #expect(
      problem { _ = try images("outer.h5") }.contains(
        "its bytes are in raw.bin, which is not there"))
  }

  @Test("What is missing is named, not read as zeros") func missing() throws {
    for part in 0..<2 { try writePart(part) }
    try writeVirtual("gone.h5")
    try writeVirtual("hole.h5", parts: 0..<2)
    try HDF5Fixture.virtualDataset(
      "images", shape: [8, 1, 2, 2], [.init(0..<8, from: "x", of: "part0.h5")],
      in: folder.path("small.h5"))
    try HDF5Fixture.virtualDataset(
      "images", shape: [4, 1, 2, 2], [.init(0..<4, from: "y", of: "part0.h5")],
      in: folder.path("other.h5"))
    for (one, two) in [("round.h5", "trip.h5"), ("trip.h5", "round.h5")] {
      try HDF5Fixture.virtualDataset(
        "images", shape: [4, 1, 2, 2], [.init(0..<4, from: "images", of: two)],
        in: folder.path(one))
    }
    try HDF5Fixture.externalLink(
      "images", to: "/x", of: "part7.h5", in: folder.path("external.h5"))
    try HDF5Fixture.externalLink(
      "images", to: "/y", of: "part0.h5", in: folder.path("inside.h5"))
    try folder.write("text", to: "text.h5")
    try HDF5Fixture.externalLink("images", to: "/x", of: "text.h5", in: folder.path("kind.h5"))
    try HDF5Fixture.softLink("images", to: "/nothing", in: folder.path("soft.h5"))
    try HDF5Fixture.softLink("images", to: "/again", in: folder.path("loop.h5"))
    try HDF5Fixture.softLink("again", to: "/images", in: folder.path("loop.h5"))
    for (name, reason) in [
      ("gone", "it takes values from part2.h5, which is not there"),
      ("hole", "16 of its 48 values have no source"),
      (
        "small",
        "it takes values from x of part0.h5, which has the shape [4, 1, 2, 2] and is too small for them"
      ),
      ("other", "it takes values from y of part0.h5, which is not there"),
      ("round", "more than 16 virtual datasets read one another"),
      ("external", "the external link images leads to part7.h5, which is not there"),
      ("inside", "the external link images leads to /y of part0.h5, which is not there"),
      ("kind", "the external link images leads to text.h5, which is not an HDF5 file"),
      ("soft", "the soft link images leads to /nothing, which is not there"),
      ("loop", "more than 16 links lead to one another"),
    ] {
      #expect(
        problem { _ = try images("\(name).h5") }.contains(
          "finding all data failed on /images: \(reason), expected"), "\(name)")
    }
  }

  @Test("A link that leads nowhere does not matter where nobody asks for it") func besides() throws
  {
    try writePart(0)
    try HDF5Fixture.softLink("dangling", to: "/nothing", in: folder.path("part0.h5"))
    #expect(try images("part0.h5", dataset: "x").count == 4)
    #expect(
      problem { _ = try images("part0.h5") }
        == "part0.h5: there is no dataset /images, expected one of x")
  }

  @Test("Classes in another file count besides the images") func labels() throws {
    try writePart(0)
    let other = try File.create(folder.path("classes.h5"))
    try other.root().createDataset("y", .int64, shape: [4]).write([Int64(0), 1, 0, 1])
    try other.close()
    try HDF5Fixture.externalLink("y", to: "/y", of: "classes.h5", in: folder.path("part0.h5"))
    let set = try images("part0.h5", dataset: "x").labelled(dataset: "y")
    #expect(try set.digests == [digest("part0.h5"), digest("classes.h5")])
    #expect(set.labels == [0, 1, 0, 1])
  }

  @Test("Behind a block of other bytes, as in MATLAB's files, images and weights are found")
  func userBlock() throws {
    try writePart(0, as: "plain.h5")
    let whole = try Data(contentsOf: folder.url.appending(path: "plain.h5"))
    for length in [512, 1_024, 4_096] {
      try (Data("MATLAB 7.3".utf8) + Data(count: length - 10) + whole)
        .write(to: folder.url.appending(path: "block.h5"))
      #expect(try images("block.h5", dataset: "x").values(0..<4) == values(0))
    }
    let architecture = try WeightsFileTests.residual()
    let weights = WeightsFileTests.weights(of: architecture, seed: 1)
    try WeightsFile.write(weights, to: folder.path("weights.h5"))
    let bytes = try Data(contentsOf: folder.url.appending(path: "weights.h5"))
    try (Data(count: 512) + bytes).write(to: folder.url.appending(path: "block.h5"))
    #expect(try WeightsFile.read(architecture, from: folder.path("block.h5")) == weights)
  }

  @Test(
    "Classes may be a matrix of one row or one column, as MATLAB writes vectors",
    arguments: [[1, 4], [4, 1]])
  func matrices(shape: [Int]) throws {
    let file = try File.create(folder.path("matlab.h5"))
    try file.root().createDataset("y", .uint8, shape: shape).write([UInt8(0), 1, 2, 0])
    try file.root().createDataset("x", .float64, shape: [4, 1, 2, 2]).write(values(0))
    try file.close()
    #expect(try images("matlab.h5", dataset: "x").labelled(dataset: "y").labels == [0, 1, 2, 0])
  }

  @Test("Weights are read through links, and their files are listed") func weights() throws {
    let architecture = try WeightsFileTests.residual()
    let weights = WeightsFileTests.weights(of: architecture, seed: 1)
    try WeightsFile.write(weights, to: folder.path("trained.h5"), group: "/run/best")
    try HDF5Fixture.externalLink(
      "epoch", to: "/run/best", of: "trained.h5", in: folder.path("all.h5"))
    #expect(
      try WeightsFile.read(architecture, from: folder.path("all.h5"), group: "/epoch") == weights)
    let listing = try WeightsFile.listing(of: folder.path("all.h5"), group: "/epoch")
    #expect(listing.sourcePaths == [folder.path("trained.h5")])
    try FileManager.default.removeItem(atPath: folder.path("trained.h5"))
    #expect(
      problem {
        _ = try WeightsFile.read(architecture, from: folder.path("all.h5"), group: "/epoch")
      }
      .contains("the external link epoch leads to trained.h5, which is not there"))
  }
}
