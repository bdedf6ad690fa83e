import Foundation
import SweepSpec
import TestSupport
import Testing
import Training

@testable import Measurements

@Suite("Sweeps over folders of pictures") struct PictureFolderTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func inputs(_ data: String) throws -> SweepInputs {
    let spec = try SpecReader.read(
      """
      format: 1
      name: x
      architecture: {family: chain, input: {channels: 1, size: 4}, stage_depth: 2}
      grid: {width: [4]}
      measure:
        neural_frames:
          data: {\(data)}
          images: 6
          perturbations: {augmentation: all, generative: {components: 3}}
        train: {data: {\(data)}, images: 20, epochs: 1, batch: 2}
      """)
    var inputs = try SweepInputs(opening: spec, folder: folder.path)
    try inputs.loadImages()
    return inputs
  }

  @Test(
    "PNG files give the images, directions and classes that the same bytes give in MNIST's format")
  func sameImages() throws {
    var generator = SeededGenerator(seed: 8)
    let images = (0..<20).map { _ in
      (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    var table = "file,label\n"
    for (index, pixels) in images.enumerated() {
      let name = "\(index).png"
      try Data(PNGBuilder.grey(width: 4, pixels: pixels)).write(
        to: URL(filePath: folder.path(name)))
      table += "\(name),\(index % 3)\n"
    }
    try folder.write(table, to: "labels.csv")
    let head: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0, 4]
    try Data(head + images.joined()).write(to: URL(filePath: folder.path("images.idx")))
    try Data([0, 0, 8, 1, 0, 0, 0, 20] + (0..<20).map { UInt8($0 % 3) }).write(
      to: URL(filePath: folder.path("labels.idx")))

    // Files in the order of the table, and not of their names, for both parts.
    let pictures = try inputs("folder: ., labels: labels.csv")
    let bytes = try inputs("idx: images.idx, labels: labels.idx")
    let own = try #require(pictures.images(of: NeuralFramesMeasurement.self))
    let other = try #require(bytes.images(of: NeuralFramesMeasurement.self))
    #expect(own.facts == other.facts)
    #expect(own.indices == other.indices)
    #expect(own.values == other.values)
    #expect(own.generativeVectors == other.generativeVectors)
    let classes = pictures.images(of: TrainingMeasurement.self)?.images?.labels
    #expect(classes != nil && classes == bytes.images(of: TrainingMeasurement.self)?.images?.labels)
    #expect(pictures.digests != bytes.digests)
  }
}
