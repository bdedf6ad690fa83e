internal import Architectures
internal import Networks

/// All columns that a results file can have, in file order.
///
/// What the plan says and the state of points are declared here; what is measured comes with each
/// measurement.
public struct Schema: Sendable {
  /// The version of the results file's layout, its root attribute `framesweep_format`.
  public static let format: Int64 = 1

  /// Every column, in file order.
  public let columns: [Column]
  /// Every dimension, in the order of their scales.
  public let dimensions: [ColumnDimension]
  private let places: [ColumnID: Int]

  /// Puts the columns and dimensions of measurements behind those that every file has.
  ///
  /// - Parameters:
  ///   - measured: the columns of measurements.
  ///   - dimensions: their dimensions besides points, draws and layers.
  public init(measured: [Column], dimensions: [ColumnDimension] = []) {
    let columns = Self.planColumns + [Self.status] + measured
    let dimensions = [.point, .draw, .layer] + dimensions
    var places: [ColumnID: Int] = [:]
    for (place, column) in columns.enumerated() {
      let other = places.updateValue(place, forKey: column.id)
      precondition(other == nil, "two columns are called \(column.name)")
      for dimension in column.dimensions {
        precondition(
          dimensions.contains(dimension),
          "nobody declares the dimension \(dimension.name) of \(column.name)")
      }
    }
    for (place, dimension) in dimensions.enumerated() {
      precondition(
        !dimensions[..<place].contains(dimension)
          && places[ColumnID(rawValue: dimension.name)] == nil,
        "two data sets are called \(dimension.name)")
    }
    self.columns = columns
    self.dimensions = dimensions
    self.places = places
  }

  /// Every column, in the types of a precision.
  public func columns(isDouble: Bool) -> [Column] {
    guard isDouble else { return columns }
    return columns.map { column in
      var column = column
      column.type = column.doubleType
      return column
    }
  }

  /// One column by its name; nil for a name that no column has.
  public subscript(id: ColumnID) -> Column? { places[id].map { columns[$0] } }

  /// The columns that the plan fills, in file order.
  public static let planColumns = architecture + layers

  // MARK: - What the plan says

  private static let architecture: [Column] =
    ArchitectureKey.allCases.compactMap { key in
      key.column.map { plan(ColumnID(rawValue: $0), key.row) }
    } + besideKeys

  private static let besideKeys: [Column] = [
    plan(.layerCount, .int32, "layers", "layers of the network, which papers call depth"),
    plan(.seed, .int64, "seed", "seed of the point's random numbers"),
    plan(
      .inferenceSweeps, .int32, "sweeps of inference",
      "sweeps by which networks are evaluated; 1 is the feed-forward network"),
  ]

  private static let layers: [Column] = [
    perLayer(.layerWidth, "layer width", "output channels of the layer"),
    perLayer(.layerKernel, "layer kernel", "side of the layer's kernel", units: "pixel"),
    perLayer(.layerStride, "layer stride", "stride of the layer", units: "pixel"),
    perLayer(.layerStage, "layer stage", "stage of the layer, counted from 1"),
    perLayer(.layerInputWidth, "layer input width", "input channels of the layer"),
    Column(
      .layerKind, type: .int8, dimensions: [.point, .layer], "layer kind",
      "kind of the operation that ends the representation",
      flags: flags(RepresentationKind.allCases.map(\.name)), origin: .plan,
      presence: .ifNotPlain),
  ]

  private static let status = Column(
    .status, type: .int8, dimensions: [.point], "status", "what became of the point",
    flags: flags(PointStatus.allCases.map(\.name)), origin: .status)

  // MARK: - Short forms

  /// The words of an enumeration whose codes count from 0.
  private static func flags(_ words: [String]) -> [Column.Flag] {
    words.enumerated().map { Column.Flag(value: Int8($0.offset), meaning: $0.element) }
  }

  private static func plan(_ id: ColumnID, _ row: KeyRow) -> Column {
    if case .words(let words) = row.reading {
      return plan(
        id, .int8, row.longName, row.meaning, words.map(\.text), units: row.units,
        presence: row.isInEveryHash ? .always : .ifUsed)
    }
    return plan(
      id, row.reading.isReal ? .float64 : .int32, row.longName, row.meaning, units: row.units,
      presence: row.isInEveryHash ? .always : .ifUsed)
  }

  private static func plan(
    _ id: ColumnID, _ type: ColumnType, _ longName: String, _ description: String,
    _ words: [String] = [], units: String = "1", presence: ColumnPresence = .always
  ) -> Column {
    Column(
      id, type: type, dimensions: [.point], units: units, longName, description,
      flags: flags(words), origin: .plan, presence: presence)
  }

  private static func perLayer(
    _ id: ColumnID, _ longName: String, _ description: String, units: String = "1"
  ) -> Column {
    Column(
      id, type: .int32, dimensions: [.point, .layer], units: units, longName,
      description + "; 0 where there is no such layer", origin: .plan)
  }
}
