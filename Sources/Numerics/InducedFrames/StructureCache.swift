/// Position classes that were found before, shared by all architectures that a caller looks at.
///
/// Networks differ in widths far more often than in sizes, kernels and strides, so a sweep meets few
/// different geometries. Results do not depend on what the cache holds.
public struct StructureCache: Sendable {
  private var samplings: [Sampling: Int] = [:]
  private var columns: [[Int]: Int] = [:]
  private var norms: [[Int]] = []
  private var pairs: [[Int]: Int] = [:]
  private var classes: [PositionClasses] = []
  private var planes: [Int: [PlaneClass]] = [:]
  private var shapes: [[Int]: StatisticsShape] = [:]
  private var shapeSize = 0
  /// Shapes are kept up to this size together, 16 MiB; a dense network of 200 layers has two thirds.
  private static let shapeLimit = 1 << 21

  /// Makes an empty cache.
  public init() {}

  /// A number that stands for a sampling.
  mutating func identifier(of sampling: Sampling) -> Int {
    if let known = samplings[sampling] { return known }
    samplings[sampling] = samplings.count
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
  ///
  /// Networks that differ in widths only have one shape, and follow each other in sweeps.
  mutating func shape(of frame: InducedFrame) -> StatisticsShape {
    let key = StatisticsShape.key(of: frame, cache: &self)
    if let known = shapes[key] { return known }
    let shape = StatisticsShape(frame, cache: &self)
    let size = key.count + shape.products.count + 2 * shape.pairs.count
    guard size <= Self.shapeLimit else { return shape }
    if shapeSize + size > Self.shapeLimit {
      shapes = [:]
      shapeSize = 0
    }
    shapes[key] = shape
    shapeSize += size
    return shape
  }

  /// The classes that `pair` numbered.
  subscript(pair: Int) -> PositionClasses { classes[pair] }
}
