internal import Digest
internal import ImageData
internal import Networks
internal import SweepRecords
internal import SweepSpec
internal import Training

/// A measured quantity, or several that are computed together.
///
/// Everything that the program knows of it is in its folder: keys and settings of sweep files with
/// their reading, columns, images, cost and computation. `Registry` lists all of them.
protocol Measurement: MeasureRequest {
  /// All columns that it can have, in file order.
  static var allColumns: [Column] { get }
  /// Those of its columns that can be measured again once networks are trained.
  static var allRepeatedColumns: [Column] { get }

  /// The dimensions of its columns that it alone has, in the order of their scales.
  static var dimensions: [ColumnDimension] { get }

  /// Whether it measures networks with weights, so that records hold draws.
  var usesDraws: Bool { get }
  /// Whether its time follows from rates that the machine can be asked for.
  var followsRates: Bool { get }
  /// Notes what lies along the dimensions that it declares.
  func note(_ extents: inout TableExtents, _ inputs: SweepInputs?)
  /// Adds what it takes at a point.
  func addCost(_ context: inout CostContext, to cost: inout PointCost)

  /// Measures what a point has one value of.
  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws
  /// Measures a network with the weights of a draw.
  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws
  /// Trains the network of a draw; nil if it does not, or if nothing can be measured afterwards.
  func train(
    _ context: inout PointContext, into values: inout RecordValues
  ) throws -> FinishedTraining?
  /// Measures a trained network.
  func measureTrained(
    _ training: FinishedTraining, _ context: inout PointContext, into values: inout RecordValues
  ) throws
  /// What is measured again at trained weights, besides the trained network itself; nil for nothing.
  var repeated: (any Measurement)? { get }
}

/// A training that came to its end.
struct FinishedTraining {
  let trainer: Trainer
  let result: TrainingResult
}

extension Measurement {
  static var allRepeatedColumns: [Column] { [] }
  static var dimensions: [ColumnDimension] { [] }
  var usesDraws: Bool { true }
  var followsRates: Bool { false }
  var repeated: (any Measurement)? { nil }
  var repeatedColumns: [Column] { repeated?.columns ?? [] }
  func note(_ extents: inout TableExtents, _ inputs: SweepInputs?) {}
  func measurePoint(_ context: inout PointContext, into values: inout RecordValues) throws {}
  func measureDraw(_ context: inout PointContext, into values: inout RecordValues) throws {}
  func train(
    _ context: inout PointContext, into values: inout RecordValues
  ) throws -> FinishedTraining? { nil }
  func measureTrained(
    _ training: FinishedTraining, _ context: inout PointContext, into values: inout RecordValues
  ) throws {}
}

/// The images of one measurement: chosen and read by one rank, shared as bytes with all others.
protocol ChosenImages: Sendable {
  /// The number and the shape of the images of the data set.
  var facts: ImageFacts { get }
  /// The SHA-256 of every file, in a fixed order.
  var digests: [Digest256] { get }
  /// The loaded images as bytes, for ranks that do not read files.
  var bytes: [UInt8] { get }
  /// Reads the chosen images.
  ///
  /// **Throws**: `InputFileError` where a file cannot be read any more, and `LAPACKError`.
  mutating func load() throws
}

/// A measurement of networks on images.
protocol ImageMeasurement: Measurement {
  associatedtype Images: ChosenImages
  /// The images as computing needs them.
  associatedtype Prepared: Sendable

  /// What stands in front of the names of lines on its images in `SweepInputs.text`.
  static var linePrefix: String { get }
  /// Chooses images of a data set by the sweep's seed.
  func images(of set: ImageSet, seed: Int64) -> Images
  /// What is known of its images without the files.
  func images(facts: ImageFacts, digests: [Digest256], seed: Int64) -> Images
  /// Reads what `bytes` wrote on another rank.
  func images(bytes: [UInt8], seed: Int64) -> Images
  /// Prepares loaded images.
  func prepare(_ images: Images, seed: Int64) throws -> Prepared
  /// Up to so many of the images, the first ones.
  func firstImages(_ count: Int, of prepared: Prepared) throws -> [[Double]]
  /// The number of images that are asked for; nil for all of a data set.
  var requestedImages: Int? { get }
  /// Prepares loaded images, and what the network that it compares points with makes of them.
  func prepare(_ images: Images, guide: FileNetwork?, seed: Int64) throws -> Prepared
}

extension ImageMeasurement {
  /// Prepares loaded images of any kind, which must be its own.
  func prepareAny(
    _ images: any ChosenImages, guide: FileNetwork?, seed: Int64
  ) throws -> any Sendable {
    guard let own = images as? Images else {
      preconditionFailure("\(Self.section) was given the images of another measurement")
    }
    return try prepare(own, guide: guide, seed: seed)
  }

  func prepare(_ images: Images, guide: FileNetwork?, seed: Int64) throws -> Prepared {
    try prepare(images, seed: seed)
  }

  /// Up to so many of prepared images of any kind, which must be its own.
  func firstAnyImages(_ count: Int, of prepared: any Sendable) throws -> [[Double]] {
    guard let own = prepared as? Prepared else {
      preconditionFailure("\(Self.section) was given the images of another measurement")
    }
    return try firstImages(count, of: own)
  }
}

extension ImageMeasurement where Prepared == LabelledImages {
  func firstImages(_ count: Int, of prepared: LabelledImages) -> [[Double]] {
    (0..<min(count, prepared.count)).map(prepared.image)
  }
}
