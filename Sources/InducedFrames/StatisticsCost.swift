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

  /// Counts the work that `FrameStatistics` does.
  ///
  /// **Complexity**: O(classes of positions of pairs of layers that meet).
  public init(_ architecture: Architecture, cache: inout StructureCache) {
    let frame = InducedFrame(architecture)
    self.init(frame, cache: &cache)
    countBounds(frame)
  }

  /// Counts the work of the Gram matrix only.
  init(_ frame: InducedFrame, cache: inout StructureCache) {
    let plan = BlockPlan(frame, cache: &cache)
    var largest = 0.0
    for pair in plan.pairs {
      let entries =
        Double(frame.columns[pair.left].channels) * Double(frame.columns[pair.right].channels)
      largest = max(largest, entries)
      let widths = Double(
        frame.columns[pair.left].channels + frame.columns[pair.right].channels)
      let classes = cache.planeClasses(
        pair: pair.classes, sameColumn: pair.left == pair.right,
        normCounts: (
          cache.normCount(column: plan.columns[pair.left]),
          cache.normCount(column: plan.columns[pair.right])
        ))
      add(pair, classes, entries: entries, widths: widths)
    }
    // The weights, their panels, and one block.
    peakBytes = 8 * (2 * Double(frame.weightCount) + largest)
  }

  private mutating func add(
    _ pair: BlockPair, _ classes: [PlaneClass], entries: Double, widths: Double
  ) {
    blockEntries += entries * Double(classes.count)
    for product in pair.products {
      let isProduct = !product.left.isSelector && !product.right.isSelector
      for plane in classes {
        let runs = plane.runs[product.meeting]
        addedEntries += entries * Double(runs.count)
        guard isProduct else { continue }
        let inner = Double(product.rowChannels) * Double(runs.reduce(0) { $0 + $1.count })
        productFLOPs += 2 * entries * inner
        operandEntries += widths * inner
        productCalls += Double(runs.count)
      }
    }
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

extension InducedFrame.Term {
  /// Whether the term is an identity, whose products are sums.
  fileprivate var isSelector: Bool {
    if case .selector = channels { true } else { false }
  }
}
