internal import HDF5
internal import SweepRecords

/// The names of what lies along one dimension: a dataset of the group `/labels`.
struct Labels {
  let dimension: ColumnDimension
  let texts: [String]
  private let meaning: String

  /// The dataset's name.
  var name: String { "\(dimension.name)_name" }

  /// The names of all that lies along the dimensions that have names.
  static func all(of description: TableDescription) -> [Labels] {
    description.dimensions.compactMap { dimension in
      // Layers with names of their own have them point by point.
      if dimension == .layer, description.layerNames != nil { return nil }
      guard let meaning = dimension.labelMeaning else { return nil }
      return Labels(
        dimension: dimension, texts: description.layout.extents.labels(of: dimension),
        meaning: meaning)
    }
  }

  /// Writes the group `/labels`; without a dimension to label there is none.
  static func write(
    _ description: TableDescription, _ scales: Scales, in root: borrowing Group
  ) throws(HDF5Error) {
    let labels = all(of: description)
    guard !labels.isEmpty || description.layerNames != nil else { return }
    let group = try root.createGroup("labels")
    try description.layerNames?.write(in: group)
    for label in labels {
      let dataset = try group.createTextDataset(label.name, shape: [label.texts.count])
      try dataset.describe(
        longName: label.dimension.longName, description: label.meaning)
      try scales.attach(to: dataset, [label.dimension])
      try dataset.write(texts: label.texts)
    }
  }
}
