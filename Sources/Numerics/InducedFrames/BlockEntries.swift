/// The entries of a block of the Gram matrix that are not identically zero, one by one: for blocks that
/// products fill only in part, or in which constants can cancel.
struct BlockEntries {
  /// Ones on a part of a diagonal.
  private struct Diagonal: Hashable {
    let channels: Range<Int>
    let shift: Int
  }

  private let widths: (left: Int, right: Int)
  /// For each left channel the right ones that a weight ties it to.
  private var ranges: [[Range<Int>]]
  private var isFull = false
  /// What identities add up to.
  private var constants: [Diagonal: Double] = [:]

  /// Collects what meets in a class of positions.
  init(_ frame: InducedFrame, _ pair: BlockPair, _ plane: PlaneClass) {
    widths = (frame.columns[pair.left].channels, frame.columns[pair.right].channels)
    ranges = [[Range<Int>]](repeating: [], count: widths.left)
    for product in pair.products {
      let taps = plane.runs[product.meeting].reduce(0) { $0 + Double($1.count) * $1.ways }
      guard taps > 0, !isFull else { continue }
      frame.forEachMeeting(product.left, product.right, rowChannels: product.rowChannels) {
        left, right, rows in
        let columns = (left.columns(meeting: rows), right.columns(meeting: rows))
        if case .ones = left.content, case .ones = right.content {
          let diagonal = Diagonal(
            channels: columns.0, shift: columns.1.lowerBound - columns.0.lowerBound)
          let constant = product.left.factor * product.right.factor * taps
          constants[diagonal, default: 0] += constant
        } else if columns.0.count == widths.left && columns.1.count == widths.right {
          isFull = true
        } else {
          for channel in columns.0 { ranges[channel].append(columns.1) }
        }
      }
    }
  }

  /// Their number.
  ///
  /// Constants that cancel to rounding are zero.
  var count: Int {
    guard !isFull else { return widths.left * widths.right }
    var total = 0
    for channel in 0..<widths.left {
      var own = ranges[channel]
      var sums: [Int: Double] = [:]
      for (diagonal, constant) in constants where diagonal.channels.contains(channel) {
        sums[channel + diagonal.shift, default: 0] += constant
      }
      for (place, sum) in sums where abs(sum) > 1e-12 { own.append(place..<place + 1) }
      own.sort { $0.lowerBound < $1.lowerBound }
      var end = 0
      for range in own {
        total += max(0, range.upperBound - max(end, range.lowerBound))
        end = max(end, range.upperBound)
      }
    }
    return total
  }
}
