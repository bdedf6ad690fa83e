/// The extents of a table's dimensions, apart from the number of points, and what lies along them.
///
/// Records and rows of the results file share them, so that a record's values of a column are the
/// beginning of its row.
public struct TableExtents: Sendable, Equatable {
  /// The values of a dimension's scale.
  private struct Scale: Equatable {
    let coordinates: [Double]
    let labels: [String]
  }

  /// The most draws of any point; 0 if nothing is drawn.
  public var draws: Int
  /// The most layers of any point, the input (layer 0) included.
  public var layers: Int
  /// Whether columns have the type that they declare for double precision.
  public var isDouble = false
  private var scales: [ColumnDimension: Scale] = [:]
  private var constants: [ColumnID: [Int8]] = [:]

  /// Starts with the dimensions that every file has.
  public init(draws: Int = 0, layers: Int = 0) {
    self.draws = draws
    self.layers = layers
  }

  /// Says what lies along a dimension that a measurement declares.
  ///
  /// - Parameters:
  ///   - dimension: the dimension.
  ///   - coordinates: the values of its scale, ascending; int32 unless the dimension is real.
  ///   - labels: the name of each of them, if the file is to name them.
  public mutating func set(
    _ dimension: ColumnDimension, _ coordinates: [Double], labels: [String] = []
  ) {
    precondition(
      labels.count == (dimension.labelMeaning == nil ? 0 : coordinates.count),
      "a name for each value along \(dimension.name), if it has names")
    scales[dimension] = Scale(coordinates: coordinates, labels: labels)
  }

  /// Gives a column that is the same for all points its values, in the order of its dimensions.
  public mutating func set(_ column: ColumnID, _ values: [Int8]) { constants[column] = values }

  /// The extent of a dimension other than `point`; 0 if it is not used.
  public subscript(dimension: ColumnDimension) -> Int {
    switch dimension {
    case .point: preconditionFailure("the number of points is no extent of a row")
    case .draw: draws
    case .layer: layers
    default: scales[dimension]?.coordinates.count ?? 0
    }
  }

  /// The values of the scale of a dimension other than `point`.
  public func coordinates(of dimension: ColumnDimension) -> [Double] {
    scales[dimension]?.coordinates ?? (0..<self[dimension]).map(Double.init)
  }

  /// The names of what lies along a dimension other than `point`; empty if it has none.
  public func labels(of dimension: ColumnDimension) -> [String] {
    guard dimension == .layer else { return scales[dimension]?.labels ?? [] }
    return (0..<layers).map { $0 == 0 ? "input" : "layer \($0)" }
  }

  /// The values of a column that is the same for all points.
  public func constant(_ column: ColumnID) -> [Int8] {
    guard let values = constants[column] else {
      preconditionFailure("\(column.rawValue) has a row for each point")
    }
    return values
  }
}
