internal import Architectures
internal import NetworkGraphs
internal import Networks
internal import RecurrentInference
internal import SweepRecords
internal import SweepSpec

/// The statistics of batch normalisations at the chosen images, in networks that nobody trained.
enum MeasuredStatistics {
  /// So many images are taken at most: they go through the network at the same time.
  private static let imageLimit = 1_024

  static let columns = [mean, variance]
  fileprivate static let mean = column(
    "normalization_mean", "mean before normalisation", "means")
  fileprivate static let variance = column(
    "normalization_variance", "variance before normalisation", "variances")

  private static func column(_ id: ColumnID, _ longName: String, _ what: String) -> Column {
    Column(
      id, dimensions: [.point, .draw, .layer], longName,
      "mean over channels of the \(what) that batch normalisations of the layer take from the chosen "
        + "images; NaN if it has none, and if the statistics are not those of images",
      presence: .ifKeyIsUsed(ArchitectureKey.normalizationStatistics.name))
  }

  /// The measurement whose images are taken: the first of the sweep that has any.
  fileprivate static func source(in sweep: SweepMeasurements) -> (any ImageMeasurement)? {
    sweep.all.lazy.compactMap { $0 as? any ImageMeasurement }.first { $0.data != nil }
  }

  /// The images that are taken of those that a measurement prepared.
  fileprivate static func images(
    of source: any ImageMeasurement, in images: SweepImages
  ) throws -> [[Double]] {
    guard let prepared = images.prepared[type(of: source).section] else {
      preconditionFailure("a sweep with such points has loaded its images")
    }
    return try source.firstAnyImages(imageLimit, of: prepared)
  }

  /// Adds what it takes to measure them at a point; nothing for most points.
  static func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    guard context.point.measuresStatistics, let source = source(in: context.sweep) else { return }
    let facts = context.sweep.data[type(of: source).section]
    let images = Double(min(imageLimit, source.requestedImages ?? facts?.count ?? imageLimit))
    let one = InferenceCost(context.network, sweeps: 1)
    let layers = Double(context.network.graph.nodes.count)
    let weights = Double(context.counts.weights)
    cost.flops += context.draws * images * one.flops
    cost.seconds +=
      context.draws
      * (1.5e-11 * images * one.flops + 4e-9 * images * one.values
        + 1e-9 * layers * weights + 1e-5 * layers)
    cost.bytes = max(cost.bytes, 8 * images * one.values / 2)
  }
}

extension Point {
  /// Whether batch normalisations have the statistics of images.
  fileprivate var measuresStatistics: Bool {
    network.architecture?.normalizationStatistics == .batch
  }
}

extension PointContext {
  /// Gives batch normalisations the statistics of the chosen images, if the point asks for them, and
  /// stores what they are like.
  ///
  /// **Throws**: what the limits of the point throw, `OneDNNError` and `MemoryRefused`.
  mutating func measureStatistics(into values: inout RecordValues) throws {
    guard point.measuresStatistics, let source = MeasuredStatistics.source(in: sweep) else {
      return
    }
    let images = try MeasuredStatistics.images(of: source, in: self.images)
    let normalizing = network.normalizingInput(source.data?.source.normalization)
    let isExact = sweep.all.contains { $0.isExact }
    let found =
      isExact
      ? try normalizing.statistics(
        at: images, presentParameters, in: Double.self, shouldStop: shouldStop)
      : try normalizing.statistics(
        at: images, presentParameters, in: Float.self, shouldStop: shouldStop)
    measuredStatistics[draw] = found
    parameters = network.parameters(presentParameters, statistics: found)
    for (layer, own) in network.statisticsOfRepresentations(found).enumerated() {
      values.set(MeasuredStatistics.mean.id, own.mean, at: [draw, layer])
      values.set(MeasuredStatistics.variance.id, own.variance, at: [draw, layer])
    }
  }
}
