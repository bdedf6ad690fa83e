/// The order in which an array lies in memory.
enum DataLayout: Hashable, Sendable {
  /// Row-major in the order of the sides.
  case logical
  /// Axis 1 last, so that all channels of a pixel lie together; of arrays of three sides or more.
  case channelsLast

  /// The axes in the order in which they lie in memory, the last one contiguous.
  func axes(rank: Int) -> [Int] {
    switch self {
    case .channelsLast where rank >= 3: [0] + Array(2..<rank) + [1]
    case .logical, .channelsLast: Array(0..<rank)
    }
  }

  /// The sides in the order in which they lie in memory.
  func sides(of shape: Shape) -> [Int] { axes(rank: shape.rank).map { shape[$0] } }

  /// From one entry along each axis, in the order of the shape, to the next in memory.
  func strides(of shape: Shape) -> [Int] {
    var (strides, stride) = ([Int](repeating: 0, count: shape.rank), 1)
    for axis in axes(rank: shape.rank).reversed() {
      strides[axis] = stride
      stride *= shape[axis]
    }
    return strides
  }

  /// Whether arrays of a shape lie in memory alike in this order and in another one.
  func agrees(with other: DataLayout, for shape: Shape) -> Bool {
    self == other
      || shape.sides.indices.allSatisfy {
        shape[$0] == 1 || strides(of: shape)[$0] == other.strides(of: shape)[$0]
      }
  }
}
