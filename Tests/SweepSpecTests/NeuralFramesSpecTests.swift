import Architectures
import NeuralFrames
import SweepSpec
import Testing

@testable import Measurements

@Suite("Neural frames in sweep files")
struct NeuralFramesSpecTests {
  private func spec(
    _ neural: String, seed: Int = 0, input: String = "{channels: 1, size: 8}"
  ) throws -> Spec {
    try SpecReader.read(
      """
      format: 1
      name: x
      seed: \(seed)
      architecture: {family: chain, input: \(input), stage_depth: 2}
      grid: {width: [8]}
      measure:
        neural_frames:
          \(neural)
      """)
  }

  private func facts(_ images: ImageFacts, _ spec: Spec) -> DataFacts {
    var facts = DataFacts(spec.measure)
    facts[NeuralFramesMeasurement.section] = images
    return facts
  }

  @Test("What is not given has the values of the contract") func defaults() throws {
    let measure = try spec("perturbations: {noise: 8}").measure
    let frames = try #require(measure[NeuralFramesMeasurement.self])
    #expect(frames.source == .digits)
    #expect(frames.imageCount == 64)
    #expect(frames.families == [.noise])
    #expect(!frames.perImage)
    #expect(frames.precision == .float32)
  }

  @Test("Everything that is given is read, and is part of the canonical text") func everything()
    throws
  {
    let text = """
      {data: {file: a.h5, images: train}, images: 12, per_image: true, precision: float64, \
      perturbations: {generative: {components: 2, from: neighbours, neighbours: 5}, fourier: 3, \
      augmentation: [hue, rotate]}}
      """
    let measure = try spec(text).measure
    let frames = try #require(measure[NeuralFramesMeasurement.self])
    #expect(frames.source.files == .hdf5(file: "a.h5", images: "train", labels: "labels"))
    #expect(frames.augmentation == [.rotate, .hue])
    #expect(frames.generative == .init(components: 2, source: .neighbours(5)))
    #expect(frames.families == [.augmentation, .fourier, .generative])
    #expect(
      measure.canonicalText == """
        {neural_frames: {data: {hdf5: \
        train}, images: 12, perturbations: {augmentation: [rotate, hue], fourier: 3, generative: \
        {components: 2, from: neighbours, neighbours: 5}}, per_image: true, precision: float64}}
        """)
  }

  @Test("The top-level seed is part of the plan where images and noise follow from it")
  func seed() throws {
    // The points bring seeds of their own, so their ids are the same.
    func plan(_ seed: Int, _ measure: String) throws -> Plan {
      try Plan(
        SpecReader.read(
          """
          format: 1
          name: x
          seed: \(seed)
          measure: \(measure)
          architecture: {family: chain, input: {channels: 1, size: 8}, stage_depth: 2}
          grid: {width: [8], seed: [5]}
          """))
    }
    let neural = "{neural_frames: {perturbations: {noise: 2}}}"
    #expect(try plan(1, neural).planHash != plan(2, neural).planHash)
    let frame = "{frame: {minimum: true}}"
    #expect(try plan(1, frame).planHash == plan(2, frame).planHash)
  }

  @Test(
    "Networks take images of their input's shape, or flattened",
    arguments: [
      ("{channels: 1, size: 8}", true), ("{channels: 64, size: 1}", true),
      ("{channels: 3, size: 8}", false), ("{channels: 1, size: 9}", false),
      ("{channels: 63, size: 1}", false),
    ]) func shapes(input: String, fits: Bool) throws
  {
    let spec = try spec("perturbations: {noise: 8}", input: input)
    if fits {
      #expect(try Plan(spec).warnings.isEmpty)
    } else {
      let error = #expect(throws: SpecErrors.self) { try Plan(spec) }
      let text = error?.description ?? ""
      #expect(
        text.contains("the images have 1 × 8 × 8, expected input: {channels: 1, size: 8}, or "))
      #expect(error?.errors.first?.place.line == 4)
    }
  }

  @Test(
    "What the images cannot give is reported with its place",
    arguments: [
      (
        "{images: 1798, perturbations: {noise: 1}}",
        "8:14: measure.neural_frames.images: 1798 images are asked for, and the data set has 1797, "
          + "expected at most 1797"
      ),
      (
        "{perturbations: {fourier: 64}}",
        "8:31: measure.neural_frames.perturbations.fourier: images of 8 × 8 have no 64 waves, "
          + "expected at most 63"
      ),
      (
        "{perturbations: {augmentation: [rotate, hue]}}",
        "8:45: measure.neural_frames.perturbations.augmentation.hue: hue needs three channels, and "
          + "the images have 1, expected it to be left out"
      ),
      (
        "{perturbations: {generative: {components: 65}}}",
        "8:47: measure.neural_frames.perturbations.generative.components: 1797 images of 64 values "
          + "have no 65 components, expected at most 64"
      ),
      (
        "{perturbations: {generative: {components: 4, from: neighbours, neighbours: 1797}}}",
        "8:80: measure.neural_frames.perturbations.generative.neighbours: an image has no 1797 "
          + "neighbours among 1797 images, expected at most 1796"
      ),
    ]) func impossible(neural: String, message: String) throws
  {
    let spec = try spec(neural)
    let error = #expect(throws: SpecErrors.self) { try Plan(spec) }
    #expect(error?.description == message)
  }

  @Test("Defaults that the data cannot give are reported where they could stand")
  func defaultPlace()
    throws
  {
    let few = ImageFacts(count: 10, shape: InputShape(channels: 1, size: 8))
    let spec = try spec("{perturbations: {noise: 1}}")
    let error = #expect(throws: SpecErrors.self) { try Plan(spec, data: facts(few, spec)) }
    #expect(
      error?.description == """
        8:5: measure.neural_frames.images: 64 images (the default) are asked for, and the data set has 10, \
        expected at most 10
        """)
  }

  @Test("Families without directions at single pixels are worth a warning") func pixels() throws {
    let spec = try spec(
      "perturbations: {augmentation: all, noise: 2, fourier: 2}", input: "{channels: 7, size: 1}")
    let pixels = ImageFacts(count: 100, shape: InputShape(channels: 7, size: 1))
    #expect(try Plan(spec, data: facts(pixels, spec)).warnings.count == 2)
  }
}
