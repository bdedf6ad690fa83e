internal import Architectures
internal import Kernels
internal import NetworkGraphs
internal import Networks
internal import RandomNumbers
internal import RecurrentInference
internal import Signals
internal import SweepRecords
internal import SweepSpec

/// How signals propagate: what theory says of the widths and of the variances of weights, and what
/// becomes of images and of Gaussian directions in each layer.
struct SignalMeasurement: CountedImageMeasurement {
  static let section = "signal"
  static let keys = ["data", "images", "directions"]
  static let expected = "a mapping (data: digits, images: 16, directions: 64)"
  static let linePrefix = "signal_"
  static let allColumns = SignalColumns.perPoint + SignalColumns.perDraw
  static let allRepeatedColumns = SignalColumns.perDraw

  /// Where images come from.
  var source = Measure.DataSource.digits
  /// The number of images.
  var imageCount = 16
  /// The number of Gaussian directions.
  private(set) var directionCount = 64

  init?(_ given: GivenSection, _ reading: inout Reading) {
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      if readImages(entry, path, in: 1...1_000_000, &reading) { continue }
      if let count = reading.integer(entry.value, path, in: 2...4_096) { directionCount = count }
    }
  }

  var canonicalText: String {
    "data: \(source.canonicalText(areLabelled: false)), images: \(imageCount), "
      + "directions: \(directionCount)"
  }
  var columns: [Column] { Self.allColumns }
  var repeatedColumns: [Column] { Self.allRepeatedColumns }
  var repeated: (any Measurement)? { self }
  var data: ImageRequest? { ImageRequest(source, areLabelled: false) }

  // MARK: - Images

  /// The images, and the directions that they are all moved along.
  struct Prepared: Sendable {
    let images: [[Double]]
    /// One behind the other.
    let directions: [Double]
  }

  /// Directions are keyed by the seed and their own number alone, so more of them contain fewer.
  func prepare(_ images: PlainInputs, seed: Int64) -> Prepared {
    let key = RandomKey(domain: "framesweep signal directions", seed: seed)
    let directions = (0..<directionCount).flatMap { index in
      var stream = key.appending(index).stream
      return stream.nextNormals(images.facts.dimension)
    }
    return Prepared(images: images.images, directions: directions)
  }

  func firstImages(_ count: Int, of prepared: Prepared) -> [[Double]] {
    Array(prepared.images.prefix(count))
  }

  // MARK: - Cost and computation

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let network = context.network
    let one = InferenceCost(network, sweeps: context.point.inferenceSweeps)
    let (images, directions) = (Double(imageCount), Double(directionCount))
    let flops = images * (directions + 1) * one.flops
    // What directions are multiplied with one another in: each layer and the input.
    let entries = network.graph.entryCount(of: network.values)
    let products = images * directions * directions * entries
    let layers = Double(network.values.count)
    cost.flops += context.draws * (flops + products)
    cost.seconds +=
      context.draws
      * (1e-11 * flops + 5e-11 * products + 1.5e-9 * images * directions * entries
        + 1e-5 * images * layers + 1.5e-4 * layers)
    cost.bytes = max(
      cost.bytes,
      4 * (directions + 1) * (one.values + entries) + 8 * directions * entries
        + 16 * Double(context.counts.weights))
  }

  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {
    let widths = context.point.network.representations.compactMap { layer in
      layer.weighted.map { Double($0.width) }
    }
    values.set(SignalColumns.widthReciprocals.id, widths.reduce(0) { $0 + 1 / $1 })
    let form = ClosedForm(context.point)
    values.set(SignalColumns.lengthFluctuation.id, form?.lengthFluctuation ?? .nan)
    var status = StatisticStatus.notDefined
    if let form, let weightVariance = form.random.weightVariance {
      let field = MeanField(
        form.activation, weightVariance: weightVariance, biasVariance: form.random.biasVariance)
      status = field == nil ? .iterationLimit : .ok
      if let field { SignalColumns.meanField.store(field, in: &values) }
    }
    values.set(SignalColumns.meanFieldStatus.id, Int(status.rawValue))
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    let prepared = context.images(of: Self.self)
    let weighted = try context.network(in: Float.self, normalization: source.normalization)
    let found = try SignalPropagation(
      weighted.network.graph, parameters: weighted.parameters,
      representations: weighted.network.values, images: prepared.images,
      directions: prepared.directions, shouldStop: context.shouldStop)
    for statistic in SignalColumns.statistics {
      for (place, layer) in found.layers.enumerated() {
        let value = statistic.value(layer)
        guard value.isFinite || value == -.infinity else {
          throw NonfiniteResult(values.name(of: statistic.column.id), of: context.draw, value)
        }
        values.set(statistic.column.id, value, at: [context.draw, place])
      }
    }
  }
}

extension ClosedForm {
  /// Π(1 + c/width) − 1, where c is the variance of φ(z)² over its squared mean, z standard normal.
  ///
  /// NaN unless the next layer sees nothing but the mean square of this one.
  fileprivate var lengthFluctuation: Double {
    guard architecture.family == .chain, architecture.input.size == 1,
      random.scheme != .orthogonal, random.biasVariance == 0, let slope = activation.slopeBelowZero
    else { return .nan }
    let squares = 1 + slope * slope
    let fluctuation = 6 * (1 + slope * slope * slope * slope) / (squares * squares) - 1
    return architecture.layers.reduce(1) { $0 * (1 + fluctuation / Double($1.width)) } - 1
  }
}
