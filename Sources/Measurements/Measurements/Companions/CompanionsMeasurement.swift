internal import ImageData
internal import NetworkGraphs
internal import Networks
internal import RandomNumbers
internal import RecurrentInference
internal import SweepRecords
internal import SweepSpec
internal import Training

/// The scores of untrained networks that others rank architectures by.
struct CompanionsMeasurement: ImageMeasurement {
  static let section = "companions"
  static let keys = ["data", "images", "batch_statistics"]
  static let expected = "a mapping (data: digits, images: 32)"
  static let linePrefix = "companion_"
  static let allColumns = Companions.scores.map(\.column)

  /// Where images come from.
  private(set) var source = Measure.DataSource.digits
  /// The number of images.
  private(set) var imageCount = 32
  /// Whether batch normalisation uses the statistics of the batch, as authors' code does.
  private(set) var usesBatchStatistics = false

  init?(_ given: GivenSection, _ reading: inout Reading) {
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      if entry.key == "data" {
        if let source = reading.dataSource(entry.value, path) { self.source = source }
      } else if entry.key == "images",
        let count = reading.integer(entry.value, path, in: 2...1_024)
      {
        imageCount = count
      }
    }
    usesBatchStatistics = reading.truth("batch_statistics", in: given) ?? false
  }

  var canonicalText: String {
    "data: \(source.canonicalText(areLabelled: true)), images: \(imageCount)"
      + (usesBatchStatistics ? ", batch_statistics: true" : "")
  }
  var columns: [Column] { Self.allColumns }
  var data: ImageRequest? { ImageRequest(source, areLabelled: true) }
  var startsFromRandomWeights: Bool { true }

  func mistakes(with images: ImageFacts, in spec: Spec) -> [SpecError] {
    imageCount <= images.count
      ? [] : [spec.missingImages(Self.section, imageCount, of: images)]
  }

  // MARK: - Images

  var requestedImages: Int? { imageCount }

  func images(of set: ImageSet, seed: Int64) -> LabelledInputs {
    var stream = RandomKey(domain: "framesweep companions", seed: seed).stream
    return LabelledInputs(
      of: set, places: Array(stream.nextPermutation(set.count).prefix(imageCount)))
  }

  // MARK: - Cost and computation

  /// In double precision about three passes for each image of the batch, of the kernel and of ones.
  ///
  /// Plain networks have one more for each random image of the Zen-score, whose weights are drawn again many
  /// times.
  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let point = context.point
    let images = Double(imageCount + Companions.kernelImages + 1)
    let randomDraws = context.network.isPlain ? Double(Companions.zenDraws) : 0
    let randomImages = randomDraws * Double(2 * Companions.zenPairs)
    let sweeps =
      point.inferenceSweeps > 1
      ? InferenceCost(context.network, sweeps: point.inferenceSweeps) : nil
    let forward = sweeps?.flops ?? Double(context.counts.flops)
    let products = sweeps?.products ?? Double(point.network.layerCount)
    let flops = (3 * images + randomImages) * forward
    let weights = randomDraws * Double(context.counts.weights)
    cost.flops += context.draws * flops
    cost.seconds += context.draws * (4.5e-11 * flops + 4e-8 * weights + 4e-3 * products + 2e-3)
    // All values of the batch stay until their gradients are there.
    let graph = context.network.graph
    let values = graph.entryCount(of: graph.nodes.map(\.output))
    cost.bytes = max(
      cost.bytes, 8 * (20 * Double(context.counts.weights) + 2 * Double(imageCount) * values))
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    let images = context.images(of: Self.self)
    let point = context.point
    let network = point.network.build(classes: images.classes).starting(from: context.statistics)
    let scores = try Companions(
      network.normalizingInput(source.normalization), images: images,
      batch: Array(0..<images.count), random: context.randomWeights, seed: point.seed,
      draw: context.draw,
      sweeps: point.inferenceSweeps, usesBatchStatistics: usesBatchStatistics,
      shouldStop: context.shouldStop)
    try Companions.store(
      scores, draw: context.draw, sweeps: point.inferenceSweeps, isPlain: network.isPlain,
      in: &values)
  }
}
