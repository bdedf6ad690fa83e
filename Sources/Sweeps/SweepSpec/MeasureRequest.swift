public import SweepRecords

/// What a sweep file asks for of one measurement: its settings, and what plans have to know of it.
///
/// A measurement declares its key, its settings and its columns here, and whatever needs them asks a
/// list of all measurements: nothing else in this module knows which there are.
public protocol MeasureRequest: Sendable {
  /// The section of `measure` that asks for it; measurements may share one.
  static var section: String { get }
  /// The keys that it reads in its section, as messages list them.
  static var keys: [String] { get }
  /// What is expected as its section, in words.
  static var expected: String { get }

  /// Reads its keys; nil where they do not ask for it, or where mistakes were noted.
  init?(_ given: GivenSection, _ reading: inout Reading)

  /// Its entries of the section in the one spelling that the plan hash covers, without the braces.
  var canonicalText: String { get }
  /// The columns that its values go to, in file order.
  var columns: [Column] { get }
  /// Those of its columns that are measured again once networks are trained.
  var repeatedColumns: [Column] { get }
  /// The images that it needs; nil for none.
  var data: ImageRequest? { get }
  /// A network from a file that points' networks are compared with, at its images; nil for none.
  var guide: NetworkFile? { get }
  /// Patterns of the names of the representations that it asks for; nil for the standard ones.
  var representations: [String]? { get }
  /// Whether functions that files spell out are computed as they are spelled out, which is for checks.
  var isExact: Bool { get }
  /// Whether its networks have random weights, so that none can be from files.
  var startsFromRandomWeights: Bool { get }
  /// Whether it computes the potential of frames of layers as it trains, so that all networks need one.
  var needsLayerFrames: Bool { get }
  /// Whether it trains networks.
  var trainsNetworks: Bool { get }
  /// Where weights are written; nil for nowhere.
  var savedWeights: WeightsLocation? { get }

  /// What it asks of its images that they cannot give.
  func mistakes(with images: ImageFacts, in spec: Spec) -> [SpecError]
  /// What is worth saying of its images without refusing them.
  func remarks(on images: ImageFacts, in spec: Spec) -> [SpecError]
}

extension MeasureRequest {
  /// None of the columns is measured again.
  public var repeatedColumns: [Column] { [] }
  /// No images.
  public var data: ImageRequest? { nil }
  /// Networks are compared with none.
  public var guide: NetworkFile? { nil }
  /// The standard representations.
  public var representations: [String]? { nil }
  /// Functions are those that are meant.
  public var isExact: Bool { false }
  /// Any weights will do.
  public var startsFromRandomWeights: Bool { false }
  /// Frames play no part.
  public var needsLayerFrames: Bool { false }
  /// Networks stay as they are.
  public var trainsNetworks: Bool { false }
  /// Nothing is written.
  public var savedWeights: WeightsLocation? { nil }
  /// Any images will do.
  public func mistakes(with images: ImageFacts, in spec: Spec) -> [SpecError] { [] }
  /// Nothing is worth saying.
  public func remarks(on images: ImageFacts, in spec: Spec) -> [SpecError] { [] }
}

/// The images that a measurement needs.
public struct ImageRequest: Hashable, Sendable {
  /// Where they come from.
  public let source: Measure.DataSource
  /// Whether every image needs a class.
  public let areLabelled: Bool

  /// Asks for images.
  public init(_ source: Measure.DataSource, areLabelled: Bool) {
    self.source = source
    self.areLabelled = areLabelled
  }
}

/// A section of `measure` as one of its measurements finds it.
public struct GivenSection {
  /// The section.
  public let value: YAMLValue
  /// Its key path.
  public let keyPath: String
  /// The entries with the measurement's keys.
  public let entries: [YAMLValue.Entry]
  /// Where its key is.
  public let keyPlace: Place
  /// The sections that the file has, or probably means.
  public let sections: Set<String>
}

/// All measurements that there are.
public struct MeasureRegistry: Sendable {
  /// What each of them reads, in the order of their columns.
  public let requests: [any MeasureRequest.Type]
  /// The columns that every sweep has, whatever it measures.
  public let structure: [Column]

  /// Lists measurements.
  public init(_ requests: [any MeasureRequest.Type], structure: [Column]) {
    self.requests = requests
    self.structure = structure
  }

  /// The sections of `measure`, in order.
  var sections: [String] {
    var seen: Set<String> = []
    return requests.map { $0.section }.filter { seen.insert($0).inserted }
  }

  /// The measurements that read a section.
  func requests(in section: String) -> [any MeasureRequest.Type] {
    requests.filter { $0.section == section }
  }

  /// The one section that reads a key; nil if none or several do.
  func section(of key: String) -> String? {
    let found = Set(requests.filter { $0.keys.contains(key) }.map { $0.section })
    return found.count == 1 ? found.first : nil
  }
}
