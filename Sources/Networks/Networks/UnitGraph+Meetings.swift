extension UnitGraph {
  /// The most ways in which two units may meet: those of one with those of the other.
  private static let meetingLimit = 60

  /// The windows of a path, which say how positions meet.
  private struct Windows: Hashable {
    let before: [Step]
    let step: Step?
    let after: [Step]
    /// Whether it is the unit itself.
    let isOwn: Bool

    init(_ path: Path) {
      (before, step, after) = (path.before, path.use?.step, path.after)
      isOwn = false
    }
    init() { (before, step, after, isOwn) = ([], nil, [], true) }
  }

  private struct Meeting: Hashable {
    let left: Windows
    let right: Windows
  }

  /// Refuses networks whose units lead to one another by so many different windows that nobody could
  /// compute their frames.
  ///
  /// Cells of pooling and skips without an operator between them are polynomials of the pooling, with a
  /// further term for each cell.
  func checkMeetings() throws(Obstacle) {
    var rows = [[(column: Int, windows: Windows)]](repeating: [], count: units.count + 1)
    for (index, unit) in units.enumerated() {
      for path in unit.paths {
        if let source = path.source {
          rows[index + 1].append((source, Windows(path)))
        } else {
          rows[0].append((index, Windows(path)))
        }
      }
      if !rows[index + 1].isEmpty { rows[index + 1].append((index, Windows())) }
    }
    var meetings: [[Int]: Set<Meeting>] = [:]
    // Rows in which each unit stands once add hardly any meeting of their own.
    for row in rows where Set(row.map(\.column)).count < row.count {
      for left in row {
        for right in row where right.column >= left.column {
          let meeting = Meeting(left: left.windows, right: right.windows)
          meetings[[left.column, right.column], default: []].insert(meeting)
          guard let found = meetings[[left.column, right.column]], found.count > Self.meetingLimit
          else { continue }
          throw Obstacle(
            description:
              "\(units[left.column].name) and \(units[right.column].name) meet in more than "
              + "\(Self.meetingLimit) ways, because no operator stands between sums and pooling")
        }
      }
    }
  }
}
