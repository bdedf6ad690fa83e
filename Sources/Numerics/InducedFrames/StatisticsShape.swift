/// What the statistics of a frame cost, apart from the numbers of channels: which blocks there are, and
/// what is multiplied in each.
///
/// Sweeps vary widths far more often than anything else, and to find the blocks of deep dense networks
/// takes a hundred times as long as to count what is in them.
struct StatisticsShape: Sendable {
  /// A block of the Gram matrix.
  struct Pair: Sendable {
    let left: Int32
    let right: Int32
    let classCount: Int32
    /// The products up to this pair's last one.
    let productEnd: Int32
  }

  /// A product of two terms in one row.
  struct Product: Sendable {
    let row: Int32
    /// The terms, by their places in the row.
    let left: Int32
    let right: Int32
    /// The place of what its meeting does in `meetings`; −1 − the place if one term is an identity.
    let meeting: Int32
  }

  /// The tap pairs of a meeting in one class of positions.
  struct Taps: Sendable {
    let runCount: Int
    let tapCount: Int
  }

  private(set) var pairs: [Pair] = []
  private(set) var products: [Product] = []
  /// What meetings do, class by class.
  private(set) var meetings: [[Taps]] = []

  /// Finds the blocks of a frame.
  init(_ frame: InducedFrame, cache: inout StructureCache) {
    let plan = BlockPlan(frame, cache: &cache)
    // Pairs of the same classes share what their meetings do.
    var known: [Int: Int] = [:]
    for pair in plan.pairs {
      let classes = cache.planeClasses(
        pair: pair.classes, sameColumn: pair.left == pair.right,
        normCounts: (
          cache.normCount(column: plan.columns[pair.left]),
          cache.normCount(column: plan.columns[pair.right])
        ))
      let first = known[pair.classes] ?? meetings.count
      if known.updateValue(first, forKey: pair.classes) == nil {
        for meeting in 0..<(classes.first?.runs.count ?? 0) {
          meetings.append(
            classes.map { plane in
              let runs = plane.runs[meeting]
              return Taps(runCount: runs.count, tapCount: runs.reduce(0) { $0 + $1.count })
            })
        }
      }
      if !classes.isEmpty {
        for product in pair.products {
          let place = Int32(first + product.meeting)
          let isProduct = !product.left.isSelector && !product.right.isSelector
          products.append(
            Product(
              row: Int32(product.row), left: Int32(product.leftPlace),
              right: Int32(product.rightPlace), meeting: isProduct ? place : -1 - place))
        }
      }
      pairs.append(
        Pair(
          left: Int32(pair.left), right: Int32(pair.right), classCount: Int32(classes.count),
          productEnd: Int32(products.count)))
    }
  }

  /// What the shape of a frame follows from: the samplings of all terms, where they stand, and which of
  /// them are identities.
  static func key(of frame: InducedFrame, cache: inout StructureCache) -> [Int] {
    var key: [Int] = [frame.rows.count]
    for row in frame.rows {
      key.append(row.terms.count)
      for term in row.terms {
        let place = term.column << 1 | (term.isSelector ? 1 : 0)
        key.append(cache.identifier(of: term.sampling) << 32 | place)
      }
    }
    for column in frame.columns { key.append(column.size) }
    return key
  }
}

extension InducedFrame.Term {
  /// Whether the term is an identity, whose products are sums.
  var isSelector: Bool {
    if case .selector = channels { true } else { false }
  }
}
