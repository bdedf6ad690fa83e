/// The entries of a pair's block that some product reaches, as runs of left channels that follow one
/// another in the order of the block.
///
/// Grouped operators and identities reach a small part of a block: of what two filtered images of 1,536
/// channels have in common, one entry in 1,536.
struct BlockRuns {
  /// Left channels that meet one right channel.
  struct Run {
    let left: Range<Int>
    let right: Int
  }

  let runs: [Run]

  init(_ frame: InducedFrame, _ pair: BlockPair) {
    let widths = (frame.columns[pair.left].channels, frame.columns[pair.right].channels)
    let all = 0..<widths.0
    var reached = [[Range<Int>]](repeating: [], count: widths.1)
    var isFull = false
    for product in pair.products where !isFull {
      frame.forEachMeeting(product.left, product.right, rowChannels: product.rowChannels) {
        left, right, rows in
        guard !isFull else { return }
        let columns = (left.columns(meeting: rows), right.columns(meeting: rows))
        if case .ones = left.content, case .ones = right.content {
          for (own, other) in zip(columns.0, columns.1) { reached[other].append(own..<own + 1) }
        } else if columns.0 == all, columns.1.count == widths.1 {
          isFull = true
        } else {
          for other in columns.1 { reached[other].append(columns.0) }
        }
      }
    }
    guard !isFull else {
      runs = (0..<widths.1).map { Run(left: all, right: $0) }
      return
    }
    runs = reached.enumerated().flatMap { right, ranges in
      Self.merged(ranges).map { Run(left: $0, right: right) }
    }
  }

  /// Ranges that do not meet, in order.
  private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    guard ranges.count > 1 else { return ranges }
    var result: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}
