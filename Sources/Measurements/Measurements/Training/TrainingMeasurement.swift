internal import Architectures
internal import ImageData
internal import Networks
internal import RandomNumbers
internal import SweepRecords
internal import SweepSpec
internal import Training

/// How the networks of a sweep are trained, and what they score then.
struct TrainingMeasurement: ImageMeasurement {
  static let section = "train"
  static let keys = [
    "data", "images", "epochs", "batch", "optimizer", "learning_rate", "warmup", "momentum",
    "nesterov", "betas", "epsilon", "weight_decay", "label_smoothing", "sam_rho",
    "potential_penalty", "guide", "guidance", "gradient_clip", "validation", "test", "augment",
    "adversarial", "save_weights",
  ]
  static let expected = "a mapping (data: digits, epochs: 30)"
  static let linePrefix = "training_"
  static let allColumns = TrainingResult.quantities.columns()

  /// Where images come from.
  var source = Measure.DataSource.digits
  /// How many of them are used, chosen by the seed; nil for all.
  var imageCount: Int?
  /// How networks are trained on them.
  var settings = TrainingSettings()
  /// The network whose layers those of all points are held to; nil for none.
  var guide: NetworkFile?
  /// Where the trained weights of each draw are written; nil for nowhere.
  ///
  /// It changes no result, so it is no part of `canonicalText`.
  var savedWeights: WeightsLocation?

  var columns: [Column] { Self.allColumns }
  var data: ImageRequest? { ImageRequest(source, areLabelled: true) }
  var startsFromRandomWeights: Bool { true }
  var needsLayerFrames: Bool { settings.potentialPenalty > 0 }
  var trainsNetworks: Bool { true }

  func mistakes(with images: ImageFacts, in spec: Spec) -> [SpecError] {
    let wanted = imageCount ?? images.count
    guard wanted <= images.count else {
      return [spec.missingImages(Self.section, wanted, of: images)]
    }
    guard settings.batchSize > wanted / 10 else { return [] }
    return [
      spec.mistake(
        inMeasure: "train.batch",
        "a batch of \(settings.batchSize)\(spec.origin(of: "train.batch")) of \(wanted) images",
        expected: spec.gives("train.batch")
          ? "at most \(wanted / 10)" : "batch: \(wanted / 10) or less")
    ]
  }

  // MARK: - Images

  func images(of set: ImageSet, seed: Int64) -> LabelledInputs {
    LabelledInputs(of: set, places: places(of: set.count, seed: seed))
  }

  /// The places of the images that are used among all of the data set, ascending.
  private func places(of count: Int, seed: Int64) -> [Int] {
    guard let imageCount, imageCount < count else { return Array(0..<count) }
    var stream = RandomKey(domain: "framesweep training images", seed: seed).stream
    return stream.nextPermutation(count).prefix(imageCount).sorted()
  }

  /// The places of the test images in a data set of so many, in no order.
  func testPlaces(of count: Int, seed: Int64) -> [Int] {
    let places = places(of: count, seed: seed)
    let split = DataSplit(
      count: places.count, validation: settings.validation, test: settings.test, seed: seed)
    return split.test.map { places[$0] }
  }

  func prepare(_ images: LabelledInputs, seed: Int64) -> TrainingInputs {
    TrainingInputs(settings, images.loaded, seed: seed)
  }

  func firstImages(_ count: Int, of prepared: TrainingInputs) -> [[Double]] {
    prepared.split.training.prefix(count).map { prepared.images.image($0) }
  }

  var requestedImages: Int? { imageCount }

  func prepare(_ images: LabelledInputs, guide: FileNetwork?, seed: Int64) -> TrainingInputs {
    var inputs = prepare(images, seed: seed)
    inputs.guide = guide?.contents.map {
      WeightedNetwork(
        network: $0.network.normalizingInput(source.normalization), parameters: $0.parameters)
    }
    return inputs
  }

  // MARK: - Cost and computation

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    TrainingCost(&context)?.add(&context, to: &cost)
  }

  func train(
    _ context: inout PointContext, into values: inout RecordValues
  ) throws -> FinishedTraining? {
    let inputs = context.images(of: Self.self)
    let point = context.point
    let network = point.network.build(classes: inputs.images.classes)
      .normalizingInput(source.normalization).starting(from: context.statistics)
    let trainer = try Trainer(
      network, images: inputs.images, split: inputs.split, settings: settings,
      random: context.randomWeights, seed: point.seed, draw: context.draw,
      sweeps: point.inferenceSweeps, guide: inputs.guide.map { ($0.network, $0.parameters) })
    try run(trainer, context)
    let result = try trainer.result(shouldStop: context.shouldStop)
    TrainingResult.quantities.store(result, at: context.draw, in: &values)
    guard result.status == .completed else { return nil }
    return FinishedTraining(trainer: trainer, result: result)
  }

  /// Runs a training to its end, from where a run that was killed had come to.
  private func run(_ trainer: Trainer, _ context: PointContext) throws {
    let id = context.point.id
    let checkpoints = context.checkpoints
    if let state = checkpoints?.state(
      of: id, draw: context.draw, parameterCount: trainer.parameterCount, settings.optimizer)
    {
      trainer.state = state
    }
    let clock = ContinuousClock()
    var last = clock.now
    var pause = checkpoints?.interval ?? .zero
    while !trainer.isDone {
      try trainer.runEpoch(shouldStop: context.shouldStop)
      try context.afterEpoch()
      guard let checkpoints, clock.now - last >= pause else { continue }
      pause = checkpoints.keep(trainer.state, of: id, draw: context.draw)
      last = clock.now
    }
  }
}

/// The images that networks are trained on, with their split; the same for all points of a sweep.
struct TrainingInputs: Sendable {
  let images: LabelledImages
  let split: DataSplit
  /// The network that guides them; nil for none.
  var guide: WeightedNetwork?

  /// Splits images; the split follows from the sweep's seed.
  init(_ settings: TrainingSettings, _ images: LabelledImages, seed: Int64) {
    self.images = images
    split = DataSplit(
      count: images.count, validation: settings.validation, test: settings.test, seed: seed)
  }
}
