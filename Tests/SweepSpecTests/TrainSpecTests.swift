import Architectures
import Digest
import SweepSpec
import Testing
import Training

@testable import Measurements

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
    let train = try #require(spec.measure[TrainingMeasurement.self])
    #expect(train.settings.epochs == 3 && train.settings.batchSize == 16)
    #expect(train.settings.learningRate == 0.1 && train.settings.optimizer == .sgd())
    #expect(train.settings.test == 0.3 && train.settings.validation == 0.1)
    #expect(spec.measure.canonicalText.contains("train: {data: digits, epochs: 3, batch: 16, "))
  }

  @Test("Optimisers are read with their keys, and bring the step size and decay usual with them")
  func optimizers() throws {
    func read(_ text: String) throws -> TrainingMeasurement {
      try #require(try SpecReader.read(Self.sweep(text)).measure[TrainingMeasurement.self])
    }
    let plain = try read("{data: digits}")
    #expect(plain.settings == TrainingSettings())
    #expect(
      plain.canonicalText
        == "data: digits, epochs: 30, batch: 32, learning_rate: 0.05, momentum: 0.9, "
        + "weight_decay: 0.0005, warmup: 1.0, gradient_clip: 1.0, validation: 0.1, test: 0.2")
    #expect(try read("{optimizer: sgd}").settings == TrainingSettings())
    let nesterov = try read("{nesterov: true, momentum: 0.8}")
    #expect(nesterov.settings.optimizer == .sgd(momentum: 0.8, isNesterov: true))
    #expect(
      nesterov.canonicalText.contains(", momentum: 0.8, nesterov: true, weight_decay: 0.0005"))
    let adam = try read("{weight_decay: 0.05, optimizer: adamw, betas: [0.8, 0.99]}")
    #expect(adam.settings.optimizer == .adamW(beta1: 0.8, beta2: 0.99))
    #expect(adam.settings.learningRate == 0.001 && adam.settings.weightDecay == 0.05)
    #expect(
      adam.canonicalText.contains(
        "learning_rate: 0.001, optimizer: adamw, betas: [0.8, 0.99], epsilon: 1e-08, "))
    #expect(try read("{optimizer: adamw}").settings.weightDecay == 0.01)
    let rest = try read(
      "{label_smoothing: 0.1, sam_rho: 0.05, augment: {crop: 4, flip: true, rotate: 5}}")
    #expect(rest.settings.labelSmoothing == 0.1 && rest.settings.sharpnessRadius == 0.05)
    #expect(rest.settings.cropping.padding == 4 && rest.settings.cropping.flips)
    #expect(rest.settings.augmentation.rotate == 5)
    #expect(
      rest.canonicalText.contains(", label_smoothing: 0.1, sam_rho: 0.05, augment: {translate"))
    #expect(rest.canonicalText.hasSuffix("contrast: 0.0, crop: 4, flip: true}"))
    #expect(try read("{augment: {flip: false, crop: 0}}").canonicalText == plain.canonicalText)
  }

  @Test("Files of images are read with their classes, and a number of images with them")
  func files() throws {
    func train(_ text: String) throws -> TrainingMeasurement {
      try #require(try SpecReader.read(Self.sweep(text)).measure[TrainingMeasurement.self])
    }
    let own = try train("{data: {file: a.h5, images: x, labels: y}, images: 500}")
    #expect(own.source.files == .hdf5(file: "a.h5", images: "x", labels: "y"))
    #expect(own.imageCount == 500)
    #expect(own.canonicalText.hasPrefix("data: {hdf5: x, labels: y}, images: 500, epochs: 30, "))
    #expect(
      try train("{data: {file: a.h5}}").source.files
        == .hdf5(file: "a.h5", images: "images", labels: "labels"))
    #expect(
      try train("{data: {idx: a.gz, labels: b.gz}}").source.files == .idx("a.gz", labels: "b.gz"))
    #expect(try train("{data: {cifar10: cifar}}").source.files == .cifar10("cifar"))
    #expect(
      try train("{data: {cifar100: c}}").source.files == .cifar100("c", areFine: true))
    #expect(
      try train("{data: {cifar100: c, labels: coarse}}").source.files
        == .cifar100("c", areFine: false))
    #expect(
      try train("{data: {folder: f, resize: 256, crop: 224}}").source.files
        == .folder("f", labels: nil, resize: 256, crop: 224))
    #expect(
      try train("{data: {folder: f, labels: l.csv}}").source.files
        == .folder("f", labels: "l.csv", resize: nil, crop: nil))
    // One description for all parts of a file.
    let spec = try SpecReader.read(
      Self.sweep("{data: &own {idx: a.gz, labels: b.gz}}")
        + "\n  neural_frames: {data: *own, perturbations: {noise: 1}}\n  companions: {data: *own}")
    #expect(
      spec.measure[NeuralFramesMeasurement.self]?.source
        == spec.measure[TrainingMeasurement.self]?.source)
    #expect(
      spec.measure[CompanionsMeasurement.self]?.source
        == spec.measure[TrainingMeasurement.self]?.source)
  }

  @Test("What networks do to images first is read with the data, and belongs to the plan's hash")
  func normalization() throws {
    func hash(_ text: String) throws -> String {
      let spec = try SpecReader.read(
        Self.sweep("{data: {cifar10: c\(text)}}", input: "{channels: 3, size: 8}"))
      var facts = DataFacts(spec.measure)
      facts["train"] = ImageFacts(count: 1_000, shape: InputShape(channels: 3, size: 8))
      return try Plan(spec, data: facts).planHash.hexadecimal
    }
    let spec = try SpecReader.read(
      Self.sweep("{data: {cifar10: c, normalize: {mean: [0.5, 0.25, 1], std: 2}}}"))
    let source = try #require(spec.measure[TrainingMeasurement.self]).source
    #expect(source.files == .cifar10("c"))
    #expect(source.normalization == ImageNormalization(mean: [0.5, 0.25, 1], deviation: [2]))
    let one = try hash(", normalize: {mean: 0.5, std: 2}")
    #expect(try one == hash(", normalize: {mean: [0.5], std: [2.0]}"))
    #expect(try one != hash(", normalize: {mean: 0.5, std: 2.5}"))
    #expect(try one != hash(""))
    let error = #expect(throws: SpecErrors.self) {
      try hash(", normalize: {mean: [0, 1], std: 2}")
    }
    #expect(error?.errors.first?.problem.contains("the images have 3 channels") == true)
    #expect(error?.errors.first?.place == Place(line: 9, column: 41))
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
    for other in [
      "potential_penalty: 0.5", "label_smoothing: 0.1", "sam_rho: 0.1", "optimizer: adamw",
      "nesterov: true", "augment: {crop: 1}", "augment: {flip: true}", "guide: {onnx: a.onnx}",
    ] {
      #expect(try one != hash("{epochs: 3, \(other)}"))
    }
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
      (
        "{images: 100}", "9:10",
        "train.batch: a batch of 32 (the default) of 100 images, expected batch: 10 or less"
      ), ("{images: 1798}", "9:19", "the data set has 1797"), ("{images: 3}", "9:19", "too small"),
      ("{data: {cifar10: a, labels: b}}", "9:30", "hold the classes themselves"),
      ("{data: {idx: a, label: b}}", "9:26", "labels"),
      ("{data: {labels: b}}", "9:17", "no file is named"),
      ("{data: {normalize: {mean: 0, std: 1}}}", "9:17", "no file is named"),
      ("{data: {cifar10: a, normalize: {mean: 0}}}", "9:41", "'std' is missing"),
      ("{data: {cifar10: a, normalize: {mean: 0, std: 0}}}", "9:56", "above 0"),
      ("{data: {cifar10: a, normalize: {mean: [1, 2], std: [1, 2, 3]}}}", "9:41", "2 means"),
      (
        "{epochs: 1}\n  companions: {images: 1024, data: {idx: 3, cifar10: 4}}", "10:36",
        "given together"
      ),
      ("{optimizer: adam}", "9:22", "adamw"),
      ("{optimizer: adamw, momentum: 0.9}", "9:39", "expected it with optimizer: sgd"),
      ("{betas: [0.9, 0.99]}", "9:18", "sgd has no 'betas', expected it with optimizer: adamw"),
      ("{optimizer: adamw, betas: [0.9]}", "9:36", "two numbers ([0.9, 0.999])"),
      ("{optimizer: adamw, betas: [0.9, 1]}", "9:42", "out of range"),
      ("{momentum: 0, nesterov: true}", "9:34", "expected momentum above 0"),
      ("{nesterov: 3}", "9:21", "true or false"), ("{sam_rho: -1}", "9:20", "out of range"),
      ("{label_smoothing: 1}", "9:28", "out of range"),
      ("{guidance: 1}", "9:21", "there is no guide, expected guide: {onnx: nets/trained.onnx}"),
      ("{guide: {onnx: a.onnx}, guidance: -1}", "9:44", "out of range"),
      ("{guide: {onnx: a.onnx}, batch: 2}", "9:18", "expected batch: 3 or more"),
      ("{guide: \"{onnx: {width}.onnx}\"}", "9:18", "a network from a file"),
      ("{augment: {crop: 1.5}}", "9:27", "whole number"),
      ("{augment: {flip: 4}}", "9:27", "true or false"),
      ("{augment: {rotate: 200}}", "9:29", "out of range"),
      ("{adversarial: {attack: pgd}}", "9:33", "fgsm_linf"),
      ("{adversarial: {attack: pgd_l2}}", "9:24", "belong together"),
      ("{epochs: 1}\n  robustness: {attacks: [pgd_l2, pgd_l2], radii: [1]}", "10:34", "twice"),
      ("{epochs: 1}\n  robustness: {attacks: [pgd_l2], radii: [-1]}", "10:43", "out of range"),
      ("{epochs: 1}\n  robustness: {attacks: [pgd_l2]}", "10:15", "'radii' are missing"),
      ("{epochs: 1}\n  robustness: {attacks: [pgd_l2], radii: [1], restarts: 0}", "10:57", "small"),
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
        7:25: weights: measure.companions starts from random weights, and these are from a file, \
        expected init: he, or measure without companions
        9:87: include[0].weights: measure.companions starts from random weights, and these are \
        from a file, expected init: he, or measure without companions
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
