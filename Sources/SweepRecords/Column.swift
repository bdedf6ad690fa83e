/// The element types of the results file; every reader in use can open all of them.
public enum ColumnType: Sendable {
  /// Signed bytes: codes.
  case int8
  /// Signed 32-bit integers.
  case int32
  /// Signed 64-bit integers.
  case int64
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary64.
  case float64

  /// The size of one element.
  public var byteCount: Int {
    switch self {
    case .int8: 1
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// NumPy's name of the type, which the data checksum covers.
  public var numpyName: String {
    switch self {
    case .int8: "int8"
    case .int32: "int32"
    case .int64: "int64"
    case .float32: "float32"
    case .float64: "float64"
    }
  }
}

/// Where the values of a column come from.
public enum ColumnOrigin: Sendable {
  /// They are written in the plan, for pending points too.
  case plan
  /// The state of the point.
  case status
  /// They follow from the architecture, for pending points too, and travel in records.
  case structure
  /// A worker measures them.
  case measurement
  /// They are the same for all points, and have no dimension `point`.
  case sweep
}

/// One column of the results file's table: a dataset of its root group.
public struct Column: Sendable {
  /// What a code of an enumerated column stands for.
  public struct Flag: Sendable, Equatable {
    /// The code, the same in every file.
    public let value: Int8
    /// The word, without spaces.
    public let meaning: String
  }

  /// The identity, whose raw value is the dataset's name.
  public let id: ColumnID
  /// The element type on disk; columns of images have it as the sweep file chooses.
  public internal(set) var type: ColumnType
  /// The dimensions, slowest first: `point`, then `draw` if there, then the others.
  ///
  /// Only columns of origin `sweep` have no dimension `point`.
  public let dimensions: [ColumnDimension]
  /// The unit of measurement, "1" for pure numbers.
  public let units: String
  /// A few words for the axis of a plot.
  public let longName: String
  /// A sentence that says how the values are defined.
  public let description: String
  /// The meanings of an enumeration's codes; empty for other columns.
  public let flags: [Flag]
  /// Where the values come from.
  public let origin: ColumnOrigin

  /// The dataset's name.
  public var name: String { id.rawValue }
}
