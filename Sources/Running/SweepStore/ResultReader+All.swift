internal import HDF5
public import SweepRecords

extension ResultReader {
  /// Reads everything that any reader of this program asks of a file, and keeps nothing.
  ///
  /// - Parameter schema: the columns that a table can have.
  ///
  /// **Throws**: `StoreError` naming the first thing that cannot be read, or data whose checksum is
  /// wrong.
  ///
  /// **Complexity**: O(bytes of the file) in bounded memory.
  public func readAll(among schema: Schema) throws(StoreError) {
    _ = try columns(among: schema)
    _ = try runs()
    _ = try sweepText()
    _ = try errors()
    _ = try statuses()
    for text in PointIdentity.texts { try readTexts(text.name, in: "points") }
    for name in Self.executionNumbers { _ = try numbers(name, in: "execution") }
    try readTexts("host", in: "execution")
    try checkData()
  }

  /// Texts that are read at the same time.
  private static let blockCount = 1 << 16

  /// Reads all of a group's texts.
  private func readTexts(_ name: String, in group: String) throws(StoreError) {
    try reading { () throws(HDF5Error) in
      guard try root.contains(group) else { return }
      let group = try root.openGroup(group)
      guard try group.contains(name) else { return }
      let dataset = try group.openDataset(name)
      let shape = try dataset.shape()
      guard shape.count == 1 else {
        _ = try dataset.readTexts()
        return
      }
      for first in stride(from: 0, to: shape[0], by: Self.blockCount) {
        let rows = first..<min(first + Self.blockCount, shape[0])
        _ = try dataset.readTexts(from: Hyperslab(rows: rows, of: shape))
      }
    }
  }

  /// The numbers of the group `/execution`.
  static let executionNumbers = [
    "run", "rank", "attempts", "start", "wall_seconds", "cpu_seconds", "predicted_seconds",
    "peak_memory",
  ]
}
