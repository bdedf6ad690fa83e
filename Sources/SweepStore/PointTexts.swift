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

  /// Collects the texts.
  public init(id: String, architecture: String, weights: String) {
    self.id = id
    self.architecture = architecture
    self.weights = weights
  }

  /// A dataset of the group `/points`.
  struct Text: Sendable {
    let name: String
    let description: String
    let value: @Sendable (PointIdentity) -> String
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
  ]
}

/// The group `/points`: what identifies each point.
final class PointTexts {
  private var datasets: [(text: PointIdentity.Text, dataset: TextDataset)] = []

  /// A dataset in a place that can be kept in a list.
  private final class TextDataset {
    let dataset: Dataset
    init(_ dataset: consuming Dataset) { self.dataset = dataset }
  }

  init(
    _ description: TableDescription, _ scales: Scales, in root: borrowing Group
  ) throws(HDF5Error) {
    let group = try root.createGroup("points")
    for text in PointIdentity.texts {
      let dataset = try group.createTextDataset(text.name, shape: [description.pointCount])
      try dataset.describe(longName: text.name, description: text.description)
      try scales.attach(to: dataset, [.point])
      datasets.append((text, TextDataset(dataset)))
    }
  }

  /// Writes the rows of a block.
  func write(_ block: Range<Int>, _ description: TableDescription) throws(HDF5Error) {
    let identities = block.map(description.identity)
    let part = Hyperslab(start: [block.lowerBound], count: [block.count])
    for (text, writer) in datasets {
      try writer.dataset.write(texts: identities.map(text.value), to: part)
    }
  }
}
