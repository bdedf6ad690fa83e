internal import Architectures

/// Position classes that were found before, shared by all architectures that a caller looks at.
///
/// Networks differ in widths far more often than in sizes, kernels and strides, so a sweep meets few
/// different geometries. Results do not depend on what the cache holds.
public struct StructureCache: Sendable {
  private var samplings: [Sampling: Int] = [:]
  /// The samplings by the numbers that stand for them.
  private(set) var samplingsByNumber: [Sampling] = []
  private var columns: [[Int]: Int] = [:]
  private var norms: [[Int]] = []
  private var pairs: [[Int]: Int] = [:]
  private var classes: [PositionClasses] = []
  private var planes: [Int: [PlaneClass]] = [:]
  private var shapes: [[Int]: StatisticsShape] = [:]
  private var architectures: [ArchitectureShape.Key: ArchitectureShape] = [:]
  private var shapeSize = 0
  /// The last minimum that was found with the effort of sweeps: points that differ in their seeds follow
  /// each other.
  var lastMinimum: (architecture: Architecture, minimum: FrameMinimum)?
  /// Shapes are kept up to this size together, 16 MiB.
  private static let shapeLimit = 1 << 21

  /// Makes an empty cache.
  public init() {}

  /// A number that stands for a sampling.
  mutating func identifier(of sampling: Sampling) -> Int {
    if let known = samplings[sampling] { return known }
    samplings[sampling] = samplings.count
    samplingsByNumber.append(sampling)
    return samplings.count - 1
  }

  /// A number that stands for the norm classes of a column with given meetings with itself.
  ///
  /// - Parameters:
  ///   - key: the meetings, each as one number.
  ///   - size: the number of the column's positions in one dimension.
  ///   - meetings: the meetings, asked for when the key is new.
  mutating func column(key: [Int], size: Int, meetings: () -> [Meeting]) -> Int {
    if let known = columns[key] { return known }
    columns[key] = norms.count
    norms.append(PositionClasses.normClasses(meetings: meetings(), size: size))
    return norms.count - 1
  }

  /// The number of norm classes of a column.
  func normCount(column: Int) -> Int { (norms[column].max() ?? -1) + 1 }

  /// The norm class of each position of a column.
  func normClasses(column: Int) -> [Int] { norms[column] }

  /// The classes of a pair of columns.
  ///
  /// - Parameters:
  ///   - key: the numbers of both columns, −1 where both are one, and the meetings.
  ///   - left: the number of the left column.
  ///   - right: that of the right one.
  ///   - sameColumn: whether they are one.
  ///   - meetings: the meetings, asked for when the key is new.
  mutating func pair(
    key: [Int], left: Int, right: Int, sameColumn: Bool, meetings: () -> [Meeting]
  ) -> Int {
    if let known = pairs[key] { return known }
    pairs[key] = classes.count
    classes.append(
      PositionClasses(
        meetings: meetings(), left: norms[left], right: norms[right], sameColumn: sameColumn))
    return classes.count - 1
  }

  /// The classes in the plane of a pair of columns that `pair` numbered.
  mutating func planeClasses(
    pair: Int, sameColumn: Bool, normCounts: (left: Int, right: Int)
  ) -> [PlaneClass] {
    if let known = planes[pair] { return known }
    let found = classes[pair].planeClasses(sameColumn: sameColumn, normCounts: normCounts)
    planes[pair] = found
    return found
  }

  /// The shape of a frame's costs.
  mutating func shape(of frame: InducedFrame, _ roles: ChannelRoles) -> StatisticsShape {
    let key = StatisticsShape.key(of: frame, roles, cache: &self)
    if let known = shapes[key] { return known }
    let shape = StatisticsShape(frame, roles: roles, cache: &self)
    if makeRoom(for: key.count + shape.size) { shapes[key] = shape }
    return shape
  }

  /// What the costs of an architecture follow from besides its widths.
  ///
  /// Networks that differ in widths only have one shape, and follow each other in sweeps.
  ///
  /// - Precondition: the architecture's layers are the units of its frame.
  mutating func shape(
    of architecture: Architecture
  ) -> (shape: ArchitectureShape, widths: [Int]) {
    let (key, widths) = ArchitectureShape.key(of: architecture)
    if let known = architectures[key] { return (known, widths) }
    let shape = ArchitectureShape(architecture, widths: widths, cache: &self)
    if makeRoom(for: key.size + shape.size) { architectures[key] = shape }
    return (shape, widths)
  }

  /// Makes room for a shape by forgetting all others; false if it is too large to be kept.
  private mutating func makeRoom(for size: Int) -> Bool {
    guard size <= Self.shapeLimit else { return false }
    if shapeSize + size > Self.shapeLimit {
      shapes = [:]
      architectures = [:]
      shapeSize = 0
    }
    shapeSize += size
    return true
  }

  /// The classes that `pair` numbered.
  subscript(pair: Int) -> PositionClasses { classes[pair] }
}
