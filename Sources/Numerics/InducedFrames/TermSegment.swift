/// A block of channels that a term ties: all that it ties but for grouped operators, which have one for
/// each group.
struct TermSegment {
  /// What stands in the block.
  enum Content {
    /// A part of a weight's panel.
    ///
    /// `column` is the panel's column of the first column channel, `channel` the place of the first row
    /// channel among those of a tap.
    case weight(InducedFrame.Weight, column: Int, channel: Int)
    /// Ones where column and row channels are as far from their first ones.
    case ones
  }

  /// The channels of the column.
  let columns: Range<Int>
  /// The channels of the row.
  let rows: Range<Int>
  let content: Content

  /// The channels of the column that given rows meet: those of ones one each, those of a weight all.
  func columns(meeting rows: Range<Int>) -> Range<Int> {
    guard case .ones = content else { return columns }
    let shift = columns.lowerBound - self.rows.lowerBound
    return rows.lowerBound + shift..<rows.upperBound + shift
  }
}

extension InducedFrame {
  /// Whether a term is one segment.
  func isWhole(_ term: Term) -> Bool {
    switch term.channels {
    case .synthesis(let weight), .analysis(let weight, _): weights[weight.index].groups == 1
    case .selector: true
    }
  }

  /// The only segment of a term that has no groups.
  func wholeSegment(_ term: Term, rowChannels: Int) -> TermSegment {
    let columns = term.extent?.columns ?? 0..<self.columns[term.column].channels
    switch term.channels {
    case .selector(let first):
      return TermSegment(
        columns: columns, rows: term.extent?.rows ?? first..<first + columns.count, content: .ones)
    case .analysis(let weight, let first):
      return TermSegment(
        columns: columns, rows: term.extent?.rows ?? 0..<rowChannels,
        content: .weight(
          weight, column: term.extent?.firstInput ?? first, channel: term.extent?.firstAtom ?? 0))
    case .synthesis(let weight):
      return TermSegment(
        columns: columns, rows: term.extent?.rows ?? 0..<rowChannels,
        content: .weight(
          weight, column: term.extent?.firstAtom ?? 0, channel: term.extent?.firstInput ?? 0))
    }
  }

  /// All segments of a term; both their columns and their rows follow one another.
  func segments(_ term: Term, rowChannels: Int) -> [TermSegment] {
    let whole = wholeSegment(term, rowChannels: rowChannels)
    guard !isWhole(term), case .weight(let weight, let column, let channel) = whole.content else {
      return [whole]
    }
    let use = weights[weight.index]
    let atoms = use.rows / use.groups
    // Along the panel's columns, and along the channels of a tap.
    let (across, along) = use.isSynthesis ? (atoms, use.columns) : (use.columns, atoms)
    return (0..<use.groups).compactMap { group in
      let columns = (group * across..<(group + 1) * across)
        .clamped(to: column..<column + whole.columns.count)
      let rows = (group * along..<(group + 1) * along)
        .clamped(to: channel..<channel + whole.rows.count)
      guard !columns.isEmpty, !rows.isEmpty else { return nil }
      func shifted(_ range: Range<Int>, by shift: Int) -> Range<Int> {
        range.lowerBound + shift..<range.upperBound + shift
      }
      return TermSegment(
        columns: shifted(columns, by: whole.columns.lowerBound - column),
        rows: shifted(rows, by: whole.rows.lowerBound - channel),
        content: .weight(
          weight, column: columns.lowerBound, channel: rows.lowerBound - group * along))
    }
  }

  /// Calls back with all segments of two terms of a row that share row channels, and these.
  @inline(__always)
  func forEachMeeting(
    _ left: Term, _ right: Term, rowChannels: Int,
    _ body: (_ left: TermSegment, _ right: TermSegment, _ rows: Range<Int>) throws -> Void
  ) rethrows {
    if isWhole(left), isWhole(right) {
      let first = wholeSegment(left, rowChannels: rowChannels)
      let second = wholeSegment(right, rowChannels: rowChannels)
      let rows = first.rows.clamped(to: second.rows)
      if !rows.isEmpty { try body(first, second, rows) }
      return
    }
    let first = segments(left, rowChannels: rowChannels)
    let second = segments(right, rowChannels: rowChannels)
    var (place, other) = (0, 0)
    while place < first.count, other < second.count {
      let rows = first[place].rows.clamped(to: second[other].rows)
      if !rows.isEmpty { try body(first[place], second[other], rows) }
      // The one that ends first meets nothing more.
      if first[place].rows.upperBound <= second[other].rows.upperBound {
        place += 1
      } else {
        other += 1
      }
    }
  }
}
