internal import Digest
internal import HDF5
public import SweepRecords

/// An open results file.
public struct ResultReader: ~Copyable {
  /// The file.
  public let path: String
  /// The SHA-256 of the plan in hexadecimal.
  public let planSHA256: String
  /// The checksum of the table that was stored with it.
  public let dataSHA256: String
  /// Whether no point is pending.
  public let isComplete: Bool
  /// The names of the columns that the sweep varies.
  public let coordinateNames: [String]
  /// The number of points.
  public let pointCount: Int

  let root: Group

  /// Opens a file.
  ///
  /// **Throws**: `StoreError` where it cannot be read or is no results file.
  public static func open(_ path: String) throws(StoreError) -> ResultReader {
    // The system says plainly what the library says in its own words.
    let file = try FileDescriptor.open(path, .read)
    var start: [UInt8] = []
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    guard try file.read(into: &start, count: 8, at: 0) == 8, Array(start[..<8]) == signature else {
      throw StoreError(
        .damaged, path: path, operation: "opening it",
        reason: "it is not an HDF5 file, expected a results file of framesweep")
    }
    do throws(HDF5Error) {
      return try ResultReader(path: path)
    } catch {
      throw unreadable(path, error)
    }
  }

  private init(path: String) throws(HDF5Error) {
    let group = try File.open(path).root()
    guard try group.hasAttribute("framesweep_format") else {
      throw Self.damage("/", "it is not a results file: the attribute framesweep_format is missing")
    }
    let format = try group.attribute("framesweep_format", as: Int64.self)
    guard format == [Schema.format] else {
      throw Self.damage("/", "its format is \(format), expected \(Schema.format)")
    }
    let plan = try group.textAttribute("plan_sha256")
    let data = try group.textAttribute("data_sha256")
    let complete = try group.attribute("complete", as: Int64.self)
    let coordinates =
      try group.hasAttribute("coordinates") ? group.textAttribute("coordinates") : ""
    let count = try group.openDataset("point").shape().reduce(1, *)
    // A value that cannot be copied is built at once, when nothing can fail any more.
    self.path = path
    planSHA256 = plan
    dataSHA256 = data
    isComplete = complete == [1]
    coordinateNames = coordinates.split(separator: " ").map(String.init)
    pointCount = count
    root = group
  }

  /// One dataset of the table.
  public struct ColumnFacts: Sendable, Equatable {
    /// The name.
    public let name: String
    /// NumPy's name of the type.
    public let type: String
    /// The extents, slowest first.
    public let shape: [Int]
    /// The unit of measurement.
    public let units: String
    /// A few words for the axis of a plot.
    public let longName: String
    /// The words of its codes, separated by spaces; empty where values are numbers.
    public let flagMeanings: String
    /// Its codes, in the order of their words.
    public let flagValues: [Int8]
    /// Whether it is the coordinate of a dimension.
    public let isScale: Bool
  }

  /// All datasets of the table, in file order.
  ///
  /// - Parameter schema: the columns that a table can have.
  ///
  /// **Throws**: `StoreError`, also for a dataset that no table has.
  public func columns(among schema: Schema) throws(StoreError) -> [ColumnFacts] {
    try reading { () throws(HDF5Error) in
      var columns: [ColumnFacts] = []
      for name in try root.datasetNames() {
        guard
          schema[ColumnID(rawValue: name)] != nil
            || schema.dimensions.contains(where: { $0.name == name })
        else {
          throw Self.damage(
            "/\(name)",
            "no framesweep of this version writes it, and the table's checksum covers all data sets "
              + "beside it; what is added to a file belongs into a group of its own")
        }
        let dataset = try root.openDataset(name)
        columns.append(
          ColumnFacts(
            name: name, type: try dataset.elementType()?.numpyName ?? "text",
            shape: try dataset.shape(), units: try dataset.textAttribute("units"),
            longName: try dataset.textAttribute("long_name"),
            flagMeanings: try dataset.hasAttribute("flag_meanings")
              ? try dataset.textAttribute("flag_meanings") : "",
            flagValues: try dataset.hasAttribute("flag_values")
              ? try dataset.attribute("flag_values", as: Int8.self) : [],
            isScale: try dataset.isScale))
      }
      return columns
    }
  }

  /// Whether the table has a column.
  ///
  /// **Throws**: `StoreError`.
  public func hasColumn(_ name: String) throws(StoreError) -> Bool {
    try reading { () throws(HDF5Error) in try root.contains(name) }
  }

  /// A column's values, or those of some points, row after row.
  ///
  /// **Throws**: `StoreError`.
  public func numbers(
    _ name: String, points: Range<Int>? = nil
  ) throws(StoreError) -> [Double] {
    try reading { () throws(HDF5Error) in
      let dataset = try root.openDataset(name)
      return try dataset.read(Double.self, from: try Self.rows(points, of: dataset))
    }
  }

  /// A column's integers, or those of some points, row after row.
  ///
  /// **Throws**: `StoreError`.
  public func integers(
    _ name: String, points: Range<Int>? = nil
  ) throws(StoreError) -> [Int64] {
    try reading { () throws(HDF5Error) in
      let dataset = try root.openDataset(name)
      return try dataset.read(Int64.self, from: try Self.rows(points, of: dataset))
    }
  }

  /// What became of every point.
  ///
  /// **Throws**: `StoreError`, also where a code is unknown.
  public func statuses() throws(StoreError) -> [PointStatus] {
    try integers("status").map { code throws(StoreError) in
      guard let raw = Int8(exactly: code), let status = PointStatus(rawValue: raw) else {
        throw Self.unreadable(path, Self.damage("/status", "it holds the code \(code)"))
      }
      return status
    }
  }

  /// The checksum of the table as it is, to be compared with `dataSHA256`.
  ///
  /// **Throws**: `StoreError`.
  ///
  /// **Complexity**: O(bytes of the table) in bounded memory.
  public func recomputedDataSHA256() throws(StoreError) -> String {
    try reading { () throws(HDF5Error) in
      var checksum = DataChecksum()
      for name in try root.datasetNames() {
        let dataset = try root.openDataset(name)
        guard let type = try dataset.elementType() else {
          throw Self.damage(dataset.name, "it holds no numbers")
        }
        let shape = try dataset.shape()
        var hash = SHA256()
        let rowByteCount = max(shape.dropFirst().reduce(type.byteCount, *), 1)
        let rowCount = max((1 << 24) / rowByteCount, 1)
        var first = 0
        while let count = shape.first, first < count {
          let rows = first..<min(first + rowCount, count)
          hash.update(try dataset.readBytes(as: type, from: Hyperslab(rows: rows, of: shape)))
          first = rows.upperBound
        }
        checksum.add(name: name, type: type.numpyName, shape: shape, data: hash.finish())
      }
      return checksum.hexadecimal
    }
  }

  /// Rows of a column as they lie in memory; nil where it is missing, or of another type or shape.
  func bytes(
    of name: String, as type: ElementType, _ shape: [Int], rows: Range<Int>
  ) throws(StoreError) -> [UInt8]? {
    try reading { () throws(HDF5Error) in
      guard try root.contains(name) else { return nil }
      let dataset = try root.openDataset(name)
      guard try dataset.elementType() == type, try dataset.shape() == shape else { return nil }
      return try dataset.readBytes(as: type, from: Hyperslab(rows: rows, of: shape))
    }
  }

  /// Compares the checksum of the table as it is with the one that was stored with it.
  ///
  /// **Throws**: `StoreError` where they differ, or where the file cannot be read.
  public func checkData() throws(StoreError) {
    guard try recomputedDataSHA256() == dataSHA256 else {
      throw Self.unreadable(
        path, Self.damage("/", "the data do not have the checksum that was stored with them"))
    }
  }

  static func rows(
    _ points: Range<Int>?, of dataset: borrowing Dataset
  ) throws(HDF5Error) -> Hyperslab? {
    guard let points else { return nil }
    return Hyperslab(rows: points, of: try dataset.shape())
  }

  private static func damage(_ object: String, _ reason: String) -> HDF5Error {
    HDF5Error(operation: "reading", object: object, frames: [reason])
  }
}

extension ResultReader {
  /// Reads something; what goes wrong names the file.
  func reading<Result>(
    _ body: () throws(HDF5Error) -> Result
  ) throws(StoreError) -> Result {
    do throws(HDF5Error) {
      return try body()
    } catch {
      throw Self.unreadable(path, error)
    }
  }

  private static func unreadable(_ path: String, _ error: HDF5Error) -> StoreError {
    StoreError(
      .damaged, path: path, operation: "reading the results file", reason: error.description)
  }
}
