/// A way to look at numbers that lie one behind the other: where the element of each index is.
///
/// Element (i₀, i₁, …) of a view lies at `offset + Σ iₖ · strides[k]`. Reshaping, transposing, slicing and
/// expanding change the view and leave the numbers where they are, if strides can say it.
struct View: Hashable, Sendable {
  var offset: Int
  /// The extents.
  var shape: [Int]
  /// How far apart neighbours along an axis lie; negative backwards, 0 if they are one element.
  var strides: [Int]

  /// The view of numbers that lie row by row.
  init(rowMajor shape: [Int]) { self.init(shape, innermostLast: Array(shape.indices)) }

  /// The view of numbers that lie in some order of the axes, the last of the order innermost.
  init(_ shape: [Int], innermostLast order: [Int]) {
    precondition(
      order.sorted() == Array(shape.indices), "\(order) is not an order of \(shape.count) axes")
    offset = 0
    self.shape = shape
    strides = shape.map { _ in 1 }
    var stride = 1
    for axis in order.reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
  }

  init(offset: Int, shape: [Int], strides: [Int]) {
    (self.offset, self.shape, self.strides) = (offset, shape, strides)
  }

  /// The number of elements.
  var count: Int { shape.reduce(1, *) }

  /// The axes that have more than one element, the outermost first, if the view shows every element of
  /// a piece of memory exactly once; nil if it leaves any out or shows one twice.
  var denseOrder: [Int]? {
    guard offset == 0 else { return nil }
    let axes = shape.indices.filter { shape[$0] > 1 }.sorted { strides[$0] > strides[$1] }
    var stride = 1
    for axis in axes.reversed() {
      guard strides[axis] == stride else { return nil }
      stride *= shape[axis]
    }
    return axes
  }

  /// Tells whether the elements lie row by row, from the first on.
  var isRowMajor: Bool { denseOrder.map { $0 == $0.sorted() } ?? false }

  /// The places of all elements, row by row.
  var places: [Int] {
    var places = [offset]
    places.reserveCapacity(count)
    for (extent, stride) in zip(shape, strides) {
      guard extent != 1 else { continue }
      var next: [Int] = []
      next.reserveCapacity(places.count * extent)
      for place in places {
        for index in 0..<extent { next.append(place + index * stride) }
      }
      places = next
    }
    return places
  }

  /// The view with its axes in another order.
  func transposed(_ order: [Int]) -> View {
    View(offset: offset, shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
  }

  /// The same elements in another shape; nil if strides cannot say it.
  ///
  /// Runs of axes that lie densely within each other are joined, and the new axes are cut out of them.
  ///
  /// - Precondition: the shape has as many elements.
  func reshaped(_ wanted: [Int]) -> View? {
    precondition(wanted.reduce(1, *) == count, "\(count) elements in the shape \(wanted)")
    guard !wanted.contains(0) else { return View(rowMajor: wanted) }
    var runs: [(extent: Int, stride: Int)] = []
    for (extent, stride) in zip(shape, strides) where extent > 1 {
      if let last = runs.last, last.stride == extent * stride {
        runs[runs.count - 1] = (last.extent * extent, stride)
      } else {
        runs.append((extent, stride))
      }
    }
    var wantedStrides = wanted.map { _ in 1 }
    var (run, left) = (runs.count, 1)
    var stride = 1
    for axis in wanted.indices.reversed() where wanted[axis] > 1 {
      if left == 1 {
        run -= 1
        (left, stride) = runs[run]
      }
      guard left.isMultiple(of: wanted[axis]) else { return nil }
      wantedStrides[axis] = stride
      stride *= wanted[axis]
      left /= wanted[axis]
    }
    return View(offset: offset, shape: wanted, strides: wantedStrides)
  }

  /// Some elements along an axis: `count` of them, from `start` on, `step` apart.
  func sliced(_ axis: Int, from start: Int, count: Int, step: Int) -> View {
    var view = self
    view.offset += start * strides[axis]
    view.shape[axis] = count
    view.strides[axis] *= step
    return view
  }

  /// The view with axes of one element repeated, and with new axes in front.
  ///
  /// - Precondition: `broadcastShape(shape, wanted) == wanted`.
  func expanded(_ wanted: [Int]) -> View {
    let missing = wanted.count - shape.count
    var view = View(
      offset: offset, shape: wanted, strides: Array(repeating: 0, count: missing) + strides)
    for axis in shape.indices where shape[axis] == 1 { view.strides[missing + axis] = 0 }
    return view
  }
}

/// The shape that two shapes have together: missing axes in front and extents of 1 are repeated; nil if
/// they do not fit.
func broadcastShape(_ first: [Int], _ second: [Int]) -> [Int]? {
  let rank = max(first.count, second.count)
  var shape: [Int] = []
  for axis in 0..<rank {
    let place = axis - rank
    let left = place + first.count >= 0 ? first[place + first.count] : 1
    let right = place + second.count >= 0 ? second[place + second.count] : 1
    guard left == right || left == 1 || right == 1 else { return nil }
    shape.append(left == 1 ? right : left)
  }
  return shape
}
