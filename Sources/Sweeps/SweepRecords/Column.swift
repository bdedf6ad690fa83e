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

/// When a sweep has a column of the plan or of structure, and its plan's hash names it.
public enum ColumnPresence: Hashable, Sendable {
  /// Always, but for keys that no point makes use of: hashes name those of version 0.1 nevertheless.
  case always
  /// If a point makes use of the key that it holds.
  case ifUsed
  /// If a point makes use of a key, by the name of its column.
  case ifKeyIsUsed(String)
  /// If a network is more than a chain, a residual or a dense network of convolutions and rectifiers.
  case ifNotPlain
}

/// One column of the results file's table: a dataset of its root group.
public struct Column: Sendable {
  /// What a code of an enumerated column stands for.
  public struct Flag: Sendable, Equatable {
    /// The code, the same in every file.
    public let value: Int8
    /// The word, without spaces.
    public let meaning: String

    /// Gives a code its word.
    public init(value: Int8, meaning: String) {
      self.value = value
      self.meaning = meaning
    }
  }

  /// The identity, whose raw value is the dataset's name.
  public let id: ColumnID
  /// The element type on disk.
  public internal(set) var type: ColumnType
  /// The element type if the sweep file asks for double precision.
  let doubleType: ColumnType
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
  /// When a sweep has it.
  public let presence: ColumnPresence

  /// Declares a column.
  ///
  /// - Parameters:
  ///   - id: the dataset's name.
  ///   - type: the element type on disk.
  ///   - doubleType: the element type if the sweep file asks for double precision; nil for the same.
  ///   - dimensions: the dimensions, slowest first.
  ///   - units: the unit of measurement.
  ///   - longName: a few words for the axis of a plot.
  ///   - description: a sentence that says how the values are defined.
  ///   - flags: the meanings of an enumeration's codes.
  ///   - origin: where the values come from.
  ///   - presence: when a sweep has it.
  public init(
    _ id: ColumnID, type: ColumnType = .float64, inDoublePrecision doubleType: ColumnType? = nil,
    dimensions: [ColumnDimension], units: String = "1", _ longName: String, _ description: String,
    flags: [Flag] = [], origin: ColumnOrigin = .measurement, presence: ColumnPresence = .always
  ) {
    self.id = id
    self.type = type
    self.doubleType = doubleType ?? type
    self.dimensions = dimensions
    self.units = units
    self.longName = longName
    self.description = description
    self.flags = flags
    self.origin = origin
    self.presence = presence
  }

  /// The dataset's name.
  public var name: String { id.rawValue }

  /// The column of the same values after training.
  public var afterTraining: Column {
    Column(
      id.afterTraining, type: type, inDoublePrecision: doubleType, dimensions: dimensions,
      units: units,
      longName + " after training", description + "; of the trained weights", flags: flags,
      origin: origin)
  }
}
