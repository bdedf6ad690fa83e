internal import NetworkGraphs

/// An operation that computes nothing: each element of its output is one of its input's.
enum Arrangement: Hashable, Sendable {
  /// The same elements, row by row, in another shape.
  case reshape([Int])
  /// Axes in another order.
  case transpose([Int])
  /// `count` elements of each axis, from `start` on, `step` apart.
  case slice([Part])
  /// Some indices of an axis, in any order.
  case select(axis: Int, [Int])
  /// Axes of extent 1 repeated, and new axes in front.
  case expand([Int])

  /// A part of an axis.
  struct Part: Hashable, Sendable {
    var start: Int
    var step: Int
    var count: Int

    /// All of an axis.
    init(all extent: Int) { self.init(start: 0, step: 1, count: extent) }

    init(start: Int, step: Int, count: Int) {
      (self.start, self.step, self.count) = (start, step, count)
    }
  }

  /// The shape of the output.
  ///
  /// - Precondition: the arrangement fits the shape, as the readers of nodes make sure.
  func shape(of input: [Int]) -> [Int] {
    switch self {
    case .reshape(let shape), .expand(let shape): return shape
    case .transpose(let order): return order.map { input[$0] }
    case .slice(let parts): return parts.map(\.count)
    case .select(let axis, let indices):
      var shape = input
      shape[axis] = indices.count
      return shape
    }
  }

  /// The operation on computed values of a shape.
  func operation(on input: [Int]) -> any GraphOperation {
    switch self {
    case .reshape(let shape): Reshape(Shape(shape))
    case .transpose(let order): Transpose(order)
    case .expand(let shape): Expand(Shape(shape))
    case .select(let axis, let indices): Gather(axis: axis, indices: indices)
    case .slice(let parts):
      Slice(
        parts.enumerated().filter { $1 != Part(all: input[$0]) }.map { axis, part in
          let end = part.start + part.step * part.count
          // In front of the first element, counted from the end.
          return Slice.Range(
            axis: axis, start: part.start, end: end >= 0 ? end : -input[axis] - 1, step: part.step)
        })
    }
  }

  /// How the output is seen in the input's numbers; nil if strides cannot say it.
  func view(of input: View) -> View? {
    switch self {
    case .reshape(let shape): return input.reshaped(shape)
    case .transpose(let order): return input.transposed(order)
    case .slice(let parts):
      var view = input
      for (axis, part) in parts.enumerated() {
        view = view.sliced(axis, from: part.start, count: part.count, step: part.step)
      }
      return view
    case .select(let axis, let indices):
      let step = indices.count > 1 ? indices[1] - indices[0] : 1
      guard zip(indices, indices.dropFirst()).allSatisfy({ $1 - $0 == step }) else { return nil }
      return input.sliced(axis, from: indices.first ?? 0, count: indices.count, step: step)
    case .expand(let shape): return input.expanded(shape)
    }
  }

  /// The places of the output's elements in the input's numbers, row by row.
  func places(in input: View) -> [Int] {
    if let view = view(of: input) { return view.places }
    switch self {
    case .select(let axis, let indices):
      let first = input.sliced(axis, from: 0, count: 1, step: 1)
      let inner = first.shape[axis...].reduce(1, *)
      let places = first.places
      return stride(from: 0, to: places.count, by: inner).flatMap { start in
        indices.flatMap { index in
          places[start..<start + inner].map { $0 + index * input.strides[axis] }
        }
      }
    case .reshape: return input.places
    default: preconditionFailure("strides can say every \(self)")
    }
  }

  /// A constant in the new arrangement.
  func applied(to tensor: Tensor) -> Tensor {
    let shape = shape(of: tensor.shape)
    if case .reshape = self { return tensor.reshaped(shape) }
    return tensor.gathered(places(in: View(rowMajor: tensor.shape)), shape: shape)
  }
}
