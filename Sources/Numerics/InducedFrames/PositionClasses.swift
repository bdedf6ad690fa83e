/// Two taps, of the left and the right operator of a product, that lie on one row position, and in how
/// many ways they do.
struct TapPair: Hashable, Sendable {
  let left: Int
  let right: Int
  var ways = 1.0

  var swapped: TapPair { TapPair(left: right, right: left, ways: ways) }
}

/// The samplings of two terms that stand in one row, of a left and a right column.
struct Meeting: Hashable, Sendable {
  let left: Sampling
  let right: Sampling

  var swapped: Meeting { Meeting(left: right, right: left) }
}

/// All pairs of positions of two block columns in one dimension, grouped by how they meet.
///
/// The Gram matrix's entry for atoms at y of the left column and y′ of the right one is a sum over the
/// row positions that taps of both lie on. Pairs (y, y′) with the same lists of tap pairs thus have the
/// same block of the Gram matrix, whatever the image's size. Only the classes are kept, with the number
/// of pairs in each. As row positions are pairs of coordinates and each operator has all pairs of its
/// taps, a class in two dimensions is a pair of classes in one: tap pairs combine freely, and numbers
/// of pairs multiply. Strides that do not divide a size, kernels that wrap around it and the position
/// classes of the analysis form need no special case.
struct PositionClasses: Sendable {
  struct Class: Sendable {
    /// The number of pairs (y, y′).
    var count: Int
    /// Whether y = y′ in one and the same column.
    let isDiagonal: Bool
    /// The norm class of y in its column, and that of y′.
    let leftNorm: Int
    let rightNorm: Int
    /// The tap pairs of each meeting, sorted.
    let taps: [[TapPair]]
    /// The class of (y′, y), where both columns are the same.
    fileprivate(set) var transpose: Int

    /// The bits of the meetings that happen.
    var mask: UInt64 {
      var mask: UInt64 = 0
      for (meeting, taps) in taps.enumerated() where !taps.isEmpty { mask |= 1 << meeting }
      return mask
    }
  }

  /// The kernels of each meeting's operators.
  let kernels: [(left: Int, right: Int)]
  /// The classes, in the order in which they are first met.
  private(set) var classes: [Class] = []
  /// The number of pairs by the meetings that happen, all that counting needs.
  private(set) var counts: [(mask: UInt64, count: Int)] = []

  /// Groups the pairs of two columns.
  ///
  /// - Parameters:
  ///   - meetings: the samplings of all pairs of terms that share a row, each once, at most 64.
  ///   - left: the norm class of every position of the left column.
  ///   - right: the same of the right column.
  ///   - sameColumn: whether both columns are the same.
  ///
  /// **Complexity**: O(positions × taps²) time, memory for the classes only.
  init(meetings: [Meeting], left: [Int], right: [Int], sameColumn: Bool) {
    precondition(meetings.count <= 64, "two columns meet in at most 64 ways")
    kernels = meetings.map { ($0.left.kernel, $0.right.kernel) }
    let links = Self.links(meetings)
    var known: [[Int]: Int] = [:]
    var events: [Event] = []
    for position in left.indices {
      Self.list(links, at: position, into: &events)
      var start = 0
      while start < events.count {
        let other = events[start].other
        var end = start
        while end < events.count, events[end].other == other { end += 1 }
        let isDiagonal = sameColumn && other == position
        var signature = [left[position], right[other], isDiagonal ? 1 : 0]
        for event in events[start..<end] { event.append(to: &signature) }
        if let index = known[signature] {
          classes[index].count += 1
        } else {
          known[signature] = classes.count
          var taps = [[TapPair]](repeating: [], count: meetings.count)
          for event in events[start..<end] { taps[event.meeting].append(event.taps) }
          classes.append(
            Class(
              count: 1, isDiagonal: isDiagonal, leftNorm: left[position],
              rightNorm: right[other], taps: taps, transpose: classes.count))
        }
        start = end
      }
    }
    if sameColumn { pairTransposes(meetings, known) }
    for value in classes {
      let mask = value.mask
      if let index = counts.firstIndex(where: { $0.mask == mask }) {
        counts[index].count += value.count
      } else {
        counts.append((mask, value.count))
      }
    }
  }

  /// The norm class of every position of a column that meets itself as given.
  ///
  /// The squared norm of an atom is its product with itself, so positions with equal lists of tap
  /// pairs at y′ = y have equal norms, atom by atom.
  static func normClasses(meetings: [Meeting], size: Int) -> [Int] {
    var known: [[Int]: Int] = [:]
    var events: [Event] = []
    let links = links(meetings)
    return (0..<size).map { position in
      list(links, at: position, into: &events)
      var signature: [Int] = []
      for event in events where event.other == position { event.append(to: &signature) }
      if let index = known[signature] { return index }
      known[signature] = known.count
      return known.count - 1
    }
  }
}

extension PositionClasses {
  private struct Event {
    let other: Int
    let meeting: Int
    var taps: TapPair

    func append(to signature: inout [Int]) {
      signature.append(meeting)
      signature.append(taps.left)
      signature.append(taps.right)
      signature.append(Int(truncatingIfNeeded: taps.ways.bitPattern))
    }

    static func precedes(_ a: Event, _ b: Event) -> Bool {
      (a.other, a.meeting, a.taps.left, a.taps.right)
        < (b.other, b.meeting, b.taps.left, b.taps.right)
    }
  }

  /// From the left column to the row, and from the row to the right column, for each meeting.
  private struct MeetingLinks {
    let rows: [[SamplingLinks.Link]]
    let columns: [[SamplingLinks.Link]]
    /// Whether equal tap pairs are counted, not listed.
    let countsWays: Bool
  }

  private static func links(_ meetings: [Meeting]) -> [MeetingLinks] {
    meetings.map {
      MeetingLinks(
        rows: SamplingLinks($0.left).rows, columns: SamplingLinks($0.right).columns,
        countsWays: $0.left.countsWays || $0.right.countsWays)
    }
  }

  /// Everything that a left position meets, sorted by the right position.
  private static func list(
    _ meetings: [MeetingLinks], at position: Int, into events: inout [Event]
  ) {
    events.removeAll(keepingCapacity: true)
    for (index, meeting) in meetings.enumerated() {
      for left in meeting.rows[position] {
        for right in meeting.columns[left.position] {
          events.append(
            Event(
              other: right.position, meeting: index,
              taps: TapPair(left: left.tap, right: right.tap, ways: left.ways * right.ways)))
        }
      }
    }
    events.sort(by: Event.precedes)
    guard meetings.contains(where: \.countsWays), var end = events.indices.first else { return }
    for event in events.dropFirst() {
      let last = events[end]
      if meetings[event.meeting].countsWays, !Event.precedes(last, event) {
        events[end].taps.ways += event.taps.ways
      } else {
        end += 1
        events[end] = event
      }
    }
    events.removeLast(events.count - end - 1)
  }

  private mutating func pairTransposes(_ meetings: [Meeting], _ known: [[Int]: Int]) {
    let swapped = meetings.map { meeting in
      meetings.firstIndex(of: meeting.swapped) ?? meetings.count
    }
    for index in classes.indices {
      let value = classes[index]
      var signature = [value.rightNorm, value.leftNorm, value.isDiagonal ? 1 : 0]
      for meeting in meetings.indices {
        // The list of a swapped meeting is sorted anew by what is now its left tap.
        let source = swapped[meeting]
        precondition(source < meetings.count, "a column meets itself in both orders")
        let taps = value.taps[source].map(\.swapped).sorted {
          ($0.left, $0.right) < ($1.left, $1.right)
        }
        for pair in taps { Event(other: 0, meeting: meeting, taps: pair).append(to: &signature) }
      }
      guard let transpose = known[signature] else {
        preconditionFailure("the meetings of a column with itself are symmetric")
      }
      classes[index].transpose = transpose
    }
  }
}
