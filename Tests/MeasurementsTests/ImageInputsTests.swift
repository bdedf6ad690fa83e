import Architectures
import Foundation
import ImageData
import NeuralFrames
import SweepSpec
import TestSupport
import Testing

@testable import Measurements

@Suite("Images of a sweep") struct ImageInputsTests {
  private func spec(_ neural: String, seed: Int = 1) throws -> Spec {
    try SpecReader.read(
      """
      format: 1
      name: x
      seed: \(seed)
      architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
      grid: {width: [8]}
      measure:
        neural_frames: \(neural)
      """)
  }

  private let everything = """
    {images: 5, perturbations: {augmentation: all, noise: 3, fourier: 4, generative: \
    {components: 6}}}
    """

  private func loaded(_ neural: String, seed: Int = 1) throws -> ImageInputs {
    var inputs = try #require(
      SweepInputs(opening: spec(neural, seed: seed), folder: "")
        .images(of: NeuralFramesMeasurement.self))
    try inputs.load()
    return inputs
  }

  @Test("Images are chosen by the seed, in order, and more contain fewer") func choice() throws {
    let few = ImageInputs.choose(10, of: 1_797, seed: 3)
    let many = ImageInputs.choose(100, of: 1_797, seed: 3)
    #expect(few == few.sorted() && Set(few).count == 10)
    #expect(Set(few).isSubset(of: many))
    #expect(ImageInputs.choose(10, of: 1_797, seed: 4) != few)
    #expect(ImageInputs.choose(7, of: 7, seed: 4) == [0, 1, 2, 3, 4, 5, 6])
    #expect(ImageInputs.choose(8, of: 7, seed: 4) == [])
  }

  @Test("The values of chosen images are those of the data set") func values() throws {
    let inputs = try loaded(everything)
    for (place, index) in inputs.indices.enumerated() {
      #expect(
        try inputs.image(place) == Digits.images.values(Int(index)..<Int(index) + 1))
    }
  }

  @Test("Other ranks have the same directions, bit for bit, without reading files") func sharing()
    throws
  {
    let local = "{components: 3, from: neighbours, neighbours: 5}"
    for neural in [everything, "{images: 5, perturbations: {generative: \(local)}}"] {
      let own = try loaded(neural)
      let other = try #require(
        try spec(neural).measure[NeuralFramesMeasurement.self]?.images(bytes: own.bytes, seed: 1))
      #expect(other.facts == own.facts && other.indices == own.indices)
      #expect(other.digests == own.digests)
      for family in own.measure.families {
        for place in own.indices.indices {
          let directions = try own.directions(family, at: place)
          #expect(directions.count > 0)
          #expect(try other.directions(family, at: place) == directions)
        }
      }
    }
  }

  @Test("Directions are those of the families") func directions() throws {
    let inputs = try loaded(everything)
    let shape = inputs.facts.shape
    #expect(
      try inputs.directions(.augmentation, at: 2)
        == .augmentation(of: inputs.image(2), shape: shape))
    #expect(try inputs.directions(.noise, at: 1) == .noise(count: 3, dimension: 64, seed: 1))
    #expect(try inputs.directions(.fourier, at: 1) == .fourier(count: 4, shape: shape))
    let components = try PrincipalComponents(count: 6, imageCount: 1_797, dimension: 64) {
      try Digits.images.values($0)
    }
    #expect(try inputs.directions(.generative, at: 0).count == 6)
    #expect(areClose(inputs.generativeVectors, components.vectors, absolute: 1e-14))
  }

  @Test("Data that cannot be read are reported at their place") func missing() throws {
    let folder = try TemporaryDirectory()
    let spec = try spec("{data: {idx: none.idx}, perturbations: {noise: 1}}")
    let error = #expect(throws: SpecErrors.self) {
      try SweepInputs(opening: spec, folder: folder.path)
    }
    #expect(
      error?.description == """
        7:25: measure.neural_frames.data: none.idx: there is no such file, expected images in the \
        format of MNIST (IDX), gzipped or not
        """)
  }

  @Test("Relative paths start at the folder of the sweep file, and the digest enters") func folder()
    throws
  {
    let folder = try TemporaryDirectory()
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2]
    try Data(header + [1, 2, 3, 4, 5, 6, 7, 8]).write(to: URL(filePath: folder.path("a.idx")))
    let spec = try spec("{data: {idx: a.idx}, images: 2, perturbations: {noise: 1}}")
    let inputs = try SweepInputs(opening: spec, folder: folder.path)
    #expect(inputs.digests.count == 1)
    let images = try #require(inputs.images(of: NeuralFramesMeasurement.self))
    #expect(images.facts.count == 2 && images.facts.shape.size == 2)
    // Its images do not fit the sweep's networks of 8 × 8.
    #expect(throws: SpecErrors.self) {
      try Plan(
        spec, inputDigests: inputs.digests, data: inputs.facts(for: spec.measure))
    }
  }
}
