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
  /// **Complexity**: O(bytes of the file), in memory for a column of texts.
  public func readAll(among schema: Schema) throws(StoreError) {
    _ = try columns(among: schema)
    _ = try runs()
    _ = try sweepText()
    _ = try errors()
    _ = try statuses()
    for text in PointIdentity.texts { _ = try texts(text.name, in: "points") }
    for name in Self.executionNumbers { _ = try numbers(name, in: "execution") }
    _ = try texts("host", in: "execution")
    try checkData()
  }

  /// The numbers of the group `/execution`.
  static let executionNumbers = [
    "run", "rank", "attempts", "start", "wall_seconds", "cpu_seconds", "predicted_seconds",
    "peak_memory",
  ]
}
