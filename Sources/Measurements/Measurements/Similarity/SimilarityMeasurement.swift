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

/// How similar representations are: those of the draws of a point at the same layer, and those of a
/// draw at different layers.
struct SimilarityMeasurement: CountedImageMeasurement {
  static let section = "similarity"
  static let keys = ["data", "images"]
  static let expected = "a mapping (data: digits, images: 64)"
  static let linePrefix = "similarity_"
  static let allColumns = kernels.flatMap { [$0.draws, $0.layers] }
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

  init?(_ given: GivenSection, _ reading: inout Reading) {
    for entry in given.entries {
      _ = readImages(entry, "\(given.keyPath).\(entry.key)", in: 4...4_096, &reading)
    }
  }

  var canonicalText: String {
    "data: \(source.canonicalText(areLabelled: false)), images: \(imageCount)"
  }
  var columns: [Column] { Self.allColumns }
  var repeated: (any Measurement)? { self }
  var data: ImageRequest? { ImageRequest(source, areLabelled: false) }

  func note(_ extents: inout TableExtents, _ inputs: SweepInputs?) {
    extents.set(.layerB, (0..<extents.layers).map(Double.init))
  }

  // MARK: - Images

  func prepare(_ images: PlainInputs, seed: Int64) -> [[Double]] { images.images }

  // MARK: - Cost and computation

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let one = context.representationCost(images: imageCount)
    let layers = Double(context.point.network.layerCount + 1)
    let squares = Double(imageCount * imageCount)
    let network = context.network
    let values = network.graph.entryCount(of: network.values)
    let pairs = context.draws * (context.draws - 1) / 2 * layers
    let products = context.draws * values * squares * 2
    let alignments = 2 * (pairs + context.draws * layers * layers / 2)
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
    let images = context.images(of: Self.self)
    let layers = context.network.values.count
    let key = Self.section + (values.isTrained ? " trained" : "")
    var kept = context.kept[key] as? Kept ?? Kept(layers: layers)
    let draw = try kernels(of: images, layers: layers, &context)
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
  }

  /// The kernels of a draw's representations, for each way to compare images.
  private func kernels(
    of images: [[Double]], layers: Int, _ context: inout PointContext
  ) throws -> [[CentredKernel]] {
    var features = [[Double]](repeating: [], count: layers)
    try context.visitRepresentations(of: images, normalization: source.normalization) {
      layer, values in
      features[layer] += values
    }
    return Self.kernels.map { comparison in
      features.map { CentredKernel(features: $0, count: images.count, comparison.kernel) }
    }
  }
}
