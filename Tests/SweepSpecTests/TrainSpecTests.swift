import Digest
import SweepSpec
import Testing
import Training

@Suite("Training in sweep files") struct TrainSpecTests {
  static func sweep(_ train: String, input: String = "{channels: 1, size: 8}") -> String {
    """
    format: 1
    name: training
    grid:
      family: [chain]
      input: [\(input)]
      stage_depth: [1]
      width: [4]
    measure:
      train: \(train)
    """
  }

  private static func message(_ text: String) -> String {
    do {
      _ = try Plan(SpecReader.read(text))
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test("Settings are read, others have their defaults") func settings() throws {
    let spec = try SpecReader.read(
      Self.sweep("{data: digits, epochs: 3, batch: 16, learning_rate: 0.1, momentum: 0, test: 0.3}")
    )
    let train = try #require(spec.measure.train)
    #expect(train.settings.epochs == 3 && train.settings.batchSize == 16)
    #expect(train.settings.learningRate == 0.1 && train.settings.momentum == 0)
    #expect(train.settings.test == 0.3 && train.settings.validation == 0.1)
    #expect(spec.measure.canonicalText.contains("train: {data: digits, epochs: 3, batch: 16, "))
  }

  @Test("Files of images are read with their classes, and a number of images with them")
  func files() throws {
    func train(_ text: String) throws -> Measure.Train {
      try #require(try SpecReader.read(Self.sweep(text)).measure.train)
    }
    let own = try train("{data: {file: a.h5, images: x, labels: y}, images: 500}")
    #expect(own.data == .hdf5(file: "a.h5", images: "x", labels: "y") && own.imageCount == 500)
    #expect(own.canonicalText.hasPrefix("{data: {hdf5: x, labels: y}, images: 500, epochs: 30, "))
    #expect(
      try train("{data: {file: a.h5}}").data
        == .hdf5(file: "a.h5", images: "images", labels: "labels"))
    #expect(try train("{data: {idx: a.gz, labels: b.gz}}").data == .idx("a.gz", labels: "b.gz"))
    #expect(try train("{data: {cifar10: cifar}}").data == .cifar10("cifar"))
    // One description for all parts of a file.
    let spec = try SpecReader.read(
      Self.sweep("{data: &own {idx: a.gz, labels: b.gz}}")
        + "\n  neural_frames: {data: *own, perturbations: {noise: 1}}\n  companions: {data: *own}")
    #expect(spec.measure.neuralFrames?.data == spec.measure.train?.data)
    #expect(spec.measure.companions?.data == spec.measure.train?.data)
  }

  @Test("The plan's hash covers how networks are trained, and the seed of the split") func hash()
    throws
  {
    func hash(_ train: String, seed: Int = 0) throws -> String {
      try Plan(SpecReader.read(Self.sweep(train) + "\nseed: \(seed)")).planHash.hexadecimal
    }
    let one = try hash("{epochs: 3}")
    #expect(try one == hash("{data: digits, epochs: 3}"))
    #expect(try one != hash("{epochs: 4}"))
    #expect(try one == hash("{epochs: 3, potential_penalty: 0}"))
    #expect(try one != hash("{epochs: 3, potential_penalty: 0.5}"))
  }

  @Test(
    "Mistakes are named with their place",
    arguments: [
      ("{data: digit}", "9:17", "digits"), ("{epochs: 0}", "9:19", "too small"),
      ("{epoch: 3}", "9:11", "epochs"), ("{momentum: 1}", "9:21", "out of range"),
      ("{learning_rate: fast}", "9:26", "a number from"),
      ("{validation: 0.5, test: 0.6}", "9:10", "at most 0.9"),
      ("{potential_penalty: -1}", "9:30", "out of range"),
      ("{batch: 900}", "9:18", "a batch of 900 of 1797 images, expected at most 179"),
      ("{images: 50, batch: 8}", "9:30", "a batch of 8 of 50 images, expected at most 5"),
      ("{images: 1798}", "9:19", "the data set has 1797"), ("{images: 3}", "9:19", "too small"),
      ("{data: {cifar10: a, labels: b}}", "9:30", "hold the classes themselves"),
      ("{data: {idx: a, label: b}}", "9:26", "labels"),
      ("{data: {labels: b}}", "9:17", "no file is named"),
      (
        "{epochs: 1}\n  companions: {images: 1024, data: {idx: 3, cifar10: 4}}", "10:36",
        "given together"
      ),
      ("{augment: {rotate: 200}}", "9:29", "out of range"),
      ("{adversarial: {attack: pgd}}", "9:33", "fgsm_linf"),
      ("{adversarial: {attack: pgd_l2}}", "9:24", "belong together"),
      ("{epochs: 1}\n  robustness: {attacks: [pgd_l2, pgd_l2], radii: [1]}", "10:34", "twice"),
      ("{epochs: 1}\n  robustness: {attacks: [pgd_l2], radii: [-1]}", "10:43", "out of range"),
      ("{epochs: 1}\n  robustness: {attacks: [pgd_l2]}", "10:15", "'radii' are missing"),
      ("digits", "9:10", "a mapping"),
    ])
  func mistakes(_ train: String, _ place: String, _ part: String) {
    let message = Self.message(Self.sweep(train))
    #expect(message.contains(place) && message.contains(part), "\(message)")
  }

  @Test("Weights from files are refused with their places where others are trained or scored")
  func weightsFiles() {
    let points = """
      format: 1
      name: training
      grid:
        input: [{channels: 64, size: 1}]
        family: [chain]
        stages: [[{widths: [4]}]]
        weights: [{init: he}, {file: a.h5}]
      include:
        - {family: chain, input: {channels: 64, size: 1}, stages: [{widths: [3]}], weights: {file: b.h5}}
      measure: {companions: {images: 8}, train: {epochs: 1}}
      """
    #expect(
      Self.message(points) == """
        7:25: weights: measure.train starts from random weights, and these are from a file, \
        expected init: he, or measure without train
        9:87: include[0].weights: measure.train starts from random weights, and these are from a \
        file, expected init: he, or measure without train
        """)
    let whole = Self.message(Self.sweep("{epochs: 1}") + "\nweights: {file: a.h5}")
    #expect(whole.hasPrefix("10:10: weights: measure.train starts from random weights"))
    let scored = whole.replacing("train", with: "companions")
    #expect(
      Self.message(
        Self.sweep("{epochs: 1}").replacing("train: {epochs: 1}", with: "companions: {images: 8}")
          + "\nweights: {file: a.h5}") == scored)
  }

  @Test("A network that does not take the images is refused, flattened ones are taken")
  func shapes() {
    #expect(Self.message(Self.sweep("{}", input: "{channels: 3, size: 8}")) != "")
    #expect(
      Self.message(Self.sweep("{epochs: 1}", input: "{channels: 3, size: 8}")).contains("size: 8"))
    #expect(Self.message(Self.sweep("{epochs: 1}", input: "{channels: 64, size: 1}")) == "")
  }
}
