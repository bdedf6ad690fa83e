internal import Architectures
internal import Kernels
internal import Networks
internal import OpenBLAS
internal import SweepRecords
internal import SweepSpec
internal import Training

/// What kernels of infinite width, and those of the features of each draw, say of a classifier.
struct KernelsMeasurement: CountedImageMeasurement {
  static let section = "kernels"
  static let keys = ["data", "images", "readout", "ridge"]
  static let expected = "a mapping (data: digits, images: 64, readout: pooled, ridge: 1e-6)"
  static let linePrefix = "kernel_"
  static let allColumns = KernelColumns.perPoint + KernelColumns.features.columns()
  static let allRepeatedColumns = KernelColumns.features.columns()

  /// Where images come from.
  var source = Measure.DataSource.digits
  /// The number of images.
  var imageCount = 64
  /// What the classifier reads.
  private(set) var readout = InfiniteKernels.Readout.pooled
  /// What is added to the diagonal of a kernel for predictions, relative to its mean.
  private(set) var ridge = 1e-6

  init?(_ given: GivenSection, _ reading: inout Reading) {
    for entry in given.entries {
      let path = "\(given.keyPath).\(entry.key)"
      if readImages(entry, path, in: 2...4_096, &reading) { continue }
      switch entry.key {
      case "readout":
        if let readout = reading.readout(entry.value, path) { self.readout = readout }
      default: reading.number(entry.value, path, in: 1e-12...1e3, into: &ridge)
      }
    }
  }

  var canonicalText: String {
    "data: \(source.canonicalText(areLabelled: true)), images: \(imageCount), "
      + "readout: \(readout.rawValue), ridge: \(ridge)"
  }
  var columns: [Column] { Self.allColumns }
  var repeatedColumns: [Column] { Self.allRepeatedColumns }
  var repeated: (any Measurement)? { self }
  var data: ImageRequest? { ImageRequest(source, areLabelled: true) }

  // MARK: - Cost and computation

  func addCost(_ context: inout CostContext, to cost: inout PointCost) {
    let one = context.representationCost(images: imageCount)
    let statistics = KernelStatistics.predictedSeconds(images: imageCount)
    cost.flops += one.flops
    cost.seconds += one.seconds + context.draws * statistics
    cost.bytes = max(cost.bytes, one.bytes)
    guard !context.isTrained, let network = context.point.kernelNetwork else {
      return
    }
    let kernels = KernelCost(network, readout: readout, images: imageCount)
    let points = context.sweep.pointsPerNetwork
    cost.flops += kernels.flops / points
    cost.seconds += (kernels.seconds + 2 * statistics) / points
    cost.bytes = max(cost.bytes, kernels.bytes)
  }

  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {
    let (images, shouldStop) = (context.images(of: Self.self), context.shouldStop)
    let (status, found) = try context.kernelFindings.finding(
      Self.section, of: context.point.kernelNetwork
    ) { network -> [KernelStatistics]? in
      let kernels = try InfiniteKernels(
        network, images: images.normalized(by: source.normalization), readout: readout,
        shouldStop: shouldStop)
      guard (kernels.nngp + kernels.ntk).allSatisfy({ $0.isFinite }) else { return nil }
      return try [kernels.nngp, kernels.ntk].map { try statistics($0, images) }
    }
    if let found {
      for statistic in KernelColumns.statistics {
        statistic.quantity.store(found[statistic.isTangent ? 1 : 0], at: 0, in: &values)
      }
    }
    values.set(KernelColumns.status.id, Int(status.rawValue))
  }

  private func statistics(_ kernel: [Double], _ images: LabelledImages) throws -> KernelStatistics {
    try KernelStatistics(kernel, labels: images.labels, classes: images.classes, ridge: ridge)
  }

  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {
    let images = context.images(of: Self.self)
    let features = try context.features(
      of: images, normalization: source.normalization, readout)
    let count = images.count
    var kernel = [Double](repeating: 0, count: count * count)
    let width = features.count / count
    syrk(
      .rowMajor, .lower, order: count, inner: width, alpha: 1 / Double(width), features,
      into: &kernel)
    mirror(.rowMajor, from: .lower, order: count, &kernel)
    guard kernel.allSatisfy({ $0.isFinite }) else { return }
    KernelColumns.features.store(
      try statistics(kernel, images), at: context.draw, in: &values)
  }
}

extension Reading {
  /// What a classifier reads of the last representations.
  mutating func readout(_ value: YAMLValue, _ keyPath: String) -> InfiniteKernels.Readout? {
    name(
      value, keyPath,
      among: InfiniteKernels.Readout.allCases.map { (name: $0.rawValue, value: $0) })
  }
}
