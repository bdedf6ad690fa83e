/// The terms of a row, as far as the shape of its products goes.
struct RowTerms {
  /// The column of each term, ascending.
  let columns: [Int]
  /// The number of each term's sampling in the cache.
  let samplings: [Int]
  let isSelector: [Bool]
  /// Whether a term ties all channels of its column and its row.
  let isWhole: [Bool]

  init(_ row: InducedFrame.Row, in frame: InducedFrame, cache: inout StructureCache) {
    columns = row.terms.map(\.column)
    isSelector = row.terms.map(\.isSelector)
    isWhole = row.terms.map { frame.isWhole($0) }
    // Dense networks have rows of hundreds of equal samplings.
    var last: (sampling: Sampling, number: Int)?
    var samplings: [Int] = []
    samplings.reserveCapacity(row.terms.count)
    for term in row.terms {
      if let last, last.sampling == term.sampling {
        samplings.append(last.number)
      } else {
        let number = cache.identifier(of: term.sampling)
        samplings.append(number)
        last = (term.sampling, number)
      }
    }
    self.samplings = samplings
  }

  /// The first term of a column that is not left of a term's.
  func first(from term: Int) -> Int {
    var first = term
    while first > 0, columns[first - 1] == columns[term] { first -= 1 }
    return first
  }
}

/// Where pairs of columns lie in lists of them.
///
/// For each left column there are the right ones as far as any row of it reaches: in chains a few, in dense
/// networks all.
struct ColumnPairs {
  /// The place of a pair is the start of its left column and the number of its right one.
  private(set) var starts: [Int] = []
  /// For each column the last one that any of its rows holds.
  private(set) var reaches: [Int]
  /// The number of places.
  private(set) var count = 0

  init(_ rows: [RowTerms], columnCount: Int) {
    reaches = Array(0..<columnCount)
    for row in rows {
      guard let last = row.columns.last else { continue }
      for column in row.columns { reaches[column] = max(reaches[column], last) }
    }
    starts.reserveCapacity(columnCount)
    for column in 0..<columnCount {
      starts.append(count - column)
      count += reaches[column] - column + 1
    }
  }
}

/// How each two columns meet: the pairs of samplings in the rows that they share, each once, in the order
/// of rows.
///
/// Most pairs of a network meet like many others. So an order is a number, and a table says which order
/// follows when a pair meets once more.
struct MeetingOrders {
  /// The pairs of samplings of each order; 0 is the order of columns that do not meet.
  private(set) var orders: [[Int]] = [[]]
  /// The order of each pair of columns.
  private(set) var ofPair: [Int32]
  /// Where the pairs of columns lie.
  let pairs: ColumnPairs
  /// The numbers that pairs of samplings have here; −1 for pairs that do not occur.
  private var codes: [Int32]
  private let samplingCount: Int
  private var codeCount = 0
  /// The numbers that the samplings of each row's terms have here, and those that they have in the cache.
  private let numbers: [[Int]]
  private let samplings: [Int]
  /// For each order and pair of samplings the order that follows; −1 if nobody asked yet.
  private var following: [Int32] = []
  /// For each order and pair of samplings its place in the order; −1 if it is not there.
  private var places: [Int32] = []
  private var known: [[Int]: Int32] = [[]: 0]

  init(_ rows: [RowTerms], columnCount: Int) {
    pairs = ColumnPairs(rows, columnCount: columnCount)
    ofPair = [Int32](repeating: 0, count: pairs.count)
    var known: [Int: Int] = [:]
    var samplings: [Int] = []
    numbers = rows.map { row in
      row.samplings.map { sampling in
        if let number = known[sampling] { return number }
        known[sampling] = samplings.count
        samplings.append(sampling)
        return samplings.count - 1
      }
    }
    self.samplings = samplings
    samplingCount = samplings.count
    codes = [Int32](repeating: -1, count: samplingCount * samplingCount)
    for row in numbers {
      let own = Set(row).sorted()
      for left in own {
        for right in own where codes[left * samplingCount + right] < 0 {
          codes[left * samplingCount + right] = Int32(codeCount)
          codeCount += 1
        }
      }
    }
    appendOrder()
  }

  private mutating func appendOrder() {
    following.append(contentsOf: repeatElement(-1, count: codeCount))
    places.append(contentsOf: repeatElement(-1, count: codeCount))
  }

  /// Lets the terms of all rows meet.
  mutating func meet(_ rows: [RowTerms]) {
    for (index, row) in rows.enumerated() {
      let own = numbers[index]
      for left in row.columns.indices {
        let first = pairs.starts[row.columns[left]]
        let codeRow = own[left] * samplingCount
        for right in row.first(from: left)..<row.columns.count {
          let pair = first + row.columns[right]
          let code = Int(codes[codeRow + own[right]])
          let order = Int(ofPair[pair])
          let next = following[order * codeCount + code]
          ofPair[pair] = next >= 0 ? next : follow(order, code, own[left], own[right])
        }
      }
    }
  }

  private mutating func follow(_ order: Int, _ code: Int, _ left: Int, _ right: Int) -> Int32 {
    let meeting = samplings[left] << 32 | samplings[right]
    if orders[order].contains(meeting) {
      following[order * codeCount + code] = Int32(order)
      return Int32(order)
    }
    let longer = orders[order] + [meeting]
    let next = known[longer] ?? Int32(orders.count)
    if known.updateValue(next, forKey: longer) == nil {
      orders.append(longer)
      appendOrder()
      // What was met before keeps its place.
      for code in 0..<codeCount {
        places[Int(next) * codeCount + code] = places[order * codeCount + code]
      }
      places[Int(next) * codeCount + code] = Int32(longer.count - 1)
    }
    following[order * codeCount + code] = next
    return next
  }

  /// The place, among the meetings of a pair of columns, of that of two terms of a row.
  func place(of pair: Int, row: Int, _ left: Int, _ right: Int) -> Int {
    let own = numbers[row]
    let code = Int(codes[own[left] * samplingCount + own[right]])
    return Int(places[Int(ofPair[pair]) * codeCount + code])
  }
}

/// The kinds of pairs of columns: how they meet, and what norms their atoms have.
struct PairKinds {
  private struct Key: Hashable {
    let order: Int32
    let left: Int
    let right: Int
  }

  /// The kind of each pair of columns; −1 for columns that do not meet.
  private(set) var ofPair: [Int32]
  /// The number of classes of positions of each kind.
  private(set) var classCounts: [Double] = []
  /// The place of each kind's first meeting in `runs` and `taps`.
  private(set) var firstMeetings: [Int] = []
  /// The runs of tap pairs of each meeting, over all classes.
  private(set) var runs: [Double] = []
  /// The tap pairs of each meeting, over all classes.
  private(set) var taps: [Double] = []

  init(_ meetings: MeetingOrders, _ frame: InducedFrame, cache: inout StructureCache) {
    let pairs = meetings.pairs
    ofPair = [Int32](repeating: -1, count: pairs.count)
    let samplings = cache.samplingsByNumber
    func found(_ order: Int32) -> [Meeting] {
      meetings.orders[Int(order)].map {
        Meeting(left: samplings[$0 >> 32], right: samplings[$0 & 0xFFFF_FFFF])
      }
    }
    let columns = frame.columns.indices.map { column in
      let order = meetings.ofPair[pairs.starts[column] + column]
      let size = frame.columns[column].size
      return cache.column(key: meetings.orders[Int(order)] + [size], size: size) { found(order) }
    }
    var known: [Key: Int32] = [:]
    var last: (key: Key, kind: Int32)?
    for left in frame.columns.indices {
      for right in left...pairs.reaches[left] {
        let pair = pairs.starts[left] + right
        let order = meetings.ofPair[pair]
        guard order > 0 else { continue }
        let isSame = left == right
        let key = Key(order: order, left: columns[left], right: isSame ? -1 : columns[right])
        if let last, last.key == key {
          ofPair[pair] = last.kind
          continue
        }
        if known[key] == nil {
          known[key] = Int32(classCounts.count)
          let classes = cache.pair(
            key: [key.left, key.right] + meetings.orders[Int(order)], left: columns[left],
            right: columns[right], sameColumn: isSame
          ) { found(order) }
          append(
            cache.planeClasses(
              pair: classes, sameColumn: isSame,
              normCounts: (
                cache.normCount(column: columns[left]), cache.normCount(column: columns[right])
              )), meetingCount: meetings.orders[Int(order)].count)
        }
        let kind = known[key] ?? -1
        ofPair[pair] = kind
        last = (key, kind)
      }
    }
  }

  private mutating func append(_ classes: [PlaneClass], meetingCount: Int) {
    classCounts.append(Double(classes.count))
    firstMeetings.append(runs.count)
    for meeting in 0..<meetingCount {
      var (runCount, tapCount) = (0, 0)
      for plane in classes {
        runCount += plane.runs[meeting].count
        for run in plane.runs[meeting] { tapCount += run.count }
      }
      runs.append(Double(runCount))
      taps.append(Double(tapCount))
    }
  }
}
