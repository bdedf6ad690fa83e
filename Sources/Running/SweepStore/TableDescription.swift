internal import Processes
public import SweepRecords

/// What a results file needs to know of a plan.
///
/// The closures are asked block by block, in the order of points, so that no plan has to be stored.
public struct TableDescription {
  /// The SHA-256 of the plan, 32 bytes.
  public var planHash: [UInt8]
  /// The number of points.
  public var pointCount: Int
  /// Which columns travel in records, and the extents of the dimensions besides `point`; one of 0
  /// leaves its columns out.
  public var layout: RecordLayout
  /// The sweep file's text.
  public var sweepText: String
  /// The columns that the sweep varies, which readers take as coordinates.
  public var coordinateNames: [String]
  /// Columns of the plan that take no part in any point, which the file then does not have.
  public var omittedColumns: Set<ColumnID> = []
  /// The names of representations; nil if all networks are plain, whose layers need none.
  public var layerNames: LayerNames?
  /// Makes, for a thread that asks for points in order, what fills in what the plan says about a point.
  public var planRows: @Sendable () -> (_ point: Int, _ row: inout PlanRow) -> Void
  /// The structure columns of a point whose record holds no values; others are not looked at.
  public var structure: (_ point: Int) -> RecordValues
  /// The number of draws that the record of a point holds.
  public var draws: (_ point: Int) -> Int
  /// Makes, for a thread that asks for points in order, what tells what identifies a point.
  public var identities: @Sendable () -> (_ point: Int) -> PointIdentity
  /// The threads that may derive points while the file is written.
  public var threads = 1

  /// Collects the facts.
  public init(
    planHash: [UInt8], pointCount: Int, layout: RecordLayout,
    sweepText: String, coordinateNames: [String],
    planRows: @escaping @Sendable () -> (_ point: Int, _ row: inout PlanRow) -> Void,
    structure: @escaping (_ point: Int) -> RecordValues,
    draws: @escaping (_ point: Int) -> Int,
    identities: @escaping @Sendable () -> (_ point: Int) -> PointIdentity
  ) {
    self.planHash = planHash
    self.pointCount = pointCount
    self.layout = layout
    self.sweepText = sweepText
    self.coordinateNames = coordinateNames
    self.planRows = planRows
    self.structure = structure
    self.draws = draws
    self.identities = identities
  }

  /// The extent of a dimension; 0 where the sweep does not use it.
  func extent(of dimension: ColumnDimension) -> Int {
    dimension == .point ? pointCount : layout.extents[dimension]
  }

  /// The most layers of any point, the input included.
  var layerCount: Int { layout.extents.layers }
  /// The most draws of any point.
  var drawCount: Int { layout.extents.draws }

  /// The dimensions that the sweep uses.
  var dimensions: [ColumnDimension] { layout.schema.dimensions.filter { extent(of: $0) > 0 } }

  /// The columns that the file has, in file order.
  var columns: [Column] {
    layout.schema.columns(isDouble: layout.extents.isDouble).filter { column in
      guard column.dimensions.allSatisfy({ extent(of: $0) > 0 }) else { return false }
      guard !omittedColumns.contains(column.id) else { return false }
      return column.origin != .measurement || layout.place(of: column.id) != nil
    }
  }

  /// The swept columns that the file has, for its root attribute `coordinates`.
  var presentCoordinates: [String] {
    let names = Set(columns.map(\.name))
    return coordinateNames.filter(names.contains)
  }

  /// The root attribute `Conventions`.
  static let conventions = "CF-1.8"
}

extension TableDescription {
  /// Points that a thread derives in one piece.
  private static let pieceCount = 512

  /// What the plan says about the points of a block: rows one behind the other, in pieces.
  ///
  /// - Parameters:
  ///   - block: the points.
  ///   - row: a row of the columns that are wanted.
  func planRows(of block: Range<Int>, like row: PlanRow) -> [[UInt8]] {
    let planRows = planRows
    return inPieces(
      of: block, { (fill: planRows(), row: row) },
      { state, points in
        var bytes: [UInt8] = []
        bytes.reserveCapacity(points.count * state.row.bytes.count)
        for point in points {
          state.row.reset()
          state.fill(point, &state.row)
          bytes += state.row.bytes
        }
        return bytes
      })
  }

  /// What identifies the points of a block.
  func identities(of block: Range<Int>) -> [PointIdentity] {
    inPieces(of: block, identities) { tell, points in points.map { tell($0) } }.flatMap { $0 }
  }

  /// What becomes of the points of a block, piece by piece, in order.
  ///
  /// - Parameters:
  ///   - block: the points.
  ///   - makeState: what each thread begins with.
  ///   - body: does a piece.
  private func inPieces<State, Piece: Sendable>(
    of block: Range<Int>, _ makeState: @escaping @Sendable () -> State,
    _ body: @escaping @Sendable (_ state: inout State, _ points: Range<Int>) -> Piece
  ) -> [Piece] {
    Parallel.map(
      (block.count + Self.pieceCount - 1) / Self.pieceCount, threads: threads, state: makeState
    ) { state, piece in
      let first = block.lowerBound + piece * Self.pieceCount
      return body(&state, first..<min(first + Self.pieceCount, block.upperBound))
    }
  }
}
