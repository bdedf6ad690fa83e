internal import Architectures
internal import Kernels
internal import SweepRecords
internal import SweepSpec
internal import Training

/// How much networks of infinite width that fit some images prefer those that classify others well.
struct InductiveBiasMeasurement: CountedImageMeasurement {
  /// The kernel of the Gaussian process that hypotheses are drawn from.
  enum Kernel: String, CaseIterable {
    case nngp, ntk
  }

  static let section = "inductive_bias"
  static let keys = ["data", "images", "training", "error", "kernel", "readout"]
  static let expected = "a mapping (data: digits, images: 128, training: 0.5, error: 0.01)"
  static let linePrefix = "inductive_bias_"
  static let allColumns = [
    Column.perPoint(
      "inductive_bias_status", "status of the inductive bias",
      "whether the kernel of infinite width has a closed form and decides about the training images",
      type: .int8, flags: StatisticStatus.flags),
    .perPoint(
      "inductive_bias_expected_error", "expected error",
      "mean squared error at the test images of a draw of the Gaussian process that fits the training "
        + "images"),
    Column(
      "inductive_bias", dimensions: [.point], units: "nat", "inductive bias",
      "-ln of the probability that a draw of the Gaussian process that fits the training images has at "
        + "most the given mean squared error at the test images"),
  ]

  /// Where images come from.
  var source = Measure.DataSource.digits
  /// The number of images, for training and test together.
  var imageCount = 128
  /// The share of them that hypotheses fit.
  private(set) var trainingShare = 0.5
  /// The error level.
  private(set) var error = 0.01
  /// Whose process hypotheses are drawn from.
  private(set) var kernel = Kernel.nngp
  /// What the classifier reads.
  private(set) var readout = InfiniteKernels.Readout.pooled

  init?(_ given: GivenSection, _ reading: inout Reading) {
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      if readImages(entry, path, in: 4...4_096, &reading) { continue }
      switch entry.key {
      case "training": reading.number(entry.value, path, in: 0.01...0.99, into: &trainingShare)
      case "error": reading.number(entry.value, path, in: 1e-9...1e3, into: &error)
      case "kernel":
        let choices = Kernel.allCases.map { (name: $0.rawValue, value: $0) }
        if let kernel = reading.name(entry.value, path, among: choices) { self.kernel = kernel }
      default: if let readout = reading.readout(entry.value, path) { self.readout = readout }
      }
    }
  }

  var canonicalText: String {
    "data: \(source.canonicalText(areLabelled: true)), images: \(imageCount), "
      + "training: \(trainingShare), error: \(error), kernel: \(kernel.rawValue), "
      + "readout: \(readout.rawValue)"
  }
  var columns: [Column] { Self.allColumns }
  var usesDraws: Bool { false }
  var data: ImageRequest? { ImageRequest(source, areLabelled: true) }

  // MARK: - Cost and computation

  /// How many images hypotheses fit, at least 1 and not all.
  private var trainingCount: Int {
    min(max(1, Int((trainingShare * Double(imageCount)).rounded())), imageCount - 1)
  }

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    guard let network = context.point.kernelNetwork else { return }
    let kernels = KernelCost(network, readout: readout, images: imageCount)
    let points = context.sweep.pointsPerNetwork
    cost.flops += kernels.flops / points
    cost.seconds +=
      (kernels.seconds + KernelStatistics.predictedSeconds(images: imageCount)) / points
    cost.bytes = max(cost.bytes, kernels.bytes)
  }

  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {
    let (images, shouldStop) = (context.images(of: Self.self), context.shouldStop)
    let (status, bias) = try context.kernelFindings.finding(
      Self.section, of: context.point.kernelNetwork
    ) { network -> InductiveBias? in
      let kernels = try InfiniteKernels(
        network, images: images.normalized(by: source.normalization), readout: readout,
        shouldStop: shouldStop)
      return try InductiveBias(
        kernel == .nngp ? kernels.nngp : kernels.ntk, labels: images.labels,
        classes: images.classes, trainingCount: trainingCount, error: error)
    }
    if let bias {
      values.set("inductive_bias_expected_error", bias.expectedError)
      values.set("inductive_bias", bias.nats)
    }
    values.set("inductive_bias_status", Int(status.rawValue))
  }
}
