internal import HDF5
internal import SweepRecords

/// What identifies a point, as texts.
public struct PointIdentity: Sendable, Equatable {
  /// The first 16 hexadecimal digits of its id.
  public var id: String
  /// The canonical text of its architecture.
  public var architecture: String
  /// The canonical text of the source of its weights.
  public var weights: String
  /// Why its network has no induced frame; empty if it has one.
  public var frameReason: String

  /// Collects the texts.
  public init(id: String, architecture: String, weights: String, frameReason: String = "") {
    self.id = id
    self.architecture = architecture
    self.weights = weights
    self.frameReason = frameReason
  }

  /// A dataset of the group `/points`.
  struct Text: Sendable {
    let name: String
    let description: String
    let value: @Sendable (PointIdentity) -> String
    /// Whether only files have it in which a network is not plain.
    var isForGraphs = false
  }

  /// The datasets of the group `/points`, in file order.
  static let texts = [
    Text(
      name: "id",
      description: "the first 16 hexadecimal digits of the SHA-256 of the point's architecture, "
        + "seed and source of weights", value: { $0.id }),
    Text(
      name: "architecture", description: "the canonical text of the architecture",
      value: { $0.architecture }),
    Text(
      name: "weights",
      description: "where the weights come from: random draws, or a file and a group of it",
      value: { $0.weights }),
    Text(
      name: "frame_reason",
      description: "why the network has no induced frame; empty if it has one",
      value: { $0.frameReason }, isForGraphs: true),
  ]

  /// Those that a file has.
  static func texts(of description: TableDescription) -> [Text] {
    texts.filter { !$0.isForGraphs || description.layerNames != nil }
  }
}

/// The group `/points`: what identifies each point.
final class PointTexts {
  private var datasets: [(text: PointIdentity.Text, dataset: PlacedDataset)] = []
  /// The codes of the names of layers, if the file has them.
  private var codes: PlacedDataset?

  /// A dataset in a place that can be kept in a list.
  private final class PlacedDataset {
    let dataset: Dataset
    init(_ dataset: consuming Dataset) { self.dataset = dataset }
  }

  init(
    _ description: TableDescription, _ scales: Scales, in root: borrowing Group
  ) throws(HDF5Error) {
    let group = try root.createGroup("points")
    for text in PointIdentity.texts(of: description) {
      let dataset = try group.createTextDataset(text.name, shape: [description.pointCount])
      try dataset.describe(longName: text.name, description: text.description)
      try scales.attach(to: dataset, [.point])
      datasets.append((text, PlacedDataset(dataset)))
    }
    guard description.layerNames != nil else { return }
    let dataset = try group.createDataset(
      LayerNames.codeDataset, .int32, shape: [description.pointCount, description.layerCount])
    try dataset.describe(
      units: "1", longName: "name of the layer",
      description:
        "place of the layer's name in /labels/layer_name; -1 where there is no such layer")
    try scales.attach(to: dataset, [.point, .layer])
    codes = PlacedDataset(dataset)
  }

  /// Writes the rows of a block.
  func write(_ block: Range<Int>, _ description: TableDescription) throws(HDF5Error) {
    let identities = description.identities(of: block)
    let part = Hyperslab(start: [block.lowerBound], count: [block.count])
    for (text, writer) in datasets {
      try writer.dataset.write(texts: identities.map(text.value), to: part)
    }
    guard let codes, let names = description.layerNames else { return }
    let layers = description.layerCount
    try codes.dataset.write(
      block.flatMap { names.row($0, layers: layers) },
      to: Hyperslab(start: [block.lowerBound, 0], count: [block.count, layers]))
  }
}
