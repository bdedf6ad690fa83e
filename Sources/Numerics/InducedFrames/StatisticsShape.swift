/// What the statistics of a frame cost, apart from the numbers of channels: which blocks there are, and
/// what is multiplied in each, counted by what the numbers of channels follow from.
///
/// Sweeps vary widths far more often than anything else, and few numbers decide the widths of a network.
/// So what deep networks multiply is found once, as a few sums.
struct StatisticsShape: Sendable {
  /// Blocks of the Gram matrix whose columns have the same roles.
  struct Blocks: Sendable {
    let left: Int32
    let right: Int32
    /// The classes of positions, over all blocks.
    var classCount: Double
  }

  /// Products of two terms in one row, of the same roles.
  struct Products: Sendable {
    let left: Int32
    let right: Int32
    let row: Int32
    /// What products and identities add: runs of tap pairs.
    var addedRuns = 0.0
    /// The runs of products.
    var runs = 0.0
    /// The tap pairs of products.
    var taps = 0.0
  }

  /// A product of which a term ties some channels only, as those of grouped operators do.
  struct PartialProduct: Sendable {
    let row: Int32
    /// The terms, by their places in the row.
    let left: Int32
    let right: Int32
    /// Whether neither is an identity.
    let isProduct: Bool
    let runs: Double
    let taps: Double
  }

  private(set) var blocks: [Blocks] = []
  private(set) var products: [Products] = []
  private(set) var partial: [PartialProduct] = []

  /// About the memory that it takes, in numbers.
  var size: Int { 3 * blocks.count + 5 * products.count + 5 * partial.count }

  /// Finds the blocks of a frame.
  init(_ frame: InducedFrame, roles: ChannelRoles, cache: inout StructureCache) {
    let rows = frame.rows.map { row in RowTerms(row, in: frame, cache: &cache) }
    var meetings = MeetingOrders(rows, columnCount: frame.columns.count)
    meetings.meet(rows)
    let kinds = PairKinds(meetings, frame, cache: &cache)
    add(meetings.pairs, kinds, roles)
    add(rows, meetings, kinds, roles)
  }

  private mutating func add(_ pairs: ColumnPairs, _ kinds: PairKinds, _ roles: ChannelRoles) {
    var places = [Int32](repeating: -1, count: roles.columnRoleCount * roles.columnRoleCount)
    for left in roles.columns.indices {
      for right in left...pairs.reaches[left] {
        let kind = Int(kinds.ofPair[pairs.starts[left] + right])
        guard kind >= 0 else { continue }
        let (first, second) = (roles.columns[left], roles.columns[right])
        let place = Int(first) * roles.columnRoleCount + Int(second)
        if places[place] < 0 {
          places[place] = Int32(blocks.count)
          blocks.append(Blocks(left: first, right: second, classCount: 0))
        }
        blocks[Int(places[place])].classCount += kinds.classCounts[kind]
      }
    }
  }

  private mutating func add(
    _ rows: [RowTerms], _ meetings: MeetingOrders, _ kinds: PairKinds, _ roles: ChannelRoles
  ) {
    let starts = meetings.pairs.starts
    let roleCount = roles.columnRoleCount
    // Rows of one role come together, so that one table of places serves all of them.
    let order = rows.indices.sorted { (roles.rows[$0], $0) < (roles.rows[$1], $1) }
    var places = [Int32](repeating: -1, count: roleCount * roleCount)
    var present: Int32 = -1
    for index in order {
      let row = rows[index]
      if roles.rows[index] != present {
        present = roles.rows[index]
        for place in places.indices { places[place] = -1 }
      }
      for left in row.columns.indices {
        let column = row.columns[left]
        for right in row.first(from: left)..<row.columns.count {
          let pair = starts[column] + row.columns[right]
          let kind = Int(kinds.ofPair[pair])
          guard kinds.classCounts[kind] > 0 else { continue }
          let meeting =
            kinds.firstMeetings[kind] + meetings.place(of: pair, row: index, left, right)
          let isProduct = !row.isSelector[left] && !row.isSelector[right]
          guard row.isWhole[left], row.isWhole[right] else {
            partial.append(
              PartialProduct(
                row: Int32(index), left: Int32(left), right: Int32(right), isProduct: isProduct,
                runs: kinds.runs[meeting], taps: kinds.taps[meeting]))
            continue
          }
          let (first, second) = (roles.columns[column], roles.columns[row.columns[right]])
          let place = Int(first) * roleCount + Int(second)
          if places[place] < 0 {
            places[place] = Int32(products.count)
            products.append(Products(left: first, right: second, row: present))
          }
          let found = Int(places[place])
          products[found].addedRuns += kinds.runs[meeting]
          guard isProduct else { continue }
          products[found].runs += kinds.runs[meeting]
          products[found].taps += kinds.taps[meeting]
        }
      }
    }
  }
}

/// Which columns and which rows of a frame have the same number of channels for a reason.
struct ChannelRoles: Sendable {
  /// The role of each column.
  private(set) var columns: [Int32] = []
  /// The role of each row.
  private(set) var rows: [Int32] = []
  private(set) var columnRoleCount = 0
  private(set) var rowRoleCount = 0

  /// Takes roles that somebody knows.
  init(columns: [Int32], columnRoleCount: Int, rows: [Int32], rowRoleCount: Int) {
    self.columns = columns
    self.columnRoleCount = columnRoleCount
    self.rows = rows
    self.rowRoleCount = rowRoleCount
  }

  /// Gives columns of equally many channels one role, and rows as well.
  init(_ frame: InducedFrame) {
    (columns, columnRoleCount) = Self.numbered(frame.columns.map(\.channels))
    (rows, rowRoleCount) = Self.numbered(frame.rows.map(\.channels))
  }

  private static func numbered(_ values: [Int]) -> (roles: [Int32], count: Int) {
    var known: [Int: Int32] = [:]
    let roles = values.map { value in
      if let role = known[value] { return role }
      let role = Int32(known.count)
      known[value] = role
      return role
    }
    return (roles, known.count)
  }

  /// The numbers of channels of a frame that has these roles, role by role.
  func channels(of frame: InducedFrame) -> (columns: [Double], rows: [Double]) {
    var channels = (
      columns: [Double](repeating: 0, count: columnRoleCount),
      rows: [Double](repeating: 0, count: rowRoleCount)
    )
    for (role, column) in zip(columns, frame.columns) {
      channels.columns[Int(role)] = Double(column.channels)
    }
    for (role, row) in zip(rows, frame.rows) { channels.rows[Int(role)] = Double(row.channels) }
    return channels
  }
}

extension StatisticsShape {
  /// What the shape of a frame follows from: the samplings of all terms, where they stand, which of them
  /// are identities and which tie all channels, and the roles of columns and rows.
  static func key(
    of frame: InducedFrame, _ roles: ChannelRoles, cache: inout StructureCache
  ) -> [Int] {
    var key: [Int] = [frame.rows.count]
    for row in frame.rows {
      key.append(row.terms.count)
      for term in row.terms {
        let bits = (term.isSelector ? 1 : 0) | (frame.isWhole(term) ? 2 : 0)
        key.append(cache.identifier(of: term.sampling) << 32 | term.column << 2 | bits)
      }
    }
    for (column, role) in zip(frame.columns, roles.columns) {
      key.append(column.size << 32 | Int(role))
    }
    for role in roles.rows { key.append(Int(role)) }
    return key
  }
}

extension InducedFrame.Term {
  /// Whether the term is an identity, whose products are sums.
  var isSelector: Bool {
    if case .selector = channels { true } else { false }
  }
}
