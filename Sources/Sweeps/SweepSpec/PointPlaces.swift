internal import Bytes

/// Which places of the grid and of `include` are points.
///
/// Most sweeps leave out nothing, and need no memory for that. Others have a bit for each place, with
/// counts on the way, or a list of places if few of a large grid are left.
struct PointPlaces: Sendable, Equatable {
  private enum Form: Sendable, Equatable {
    case all
    /// Bits, and how many are set in front of each block of them.
    case bits([UInt64], before: [UInt32])
    case list([UInt32])
  }

  /// The number of points.
  let count: Int
  private let form: Form

  /// Words of 64 places for which ones are counted once.
  private static let blockWords = 8

  /// Takes the places of all points.
  ///
  /// - Parameters:
  ///   - places: the places, ascending.
  ///   - placeCount: the number of places that there are.
  init(_ places: [UInt32], of placeCount: Int) {
    count = places.count
    if count == placeCount {
      form = .all
    } else if placeCount / 8 > 4 * count {
      form = .list(places)
    } else {
      var words = [UInt64](repeating: 0, count: (placeCount + 63) / 64)
      for place in places { words[Int(place >> 6)] |= 1 << UInt64(place & 63) }
      form = Self.counted(words)
    }
  }

  private static func counted(_ words: [UInt64]) -> Form {
    var before: [UInt32] = []
    before.reserveCapacity(words.count / blockWords + 1)
    var count = 0
    for (index, word) in words.enumerated() {
      if index.isMultiple(of: blockWords) { before.append(UInt32(count)) }
      count += word.nonzeroBitCount
    }
    return .bits(words, before: before)
  }

  /// The place of a point, `0 ..< count`.
  ///
  /// **Complexity**: O(log places).
  subscript(point: Int) -> Int {
    switch form {
    case .all: return point
    case .list(let places): return Int(places[point])
    case .bits(let words, let before):
      // The last block with at most so many ones in front of it.
      var (low, high) = (0, before.count)
      while high - low > 1 {
        let middle = (low + high) / 2
        if before[middle] <= point { low = middle } else { high = middle }
      }
      var left = point - Int(before[low])
      var index = low * Self.blockWords
      while true {
        let ones = words[index].nonzeroBitCount
        if left < ones { break }
        left -= ones
        index += 1
      }
      var word = words[index]
      for _ in 0..<left { word &= word - 1 }
      return index * 64 + word.trailingZeroBitCount
    }
  }

  /// The places as bytes, for other ranks.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt64(count))
    switch form {
    case .all: bytes.append(little: UInt8(0))
    case .bits(let words, _):
      bytes.reserveCapacity(9 + 8 * words.count)
      bytes.append(little: UInt8(1))
      for word in words { bytes.append(little: word) }
    case .list(let places):
      bytes.reserveCapacity(9 + 4 * places.count)
      bytes.append(little: UInt8(2))
      for place in places { bytes.append(little: place) }
    }
    return bytes
  }

  /// Reads all that is left of what `bytes` wrote.
  init(_ reader: inout ByteReader) throws(CutShort) {
    count = Int(try reader.little(UInt64.self))
    switch try reader.little(UInt8.self) {
    case 0: form = .all
    case 1:
      var words: [UInt64] = []
      words.reserveCapacity(reader.left / 8)
      while reader.left > 0 { words.append(try reader.little(UInt64.self)) }
      form = Self.counted(words)
    default:
      var places: [UInt32] = []
      places.reserveCapacity(reader.left / 4)
      while reader.left > 0 { places.append(try reader.little(UInt32.self)) }
      form = .list(places)
    }
  }
}
