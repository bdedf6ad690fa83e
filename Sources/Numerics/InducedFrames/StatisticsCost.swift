public import Architectures

/// What the statistics of an architecture at one draw of weights will take.
///
/// Times follow from these counts and the machine's rates; on small networks the number of calls
/// decides, on large ones the operations. Counts are in double precision, as in all predictions: of a
/// network that nobody can compute they may exceed 64-bit integers.
public struct StatisticsCost: Hashable, Sendable {
  /// Floating-point operations in products of matrices, a multiply-add counted as two.
  public private(set) var productFLOPs = 0.0
  /// Entries of Gram blocks that are formed, normalised and summed.
  public private(set) var blockEntries = 0.0
  /// Products of matrices that are called.
  public private(set) var productCalls = 0.0
  /// Entries of the operands of all products, which are packed before they are multiplied.
  public private(set) var operandEntries = 0.0
  /// Entries that products and identities add to blocks.
  public private(set) var addedEntries = 0.0
  /// The largest number of bytes in use, the weights themselves among them.
  public private(set) var peakBytes = 0.0
  /// Floating-point operations of the frame bounds, at most; about a quarter of them in products.
  public private(set) var boundFLOPs = 0.0
  /// The largest number of bytes in use by the frame bounds, besides `peakBytes`.
  public private(set) var boundBytes = 0.0

  /// Counts the work that `FrameStatistics` does, frame bounds included.
  ///
  /// **Complexity**: O(classes of positions of pairs of layers that meet).
  public init(_ architecture: Architecture, cache: inout StructureCache) {
    self.init(withBounds: InducedFrame(architecture), cache: &cache)
  }

  /// Counts the work that `FrameStatistics` does with a frame.
  public init(withBounds frame: InducedFrame, cache: inout StructureCache) {
    self.init(frame, cache: &cache)
    countBounds(frame)
  }

  /// Counts the work of the Gram matrix only.
  init(_ frame: InducedFrame, cache: inout StructureCache) {
    let roles = ChannelRoles(frame)
    let shape = cache.shape(of: frame, roles)
    let (columns, rows) = roles.channels(of: frame)
    self.init(shape, columns: columns, rows: rows, weightCount: frame.weightCount, frame)
  }

  /// Counts the work of the Gram matrix of a frame of some shape.
  ///
  /// - Parameters:
  ///   - shape: the shape.
  ///   - columns: the channels of the columns of each role.
  ///   - rows: the channels of the rows of each role.
  ///   - weightCount: the number of weights.
  ///   - frame: the frame; of use only if some of its terms tie some channels only.
  init(
    _ shape: StatisticsShape, columns: [Double], rows: [Double], weightCount: Int,
    _ frame: InducedFrame?
  ) {
    var largest = 0.0
    for blocks in shape.blocks {
      let entries = columns[Int(blocks.left)] * columns[Int(blocks.right)]
      largest = max(largest, entries)
      blockEntries += entries * blocks.classCount
    }
    for products in shape.products {
      let (left, right) = (columns[Int(products.left)], columns[Int(products.right)])
      let inner = rows[Int(products.row)] * products.taps
      addedEntries += left * right * products.addedRuns
      productFLOPs += 2 * left * right * inner
      operandEntries += (left + right) * inner
      productCalls += products.runs
    }
    if let frame { for product in shape.partial { add(product, frame) } }
    // The weights, their panels, and one block.
    peakBytes = 8 * (2 * Double(weightCount) + largest)
  }

  private mutating func add(_ product: StatisticsShape.PartialProduct, _ frame: InducedFrame) {
    let row = frame.rows[Int(product.row)]
    let (left, right) = (row.terms[Int(product.left)], row.terms[Int(product.right)])
    var (own, sums, inner, calls) = (0.0, 0.0, 0.0, 0.0)
    frame.forEachMeeting(left, right, rowChannels: row.channels) { left, right, rows in
      own += Double(left.columns.count) * Double(right.columns.count)
      sums += Double(left.columns.count + right.columns.count) * Double(rows.count)
      inner = max(inner, Double(rows.count))
      calls += 1
    }
    addedEntries += own * product.runs
    guard product.isProduct else { return }
    productFLOPs += 2 * own * inner * product.taps
    operandEntries += sums * product.taps
    productCalls += calls * product.runs
  }

  private mutating func countBounds(_ frame: InducedFrame) {
    var count = 0.0
    var dimension = 0.0
    for column in frame.columns {
      count += Double(column.channels) * Double(column.size * column.size)
    }
    for row in frame.rows { dimension += Double(row.channels) * Double(row.size * row.size) }
    let order = min(count, dimension)
    var once = 0.0
    var scratch = 0.0
    var targets = 0.0
    for row in frame.rows {
      for term in row.terms {
        let positions = Double(term.sampling.columnSize * term.sampling.columnSize)
        let taps = Double(term.sampling.kernel * term.sampling.kernel)
        let laidOut = taps * Double(row.channels) * positions
        targets += positions * taps
        scratch = max(scratch, laidOut)
        if case .selector = term.channels { continue }
        once += 2 * laidOut * Double(frame.columns[term.column].channels)
      }
    }
    var vectors: Double
    if order <= Double(InducedFrameBounds.exactOrder) {
      boundFLOPs = 2 * order * once + 4 / 3 * order * order * order
      // The matrix, LAPACK's copy of it and its working memory.
      vectors = 3 * order
    } else {
      vectors = Double(InducedFrameBounds.iterationLimit(order: Int(order)))
      // Each vector is made orthogonal twice to those before it, with four operations an entry.
      boundFLOPs = vectors * (2 * once + 4 * order * vectors)
    }
    // A growing array holds its old and its new copy for a moment.
    vectors = (vectors * 3 / 2).rounded(.down)
    boundBytes = 8 * (order * vectors + 4 * (count + dimension) + scratch + targets)
  }
}
