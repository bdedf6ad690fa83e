internal import NetworkGraphs
internal import OpenBLAS

/// Memory for products of vectors, used again for image after image.
public final class FrameWorkspace {
  /// Entries of a vector that are multiplied at a time; those of all vectors stay in the cache.
  private static let chunk = 512
  /// From one vector's entries to the next one's: not a power of two, which would crowd a few lines
  /// of the cache.
  private static let leading = chunk + 8
  /// BLAS kernels multiply this many vectors at a time, and are slow with what is left over.
  private static let group = 4

  private var panel: [Double] = []
  private var padded: [Double] = []
  /// The places that were found last.
  private(set) var places: [Int32] = []
  // Those of single precision, see `singleProducts`.
  var singlePanel: [Float] = []
  var singleBlock: [Float] = []
  var singleSums: [Double] = []

  /// Starts empty.
  public init() {}

  /// All products of two vectors, in double precision.
  ///
  /// - Parameters:
  ///   - vectors: the vectors, one behind the other.
  ///   - count: their number.
  ///   - isRectified: whether all vectors are 0 where the first is. Those entries, about half of them,
  ///     are left out; others are not looked at.
  ///
  /// **Shape**: count × count, symmetric.
  func products<Scalar: FrameScalar>(
    of vectors: borrowing Span<Scalar>, count: Int, isRectified: Bool
  ) -> [Double] {
    let dimension = vectors.count / count
    precondition(vectors.count == count * dimension, "vectors of one length")
    precondition(dimension <= Int(Int32.max), "vectors of more than 2³¹ entries")
    let order = (count + Self.group - 1) / Self.group * Self.group
    clear(count: count, order: order)
    if isRectified {
      let open = findOpen(vectors.extracting(first: dimension))
      for first in stride(from: 0, to: open, by: Self.chunk) {
        let entries = min(Self.chunk, open - first)
        let chosen = places[first..<first + entries]
        add(count: count, order: order, entries: entries) { vector, panel, place in
          Scalar.widen(
            vectors.extracting(vector * dimension..<(vector + 1) * dimension), at: chosen,
            into: &panel, at: place)
        }
      }
    } else {
      for first in stride(from: 0, to: dimension, by: Self.chunk) {
        let entries = min(Self.chunk, dimension - first)
        add(count: count, order: order, entries: entries) { vector, panel, place in
          let start = vector * dimension + first
          Scalar.widen(vectors.extracting(start..<start + entries), into: &panel, at: place)
        }
      }
    }
    return square(count: count, order: order)
  }

  /// Makes room, and sets the products and the vectors that fill the last group to zero.
  private func clear(count: Int, order: Int) {
    if panel.count < order * Self.leading {
      panel = [Double](repeating: 0, count: order * Self.leading)
    }
    for place in count * Self.leading..<order * Self.leading { panel[place] = 0 }
    if padded.count == order * order {
      for place in padded.indices { padded[place] = 0 }
    } else {
      padded = [Double](repeating: 0, count: order * order)
    }
  }

  /// Finds the places of the entries that are not 0, and returns how many there are.
  func findOpen<Scalar: FrameScalar>(_ value: borrowing Span<Scalar>) -> Int {
    if places.count < value.count { places = [Int32](repeating: 0, count: value.count) }
    return Scalar.findOpen(value, places: &places)
  }

  /// Adds the products of some entries of all vectors.
  ///
  /// - Parameters:
  ///   - count: the number of vectors.
  ///   - order: the same, filled up.
  ///   - entries: the number of entries.
  ///   - store: writes these entries of a vector to a place in the panel.
  private func add(
    count: Int, order: Int, entries: Int,
    store: (_ vector: Int, _ panel: inout [Double], _ place: Int) -> Void
  ) {
    for vector in 0..<count { store(vector, &panel, vector * Self.leading) }
    unsafe Double.syrk(
      .columnMajor, .upper, .transpose, order: order, inner: entries, alpha: 1, panel,
      leadingOfA: Self.leading, beta: 1, &padded, leadingOfC: order)
  }

  /// Both triangles of the products of the vectors there are.
  private func square(count: Int, order: Int) -> [Double] {
    var products = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      for row in 0...column {
        let product = padded[column * order + row]
        products[column * count + row] = product
        products[row * count + column] = product
      }
    }
    return products
  }
}
