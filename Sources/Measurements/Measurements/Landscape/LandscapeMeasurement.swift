internal import Architectures
internal import ImageData
internal import NetworkGraphs
internal import Networks
internal import RandomNumbers
internal import SweepRecords
internal import SweepSpec
internal import Training

/// How sharp the loss is where networks start, and where training leaves them.
struct LandscapeMeasurement: ImageMeasurement {
  static let section = "landscape"
  static let keys = ["data", "images", "noise", "samples", "radius", "probes", "iterations"]
  static let expected = "a mapping (data: digits, images: 64, noise: 0.05, radius: 0.05)"
  static let linePrefix = "landscape_"
  static let allColumns = Landscape.columns
  static let allRepeatedColumns = Landscape.columns

  /// Where images come from, unless networks are trained.
  private(set) var source = Measure.DataSource.digits
  /// Whether the images are those that networks are trained on.
  private let usesTrainingImages: Bool
  /// The number of images.
  private(set) var imageCount = 64
  /// What is computed, and how precisely.
  private(set) var settings = Landscape.Settings()

  init?(_ given: GivenSection, _ reading: inout Reading) {
    usesTrainingImages = given.sections.contains(TrainingMeasurement.section)
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      func count(_ range: ClosedRange<Int>, into number: inout Int) {
        if let count = reading.integer(entry.value, path, in: range) { number = count }
      }
      switch entry.key {
      case "data":
        if usesTrainingImages {
          reading.fail(
            entry.keyPlace, path, "the images are those of training",
            expected: "data under train, or landscape without train")
        } else if let source = reading.dataSource(entry.value, path) {
          self.source = source
        }
      case "images": count(1...1_000_000, into: &imageCount)
      case "samples": count(1...100_000, into: &settings.samples)
      case "probes": count(1...100_000, into: &settings.probes)
      case "iterations": count(2...2_000, into: &settings.iterations)
      case "noise": reading.number(entry.value, path, in: 0...1e3, into: &settings.noise)
      default: reading.number(entry.value, path, in: 0...1e3, into: &settings.radius)
      }
    }
  }

  var canonicalText: String {
    (data.map { "data: \($0.source.canonicalText(areLabelled: true)), " } ?? "")
      + "images: \(imageCount), "
      + "noise: \(settings.noise), samples: \(settings.samples), radius: \(settings.radius), "
      + "probes: \(settings.probes), iterations: \(settings.iterations)"
  }
  var columns: [Column] { Self.allColumns }
  var repeatedColumns: [Column] { Self.allRepeatedColumns }
  var data: ImageRequest? {
    usesTrainingImages ? nil : ImageRequest(source, areLabelled: true)
  }
  var startsFromRandomWeights: Bool { true }

  // MARK: - Images

  var requestedImages: Int? { imageCount }

  /// The first images of the part that networks would be trained on.
  func images(of set: ImageSet, seed: Int64) -> LabelledInputs {
    let usual = TrainingSettings()
    let split = DataSplit(
      count: set.count, validation: usual.validation, test: usual.test, seed: seed)
    return LabelledInputs(of: set, places: Array(split.training.prefix(imageCount)))
  }

  func prepare(_ images: LabelledInputs, seed: Int64) -> LabelledImages { images.loaded }

  // MARK: - Cost and computation

  /// A product of the Hessian is about four passes of the value and as many of its tangent.
  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    guard context.point.inferenceSweeps == 1 else { return }
    let images = Double(imageCount)
    let products = Double(settings.probes + settings.iterations / 2 + 1)
    let passes = 6 * products + Double(2 * settings.samples + 2)
    let flops = images * passes * Double(context.counts.flops)
    let layers = Double(context.point.network.layerCount)
    let parameters = Double(context.counts.weights)
    let network = context.network
    let values = network.heldValues
    let basis = Double(settings.iterations)
    cost.flops += context.draws * flops
    cost.seconds +=
      context.draws
      * (1.1e-10 * flops + images * passes * (6e-7 * layers + 1.2e-8 * values) + 4e-8 * parameters
        * passes
        + 1e-9 * parameters * basis * basis)
    // Classes are known with the images only; ten of them are usual.
    cost.bytes = max(
      cost.bytes,
      LossSurface.byteCount(context.point.network.build(classes: 10), images: imageCount)
        + 8 * parameters * (basis + 8))
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    let sample = sample(context)
    let start = sample.network.initialVector(
      context.randomWeights, seed: context.point.seed, draw: context.draw)
    try measure(start, sample, context, into: &values)
  }

  func measureTrained(
    _ training: FinishedTraining, _ context: inout PointContext, into values: inout RecordValues
  ) throws {
    values.isTrained = true
    defer { values.isTrained = false }
    try measure(
      training.trainer.state.descent.parameters, sample(context), context, into: &values)
  }

  /// What the loss is a function of besides the parameters.
  private struct Sample {
    let network: BuiltNetwork
    let images: [[Double]]
    let labels: [Int]
    let classes: Int
  }

  /// The network with a classifier, and the images: of those that networks are trained on if they are.
  private func sample(_ context: PointContext) -> Sample {
    let all: LabelledImages
    let places: ArraySlice<Int>
    var normalization = source.normalization
    if let training = context.sweep.first(TrainingMeasurement.self) {
      let inputs = context.images(of: TrainingMeasurement.self)
      (all, places) = (inputs.images, inputs.split.training.prefix(imageCount))
      normalization = training.source.normalization
    } else {
      all = context.images(of: Self.self)
      places = Array(0..<all.count)[...]
    }
    return Sample(
      network: context.point.network.build(classes: all.classes).normalizingInput(normalization)
        .starting(from: context.statistics),
      images: places.map { all.image($0) }, labels: places.map { all.labels[$0] },
      classes: all.classes)
  }

  private func measure(
    _ vector: [Float], _ sample: Sample, _ context: PointContext, into values: inout RecordValues
  ) throws {
    let point = context.point
    var status = StatisticStatus.notDefined
    if point.inferenceSweeps == 1 {
      let trained = sample.network.trained
      let numbers = vector.map { Double($0) }
      let surface = try LossSurface(
        sample.network, statistics: Array(numbers[trained.upperBound...]), images: sample.images,
        labels: sample.labels, classes: sample.classes)
      let key = RandomKey(domain: "framesweep landscape", seed: point.seed)
        .appending(sample.network.identity).appending(context.draw)
      let found = try Landscape(
        surface, at: Array(numbers[trained]), settings, key: key, shouldStop: context.shouldStop)
      guard found.loss.isFinite else {
        values.set(
          Landscape.statusColumn.id, Int(StatisticStatus.failed.rawValue), at: context.draw)
        throw NonfiniteResult(
          values.name(of: "average_flatness"), of: context.draw, found.loss)
      }
      Landscape.quantities.store(found, at: context.draw, in: &values)
      status = found.isConverged ? .ok : .iterationLimit
    }
    values.set(Landscape.statusColumn.id, Int(status.rawValue), at: context.draw)
  }
}
