internal import HDF5
internal import SweepRecords

/// The names of what lies along one dimension: a dataset of the group `/labels`.
struct Labels {
  let dimension: ColumnDimension
  let texts: [String]
  private let longName: String
  private let meaning: String

  /// The dataset's name.
  var name: String { "\(dimension.rawValue)_name" }

  /// The names of a sweep's layers and families of perturbations.
  static func all(of description: TableDescription) -> [Labels] {
    let extents = description.layout.extents
    func name(_ code: Int8) -> String { Schema.perturbationNames[Int(code)] }
    let labels = [
      Labels(
        dimension: .layer,
        texts: (0..<extents.layers).map { $0 == 0 ? "input" : "layer \($0)" },
        longName: "layer", meaning: "the name of the layer, as papers count: from 1"),
      Labels(
        dimension: .perturbation, texts: extents.perturbations.map(name),
        longName: "perturbation", meaning: "the name of the family of perturbations"),
      Labels(
        dimension: .perturbationPair,
        texts: extents.perturbationPairs.map { "\(name($0.first))|\(name($0.second))" },
        longName: "pair of perturbations", meaning: "the names of both families"),
    ]
    return labels.filter { !$0.texts.isEmpty }
  }

  /// Writes the group `/labels`; without a dimension to label there is none.
  static func write(
    _ description: TableDescription, _ scales: Scales, in root: borrowing Group
  ) throws(HDF5Error) {
    let labels = all(of: description)
    guard !labels.isEmpty else { return }
    let group = try root.createGroup("labels")
    for label in labels {
      let dataset = try group.createTextDataset(label.name, shape: [label.texts.count])
      try dataset.describe(longName: label.longName, description: label.meaning)
      try scales.attach(to: dataset, [label.dimension])
      try dataset.write(texts: label.texts)
    }
  }
}
