/// Two block columns that share a row, and how: a block of the Gram matrix that is not zero.
struct BlockPair: Sendable {
  /// A product of two terms in one row.
  struct Product: Sendable {
    let left: InducedFrame.Term
    let right: InducedFrame.Term
    /// The place of the terms' samplings among the meetings of the pair.
    let meeting: Int
    /// The row, and the places of the terms in it.
    let row: Int
    let leftPlace: Int
    let rightPlace: Int
    /// The number of channels of the row.
    let rowChannels: Int
  }

  /// The left column, at most `right`.
  let left: Int
  let right: Int
  /// All products; those of a column with itself in both orders.
  let products: [Product]
  /// The number of the pair's classes in the cache.
  let classes: Int
  /// The meetings in which a weight takes part.
  let fullMask: UInt64
  /// The meetings of two selectors.
  let selectorMask: UInt64
  /// The number of entries of a block in which only selectors meet.
  let selectorEntries: Int
  /// Whether some product fills a block only in part, as those of grouped operators do, or constants can
  /// cancel.
  let isIrregular: Bool
}

/// The blocks of an induced Gram matrix on and above its diagonal that are not zero.
struct BlockPlan: Sendable {
  let pairs: [BlockPair]
  /// The number of each column's norm classes in the cache.
  let columns: [Int]

  init(_ frame: InducedFrame, cache: inout StructureCache) {
    let isPartial = frame.rows.map { row in
      row.terms.map { $0.extent != nil || !frame.isWhole($0) }
    }
    let identifiers = frame.rows.map { row in
      row.terms.map { cache.identifier(of: $0.sampling) }
    }
    // Keys hold two samplings' numbers in one.
    var keys: [[Int]] = []
    var drafts: [(left: Int, right: Int, products: [BlockPair.Product])] = []
    var partial: [Bool] = []
    drafts.reserveCapacity(4 * frame.columns.count)
    keys.reserveCapacity(4 * frame.columns.count)
    // In each row terms are sorted by column, so the partners of a left column can be collected by
    // column without a search.
    var partner = [Int](repeating: -1, count: frame.columns.count)
    for left in frame.columns.indices {
      let first = drafts.count
      for place in frame.places[left] {
        let row = frame.rows[place.row]
        let term = row.terms[place.term]
        let identifier = identifiers[place.row][place.term] << 32
        for (index, other) in row.terms.enumerated() where other.column >= left {
          if partner[other.column] < first {
            partner[other.column] = drafts.count
            drafts.append((left, other.column, []))
            partial.append(false)
            keys.append([])
          }
          let draft = partner[other.column]
          let key = identifier | identifiers[place.row][index]
          let known = keys[draft].firstIndex(of: key)
          if known == nil { keys[draft].append(key) }
          let own = isPartial[place.row]
          if own[place.term] || own[index] { partial[draft] = true }
          drafts[draft].products.append(
            BlockPair.Product(
              left: term, right: other, meeting: known ?? keys[draft].count - 1,
              row: place.row, leftPlace: place.term, rightPlace: index, rowChannels: row.channels))
        }
      }
    }
    var columns = [Int](repeating: 0, count: frame.columns.count)
    for (draft, key) in zip(drafts, keys) where draft.left == draft.right {
      columns[draft.left] = cache.column(
        key: key + [frame.columns[draft.left].size], size: frame.columns[draft.left].size
      ) { Self.meetings(draft.products) }
    }
    pairs = zip(zip(drafts, partial), keys).map { draft, key in
      let (draft, isPartial) = draft
      let same = draft.left == draft.right
      let classes = cache.pair(
        key: [columns[draft.left], same ? -1 : columns[draft.right]] + key,
        left: columns[draft.left], right: columns[draft.right], sameColumn: same
      ) { Self.meetings(draft.products) }
      return BlockPair(
        left: draft.left, right: draft.right, products: draft.products, classes: classes,
        widths: (frame.columns[draft.left].channels, frame.columns[draft.right].channels),
        isPartial: isPartial)
    }
    self.columns = columns
  }

  private static func meetings(_ products: [BlockPair.Product]) -> [Meeting] {
    var meetings: [Meeting] = []
    for product in products where product.meeting == meetings.count {
      meetings.append(Meeting(left: product.left.sampling, right: product.right.sampling))
    }
    return meetings
  }
}

extension BlockPair {
  init(
    left: Int, right: Int, products: [Product], classes: Int, widths: (left: Int, right: Int),
    isPartial: Bool
  ) {
    self.left = left
    self.right = right
    self.products = products
    self.classes = classes
    var fullMask: UInt64 = 0
    var selectorMask: UInt64 = 0
    var shifts: [Int] = []
    var signs: Set<FloatingPointSign> = []
    for product in products {
      guard case .selector(let first) = product.left.channels,
        case .selector(let second) = product.right.channels
      else {
        fullMask |= 1 << product.meeting
        continue
      }
      selectorMask |= 1 << product.meeting
      signs.insert((product.left.factor * product.right.factor).sign)
      // Left channel a and right channel a + shift share a row channel.
      if !shifts.contains(first - second) { shifts.append(first - second) }
    }
    isIrregular = isPartial || signs.count > 1
    self.fullMask = fullMask
    self.selectorMask = selectorMask
    selectorEntries = shifts.reduce(0) { sum, shift in
      sum + max(0, min(widths.left, widths.right - shift) - max(0, -shift))
    }
  }

  /// The number of entries of a block, of those classes in which given meetings happen, that are not
  /// identically zero, of a pair that is not irregular.
  ///
  /// Every entry is a polynomial in the weights: products of two entries where operators meet, single
  /// entries where one meets an identity, constants where two identities do. Equal monomials come with
  /// equal signs (wrapping makes them meet twice), different ones are different functions, also of
  /// unit-norm rows. So an entry vanishes identically only if nothing contributes to it.
  func entries(mask: UInt64, widths: (left: Int, right: Int)) -> Int {
    if mask & fullMask != 0 { return widths.left * widths.right }
    return mask & selectorMask != 0 ? selectorEntries : 0
  }
}
