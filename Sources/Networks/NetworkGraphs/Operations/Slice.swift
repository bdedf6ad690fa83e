/// Some entries of a value along some axes, in steps, also backwards: ONNX's `Slice`.
///
/// Operand: the value.
public struct Slice: GraphOperation {
  /// What is taken along an axis.
  public struct Range: Hashable, Sendable {
    /// The axis; negative ones count from the end.
    public let axis: Int
    /// The first entry; negative ones count from the end.
    public let start: Int
    /// The entry that is reached no more: behind the last one, or in front of the first one if the
    /// step is negative; negative ones count from the end, and what lies outside is moved to the edge.
    public let end: Int
    /// The step, not 0.
    public let step: Int

    /// Describes what is taken.
    public init(axis: Int, start: Int, end: Int, step: Int = 1) {
      self.axis = axis
      self.start = start
      self.end = end
      self.step = step
    }

    /// The first entry and how many there are, of a side.
    public func entries(of side: Int) -> (first: Int, count: Int) {
      func place(_ number: Int) -> Int { number < 0 ? number + side : number }
      if step > 0 {
        let first = min(max(place(start), 0), side)
        let end = min(max(place(end), 0), side)
        return (first, max(0, (end - first + step - 1) / step))
      }
      let first = min(max(place(start), -1), side - 1)
      let end = min(max(place(end), -1), side - 1)
      return (first, max(0, (first - end - step - 1) / -step))
    }
  }

  /// The name of the kind.
  public static let name = "slice"
  /// What is taken; other axes are taken whole.
  public let ranges: [Range]

  /// Describes what is taken.
  public init(_ ranges: [Range]) { self.ranges = ranges }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    var sides = shape.sides
    for range in ranges {
      let place = try axis(range.axis, of: shape)
      guard range.step != 0 else { throw error("a step of 0") }
      sides[place] = range.entries(of: shape[place]).count
      guard sides[place] > 0 else {
        throw error("nothing of \(shape) is left along axis \(place)")
      }
    }
    return Shape(sides)
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .selection(ranges) }
}

extension Slice: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func isView(_ operands: [OperandShape], _ layouts: OperandLayouts) -> Bool {
    ranges.allSatisfy { range in
      let shape = operands[0].shape
      let side = shape[range.axis < 0 ? range.axis + shape.rank : range.axis]
      return range.entries(of: side) == (0, side) && (range.step == 1 || side == 1)
    }
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let order = output.layout.axes(rank: output.shape.rank)
    var strides = source.layout.strides(of: source.shape)
    var start = 0
    for range in ranges {
      let axis = range.axis < 0 ? range.axis + source.shape.rank : range.axis
      start += range.entries(of: source.shape[axis]).first * strides[axis]
      strides[axis] *= range.step
    }
    let own = output.layout.strides(of: output.shape)
    let copy = StridedCopy(
      order.map { output.shape[$0] }, from: source, at: start, strides: order.map { strides[$0] },
      to: output, strides: order.map { own[$0] })
    return Kernel(forward: { copy.run() }, backward: copy.adjoint(binding.gradients))
  }
}
