internal import Architectures
internal import Digest
internal import ImageData
internal import Networks
internal import NeuralFrames
internal import SweepRecords
internal import SweepSpec

/// The neural frames of networks at images.
struct NeuralFramesMeasurement: ImageMeasurement {
  /// What directions of a generative model follow from.
  enum GenerativeSource: Hashable {
    /// All images.
    case data
    /// So many nearest neighbours of an image.
    case neighbours(Int)
  }

  /// The directions of a generative model of the data.
  struct Generative: Hashable {
    /// The number of principal components.
    let components: Int
    /// What they are components of.
    var source = GenerativeSource.data
  }

  /// The precision of values and tangents.
  ///
  /// Statistics are computed in float64 at either, from products of tangents that are summed partly in
  /// float32 where values are of float32 and that is good enough (`FrameAnalysis`).
  enum Precision: String, CaseIterable {
    case float32, float64
  }

  static let section = "neural_frames"
  static let keys = [
    "data", "images", "perturbations", "representations", "per_image", "precision",
  ]
  static let expected = "a mapping (data: digits, images: 64, perturbations: {…})"
  static let linePrefix = ""
  static let allColumns = NeuralColumns.measured(perImage: true) + NeuralColumns.families
  static let allRepeatedColumns = NeuralColumns.measured(perImage: true)

  static let dimensions = [ColumnDimension.perturbation, .perturbationPair, .image]

  /// Where images come from.
  var source = Measure.DataSource.digits
  /// The number of images.
  var imageCount = 64
  /// The generators of augmentations; empty where the family is not asked for.
  var augmentation: Set<Augmentation> = []
  /// The number of noise directions; 0 where the family is not asked for.
  var noise = 0
  /// The number of Fourier directions; 0 where the family is not asked for.
  var fourier = 0
  /// The directions of a generative model; nil where the family is not asked for.
  var generative: Generative?
  /// Patterns of the names of the representations that are measured; nil for the standard ones.
  var representations: [String]?
  /// Whether the statistics of every image are kept.
  var perImage = false
  /// The precision of values and tangents.
  var precision = Precision.float32

  /// The families that are asked for, in the order of their codes.
  var families: [PerturbationFamily] {
    PerturbationFamily.allCases.filter { family in
      switch family {
      case .augmentation: !augmentation.isEmpty
      case .noise: noise > 0
      case .fourier: fourier > 0
      case .generative: generative != nil
      }
    }
  }

  /// The pairs of families, each family with every later one.
  private var familyPairs: [(first: PerturbationFamily, second: PerturbationFamily)] {
    families.indices.flatMap { first in
      families[(first + 1)...].map { (families[first], $0) }
    }
  }

  var columns: [Column] { NeuralColumns.measured(perImage: perImage) }
  var data: ImageRequest? { ImageRequest(source, areLabelled: false) }
  var repeated: (any Measurement)? { self }
  var isExact: Bool { precision == .float64 }

  func note(_ extents: inout TableExtents, _ inputs: SweepInputs?) {
    extents.set(
      .perturbation, families.map { Double($0.rawValue) }, labels: families.map(\.name))
    let pairs = familyPairs
    extents.set(
      .perturbationPair, pairs.indices.map(Double.init),
      labels: pairs.map { "\($0.first.name)|\($0.second.name)" })
    for (column, codes) in zip(
      NeuralColumns.families, [pairs.map(\.first.rawValue), pairs.map(\.second.rawValue)])
    {
      extents.set(column.id, codes)
    }
    if perImage {
      extents.set(.image, (inputs?.images(of: Self.self)?.indices ?? []).map(Double.init))
    }
    extents.isDouble = precision == .float64
  }

  // MARK: - Images

  func images(of set: ImageSet, seed: Int64) -> ImageInputs {
    ImageInputs(self, of: set, seed: seed)
  }

  func images(facts: ImageFacts, digests: [Digest256], seed: Int64) -> ImageInputs {
    ImageInputs(
      facts: facts, digests: digests,
      indices: ImageInputs.choose(imageCount, of: facts.count, seed: seed), measure: self,
      seed: seed)
  }

  func images(bytes: [UInt8], seed: Int64) -> ImageInputs {
    ImageInputs(bytes: bytes, measure: self, seed: seed)
  }

  func prepare(_ images: ImageInputs, seed: Int64) throws -> ImageSamples {
    try ImageSamples(images)
  }

  func firstImages(_ count: Int, of prepared: ImageSamples) throws -> [[Double]] {
    try prepared.samples(0..<min(count, prepared.count)).map(\.image)
  }

  var requestedImages: Int? { imageCount }

  // MARK: - Cost and computation

  /// The most vectors of an image of the sweep, its value and all directions.
  private func vectorCount(in sweep: SweepMeasurements) -> Int {
    vectorCount(of: sweep.data[Self.section])
  }

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let sweep = context.sweep
    let frames = NeuralFrameCost(
      context.network.normalizingInput(source.normalization), context.point, self,
      vectorCount: vectorCount(in: sweep),
      recordBytes: sweep.layout.offsets(draws: sweep.layout.extents.draws).last ?? 0)
    cost.flops += context.draws * frames.flops
    cost.bytes = max(cost.bytes, frames.bytes)
    cost.seconds += context.draws * frames.seconds
  }

  /// Measures the neural frames of a network with weights at all images of the sweep.
  ///
  /// Images go through the network in batches whose size follows from the point and the sweep, so
  /// memory does not grow with their number.
  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    switch precision {
    case .float32: try measureDraw(&context, as: Float.self, into: &values)
    case .float64: try measureDraw(&context, as: Double.self, into: &values)
    }
  }

  private func measureDraw<Scalar: FrameScalar>(
    _ context: inout PointContext, as: Scalar.Type, into values: inout RecordValues
  ) throws {
    let images = context.images(of: Self.self)
    let (point, draw, shouldStop) = (context.point, context.draw, context.shouldStop)
    let vectors = vectorCount(in: context.sweep)
    let network = context.network.normalizingInput(source.normalization)
    let batch = NeuralFrameCost.batch(of: network, point, self, vectorCount: vectors).images
    let push = try PushForward<Scalar>(
      network, context.presentParameters, images: batch, vectors: vectors,
      sweeps: point.inferenceSweeps, shouldStop: shouldStop)
    var summary = FrameSummary(
      families: families.count, representations: push.representationCount)
    for first in stride(from: 0, to: images.count, by: batch) {
      let places = first..<min(first + batch, images.count)
      do {
        try push.measure(images.samples(places), shouldStop: shouldStop) {
          place, representation, frames in
          summary.add(frames.values, overlaps: frames.overlaps, representation: representation)
          guard perImage else { return }
          for (family, found) in frames.values.enumerated() {
            for (statistic, column) in zip(FrameStatistic.allCases, NeuralColumns.all) {
              values.set(
                column.perImage.id, found[statistic],
                at: [draw, family, representation, first + place])
            }
          }
        }
      } catch let frame as NonfiniteFrame {
        let column = NeuralColumns.all[frame.statistic.rawValue].perImage
        throw NonfiniteResult(
          values.name(of: column.id), of: draw, frame, precision: precision.rawValue)
      }
    }
    store(summary, draw: draw, in: &values)
  }

  private func store(_ summary: FrameSummary, draw: Int, in values: inout RecordValues) {
    let families = families.count
    for representation in 0..<summary.representations {
      for family in 0..<families {
        for (statistic, column) in zip(FrameStatistic.allCases, NeuralColumns.all) {
          let moments = summary[statistic, family: family, representation: representation]
          values.set(column.mean.id, moments.mean, at: [draw, family, representation])
          values.set(
            column.std.id, moments.standardDeviation, at: [draw, family, representation])
        }
        values.set(
          NeuralColumns.validImages.id,
          summary.validImages(family: family, representation: representation),
          at: [draw, family, representation])
      }
      for pair in 0..<families * (families - 1) / 2 {
        values.set(
          NeuralColumns.subspaceOverlapMean.id,
          summary.overlap(pair: pair, representation: representation).mean,
          at: [draw, pair, representation])
      }
    }
  }
}
