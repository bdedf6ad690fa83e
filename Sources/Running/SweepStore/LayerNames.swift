internal import HDF5
internal import SweepRecords

/// The names of representations, each once, and which of them the layers of each point have.
public struct LayerNames {
  /// The names, in the order in which points first have them.
  public let names: [String]
  /// The place of the name of each representation of a point, the input first.
  public let codes: (_ point: Int) -> [Int32]

  /// Collects names.
  public init(names: [String], codes: @escaping (_ point: Int) -> [Int32]) {
    self.names = names
    self.codes = codes
  }

  /// The places of names of a point's layers as a row of the file: -1 where it has no such layer.
  func row(_ point: Int, layers: Int) -> [Int32] {
    let codes = codes(point)
    return codes + [Int32](repeating: -1, count: layers - codes.count)
  }

  /// Writes the names: `/labels/layer_name` along the dimension `name`, which is a scale beside it.
  func write(in group: borrowing Group) throws(HDF5Error) {
    let scale = try group.createDataset("name", .int32, shape: [names.count])
    try scale.makeScale(of: "name")
    try scale.describe(
      units: "1", longName: "name", description: "code of the name in /points/layer_name_code")
    try scale.write(names.indices.map { Int32($0) })
    let dataset = try group.createTextDataset(Self.dataset, shape: [names.count])
    try dataset.describe(
      longName: "layer", description: "the names that /points/layer_name_code points to")
    try dataset.attach(scale, to: 0)
    try dataset.write(texts: names)
  }

  static let dataset = "layer_name"
  static let codeDataset = "layer_name_code"
}
