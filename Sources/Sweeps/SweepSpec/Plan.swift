public import Architectures
public import Digest
public import SweepRecords

/// The version of the numbers that are computed: results of another version are not mixed in.
public let numericsVersion = 9

/// The numbered points of a sweep.
///
/// Points are not stored but derived from their place in the grid, so every rank can have the plan: `Plan`
/// gives any point, and `PointCursor` many one after the other.
/// Point i of a plan is the same for ever: the order is that of the grid, its last axis varying
/// fastest, and then the included points. Of equal points the first stays.
public struct Plan: Sendable {
  /// The sweep.
  public let spec: Spec
  /// What was found of the points.
  private var grid: ExpandedGrid
  /// What the reader and the expansion noticed without refusing the sweep; only known where it was
  /// expanded.
  public let warnings: [SpecError]
  /// What was found of the images that the sweep names.
  public let data: DataFacts
  /// What was found of the networks from files that the sweep names.
  let networks: NetworkFacts

  /// The number of points.
  public var count: Int { grid.places.count }
  /// The number of equal points that fell together with an earlier one.
  public var duplicateCount: Int { grid.duplicateCount }
  /// The number of grid points that `exclude` left out.
  public var excludedCount: Int { grid.excludedCount }
  /// The most draws of weights that a point has.
  public var maximumDraws: Int { grid.maximumDraws }
  /// The most layers that a point has.
  public var maximumLayerCount: Int { grid.maximumLayerCount }
  /// The most sweeps of inference that a point has.
  public var maximumSweeps: Int { grid.maximumSweeps }
  /// The keys that no point makes use of: options of presets that none of them has, and keys that have
  /// their standard value wherever they take part.
  public var omittedKeys: Set<ArchitectureKey> { grid.omittedKeys }
  /// Whether all networks are plain: then files have no column that says more than layers do.
  public var isPlain: Bool { grid.isPlain }
  /// The families and forms of networks whose frames are made of layers.
  public var layerFrames: Set<FramedFamily> { grid.layerFrames }
  /// The SHA-256 that results files and resumed runs must share.
  ///
  /// It covers a text of lines (`framesweep plan`, `numerics: ` and the version, `coordinates: ` and
  /// the swept columns, `measure: ` and its canonical text, `column: ` with name, type and dimensions
  /// of each column of the plan and of records, `seed: ` and the top-level seed where
  /// images and noise follow from it, `input: ` and the digest of each input file in hexadecimal,
  /// `points:`), each ended by a newline, then for every point in order the 32 bytes of its id
  /// and those that `PointColumns` appends, and then a line for each column that only files with such
  /// points have. So files of one plan have the same columns, and the
  /// same entries in those that say how points are written, which equal points need not have.
  public var planHash: Digest256 { grid.planHash }
  /// The places in the grid that are points; those after the grid are items of `include`.
  var places: PointPlaces { grid.places }

  /// Expands a sweep.
  ///
  /// - Parameters:
  ///   - spec: the sweep.
  ///   - inputDigests: the SHA-256 of every input file, in the order in which the sweep names them.
  ///   - data: what was found of the images that the sweep names; what is unknown is not checked.
  ///   - networks: what was found of the networks from files that the sweep names.
  ///   - threads: how many threads look at points; the plan is the same for any number.
  ///   - progress: told now and then how many places of the grid were visited, of how many.
  ///
  /// **Throws**: `SpecErrors` where points are impossible, do not fit the images, or none is left.
  ///
  /// **Complexity**: O(points); memory about 40 bytes for each point, of which at most 4 stay.
  public init(
    _ spec: Spec, inputDigests: [Digest256] = [], data: DataFacts? = nil,
    networks: NetworkFacts = NetworkFacts(), threads: Int = 1,
    progress: (_ visited: Int, _ count: Int) -> Void = { _, _ in }
  ) throws(SpecErrors) {
    let data = data ?? DataFacts(spec.measure)
    var expansion = Expansion(
      spec, inputDigests: inputDigests, data: data, networks: networks)
    expansion.run(threads: threads, progress: progress)
    let errors = spec.mistakes(with: data) + expansion.errors
    guard errors.isEmpty else { throw SpecErrors(errors) }
    self.spec = spec
    self.data = data
    self.networks = networks
    warnings = (spec.warnings + expansion.notes + spec.remarks(on: data))
      .sorted { $0.place < $1.place }
    grid = expansion.finish()
    grid.fingerprint = fingerprint(inputDigests)
    let misnamed = mistakesInSavedWeights()
    guard misnamed.isEmpty else { throw SpecErrors(misnamed) }
  }

  /// Takes over what another rank found of the points, as `expansion` wrote it; nil if something else did, or
  /// if this program makes another plan of the sweep.
  ///
  /// - Parameters:
  ///   - spec: the same sweep.
  ///   - expansion: the other plan's.
  ///   - inputDigests: the SHA-256 of every input file, in the order in which the sweep names them.
  ///   - data: what was found of the images that the sweep names.
  ///   - networks: what was found of the networks from files that the sweep names.
  public init?(
    _ spec: Spec, expansion: [UInt8], inputDigests: [Digest256] = [], data: DataFacts,
    networks: NetworkFacts = NetworkFacts()
  ) {
    guard let grid = ExpandedGrid(bytes: expansion) else { return nil }
    self.spec = spec
    self.grid = grid
    self.data = data
    self.networks = networks
    warnings = []
    let places = spec.gridCount + spec.inclusions.count
    guard count > 0, grid.places[count - 1] < places,
      grid.fingerprint == fingerprint(inputDigests)
    else { return nil }
  }

  /// What follows from the sweep and the program without looking at all points.
  private func fingerprint(_ inputDigests: [Digest256]) -> Digest256 {
    let ends = point(at: 0).id.bytes + point(at: count - 1).id.bytes
    return SHA256.hash(Array(Expansion.header(spec, inputDigests).utf8) + ends)
  }

  /// What was found of the points, for ranks that do not look at all of them.
  public var expansion: [UInt8] { grid.bytes }

  /// A point by its index, `0 ..< count`.
  ///
  /// **Complexity**: O(axes + layers), about a microsecond.
  public func point(at index: Int) -> Point {
    precondition(index >= 0 && index < count, "a plan of \(count) points has no \(index)")
    let setting = spec.setting(at: places[index])
    do {
      let (network, shorthand) = try setting.network(sweep: spec.name, files: networks)
      return Point(
        index: index, setting: setting, network: network, shorthand: shorthand,
        weights: try setting.weights(of: network, shorthand, sweep: spec.name))
    } catch {
      preconditionFailure("a point that was possible when the plan was made is not: \(error)")
    }
  }
}

extension Plan {
  /// The columns of the plan and of structure that files of the sweep do not have.
  public var absentColumns: Set<ColumnID> {
    var absent = Set(omittedKeys.compactMap(\.column).map { ColumnID(rawValue: $0) })
    if maximumSweeps == 1 { absent.insert(.inferenceSweeps) }
    let columns = Schema.planColumns + spec.measure.columns
    let unused = Set(omittedKeys.compactMap(\.column))
    for column in columns {
      if case .ifKeyIsUsed(let key) = column.presence, unused.contains(key) {
        absent.insert(column.id)
      }
    }
    guard isPlain else { return absent }
    return absent.union(columns.filter { $0.presence == .ifNotPlain }.map(\.id))
  }

  /// Where the sweep file says what the weights of a point are, and the key that says so.
  public func weightsPlace(ofPoint index: Int) -> (place: Place, keyPath: String) {
    let place = places[index]
    if place < spec.gridCount {
      var rest = place
      for axis in spec.axes.reversed() {
        let choice = axis.choices[rest % axis.choices.count]
        if let found = choice.first(where: { $0.parameter == .weights }) {
          return (found.place, "weights")
        }
        rest /= axis.choices.count
      }
    } else {
      let inclusion = spec.inclusions[place - spec.gridCount]
      if let found = inclusion.assignments.first(where: { $0.parameter == .weights }) {
        return (found.place, "\(inclusion.keyPath).weights")
      }
    }
    return (spec.weightsPlace ?? Place(line: 1, column: 1), "weights")
  }
}

extension Spec {
  /// What the point at a place sets; places after the grid are items of `include`.
  func setting(at place: Int) -> Setting {
    guard place < gridCount else { return inclusions[place - gridCount].setting }
    var setting = gridBase
    var rest = place
    for axis in axes.reversed() {
      for assignment in axis.choices[rest % axis.choices.count] { setting.assign(assignment) }
      rest /= axis.choices.count
    }
    return setting
  }

  /// What all points of the grid share.
  var gridBase: Setting {
    var setting = base
    for assignment in fixed { setting.assign(assignment) }
    return setting
  }
}
