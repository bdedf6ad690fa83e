internal import Architectures
internal import NetworkGraphs
internal import Networks
internal import RecurrentInference
internal import Similarity
internal import SweepRecords
internal import SweepSpec

extension ColumnDimension {
  /// Another layer of the same network, for what belongs to two of them.
  static let layerB = ColumnDimension(
    "layer_b", longName: "other layer", "index of the other layer; 0 is the network's input")
}

/// How similar representations are: those of the draws of a point at the same layer, those of a
/// draw at different layers, and those of a draw and of a network from a file.
struct SimilarityMeasurement: CountedImageMeasurement {
  static let section = "similarity"
  static let keys = ["data", "images", "guide"]
  static let expected = "a mapping (data: digits, images: 64, guide: {onnx: nets/trained.onnx})"
  static let linePrefix = "similarity_"
  static let allColumns = kernels.flatMap { [$0.draws, $0.layers] } + [guideColumn]
  static let allRepeatedColumns = allColumns

  static let dimensions = [ColumnDimension.layerB]

  /// A way to compare images, with the columns of its alignments.
  private struct Comparison: Sendable {
    let kernel: CentredKernel.Kernel
    let draws: Column
    let layers: Column

    init(_ kernel: CentredKernel.Kernel, suffix: String, _ name: String) {
      self.kernel = kernel
      draws = Column(
        ColumnID(rawValue: "draw_cka\(suffix)"), dimensions: [.point, .layer],
        "similarity of draws, \(name)",
        "debiased centred kernel alignment (\(name)) of the layer's representations in two draws, mean "
          + "over pairs of draws; NaN for one draw, and if a draw's representations are all alike")
      layers = Column(
        ColumnID(rawValue: "layer_cka\(suffix)"), dimensions: [.point, .layer, .layerB],
        "similarity of layers, \(name)",
        "debiased centred kernel alignment (\(name)) of the representations of two layers, mean over "
          + "draws")
    }
  }

  private static let kernels = [
    Comparison(.linear, suffix: "", "linear kernel"),
    Comparison(.gaussian(width: 0.5), suffix: "_rbf", "Gaussian kernel"),
  ]

  private static let guideColumn = Column(
    "guide_cka", dimensions: [.point, .draw, .layer], "similarity to the guide",
    "debiased centred kernel alignment (linear kernel) of the layer's representations and of those of "
      + "the guide at the layer of the same relative depth; the mean if the guide has several such layers, "
      + "NaN if it has none, and at the input")

  /// What is known of the draws so far.
  private struct Kept: Sendable {
    /// For each draw and way to compare images, the layers.
    var draws: [[[CentredKernel]]] = []
    /// For each way the sums over pairs of draws, by layer, and over draws, by both layers.
    var drawSums: [[Double]]
    var layerSums: [[Double]]

    init(layers: Int) {
      drawSums = kernels.map { _ in [Double](repeating: 0, count: layers) }
      layerSums = kernels.map { _ in [Double](repeating: 0, count: layers * layers) }
    }
  }

  /// Where images come from.
  var source = Measure.DataSource.digits
  /// The number of images.
  var imageCount = 64
  /// The network that all points are compared with; nil for none.
  private(set) var guide: NetworkFile?

  init?(_ given: GivenSection, _ reading: inout Reading) {
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      if readImages(entry, path, in: 4...4_096, &reading) { continue }
      guide = reading.guide(entry.value, path)
    }
  }

  /// The guide is known by the digest of its file, which is among those of all inputs.
  var canonicalText: String {
    "data: \(source.canonicalText(areLabelled: false)), images: \(imageCount)"
      + (guide == nil ? "" : ", guide: onnx")
  }
  var columns: [Column] {
    guide == nil ? Self.allColumns.filter { $0.id != Self.guideColumn.id } : Self.allColumns
  }
  var repeated: (any Measurement)? { self }
  var data: ImageRequest? { ImageRequest(source, areLabelled: false) }

  func note(_ extents: inout TableExtents, _ inputs: SweepInputs?) {
    extents.set(.layerB, (0..<extents.layers).map(Double.init))
  }

  // MARK: - Images

  /// The images, and what the guide makes of them.
  struct Prepared: Sendable {
    let images: [[Double]]
    /// The guide's layers behind its input; none without a guide.
    let guide: [CentredKernel]
  }

  func prepare(_ images: PlainInputs, seed: Int64) -> Prepared {
    Prepared(images: images.images, guide: [])
  }

  func prepare(_ images: PlainInputs, guide: FileNetwork?, seed: Int64) throws -> Prepared {
    guard let contents = guide?.contents else { return prepare(images, seed: seed) }
    let network = WeightedNetwork(
      network: contents.network.normalizingInput(source.normalization),
      parameters: contents.parameters)
    let features = try network.features(of: images.images, shouldStop: {})
    return Prepared(
      images: images.images,
      guide: features.dropFirst().map { CentredKernel(features: $0, count: images.images.count) })
  }

  func firstImages(_ count: Int, of prepared: Prepared) -> [[Double]] {
    Array(prepared.images.prefix(count))
  }

  // MARK: - Cost and computation

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let one = context.representationCost(images: imageCount)
    let layers = Double(context.point.network.layerCount + 1)
    let squares = Double(imageCount * imageCount)
    let network = context.network
    let values = network.graph.entryCount(of: network.values)
    let pairs = context.draws * (context.draws - 1) / 2 * layers
    let products = context.draws * values * squares * 2
    // Nobody knows yet how many layers a guide has; about as many is a guess.
    let guided = guide == nil ? 0 : context.draws * layers
    let alignments = 2 * (pairs + context.draws * layers * layers / 2) + guided
    cost.flops += one.flops + products + 6 * alignments * squares
    // Distances are sorted for their median.
    cost.seconds +=
      one.seconds + 5e-11 * products + context.draws * layers * squares * 6e-8
      + alignments * squares * 1.5e-9
    cost.bytes = max(
      cost.bytes,
      one.bytes + 8 * values * Double(imageCount) + 16 * context.draws * layers * squares)
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    let prepared = context.images(of: Self.self)
    let layers = context.network.values.count
    let key = Self.section + (values.isTrained ? " trained" : "")
    var kept = context.kept[key] as? Kept ?? Kept(layers: layers)
    let draw = try kernels(of: prepared.images, &context)
    for (way, comparison) in Self.kernels.enumerated() {
      let own = draw[way]
      for before in kept.draws {
        for layer in 0..<layers {
          kept.drawSums[way][layer] += own[layer].alignment(with: before[way][layer])
        }
      }
      let pairs = Double((kept.draws.count + 1) * kept.draws.count / 2)
      for layer in 0..<layers {
        for other in 0...layer {
          kept.layerSums[way][layer * layers + other] += own[layer].alignment(with: own[other])
          let mean = kept.layerSums[way][layer * layers + other] / Double(kept.draws.count + 1)
          values.set(comparison.layers.id, mean, at: [layer, other])
          values.set(comparison.layers.id, mean, at: [other, layer])
        }
        if pairs > 0 {
          values.set(comparison.draws.id, kept.drawSums[way][layer] / pairs, at: [layer])
        }
      }
    }
    kept.draws.append(draw)
    context.kept[key] = kept
    if guide != nil {
      compare(draw[0].dropFirst(), with: prepared.guide, of: context.draw, into: &values)
    }
  }

  /// Compares the layers of a draw with those of the guide, by the linear kernel.
  private func compare(
    _ layers: ArraySlice<CentredKernel>, with guide: [CentredKernel], of draw: Int,
    into values: inout RecordValues
  ) {
    let matching = GuideMatching(guideCount: guide.count, count: layers.count)
    for (layer, matched) in zip(layers.indices, matching.guideLayers) where !matched.isEmpty {
      let sum = matched.reduce(0) { $0 + layers[layer].alignment(with: guide[$1]) }
      values.set(Self.guideColumn.id, sum / Double(matched.count), at: [draw, layer])
    }
  }

  /// The kernels of a draw's representations, for each way to compare images.
  private func kernels(
    of images: [[Double]], _ context: inout PointContext
  ) throws -> [[CentredKernel]] {
    let features = try context.network(in: Double.self, normalization: source.normalization)
      .features(of: images, shouldStop: context.shouldStop)
    return Self.kernels.map { comparison in
      features.map { CentredKernel(features: $0, count: images.count, comparison.kernel) }
    }
  }
}

extension WeightedNetwork {
  /// The representations of images: for each layer images × numbers, row-major.
  fileprivate func features(
    of images: [[Double]], shouldStop: () throws -> Void
  ) throws -> [[Double]] {
    var features = [[Double]](repeating: [], count: network.values.count)
    try visit(network.values, of: images, shouldStop: shouldStop) { layer, values in
      features[layer] += values
    }
    return features
  }
}
