/// One operand divided by another one entry by entry, each repeated along sides of 1.
public struct Quotient: GraphOperation {
  /// The name of the kind.
  public static let name = "divide"

  /// Describes a quotient.
  public init() {}

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    try broadcastPair(operands)
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    !operands[0].isParameter && operands[1].isPerChannel(of: operands[0].shape)
      ? .channelScale(operand: 1) : .none
  }
}

extension Quotient: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    broadcastLayouts(operands, offered: offered)
  }

  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage? {
    guard operand == 0, let width = operands[1].channelCount(of: operands[0].shape, layout) else {
      return nil
    }
    return .channels(
      ChannelMap(operands: [1]) { (repeated($0[0], count: width).map { 1 / $0 }, nil) })
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let pair = BroadcastPair(binding)
    let (output, scratch) = (binding.output, binding.scratch)
    scratch.reserve(output.dimension)
    let whole = binding.gradients?.output
    return pair.kernel(
      { left, right, result, image in
        let divisor = pair.right.vector(0, ofImage: image)
        if let left { pair.left.combine(left, into: result) { $1 } } else { result.fill(0) }
        if let right, !right.isSame(as: divisor) {
          // (ȧ − y ḃ) / b
          let part = scratch.numbers(output.dimension)
          part.copy(output.value(ofImage: image))
          pair.right.combine(right, into: part) { $0 * $1 }
          result.set(result, part) { $0 - $1 }
        }
        pair.right.combine(divisor, into: result) { $0 / $1 }
      }, gradients: binding.gradients, scratch,
      differentiate: { left, right, vector, image, room in
        guard let whole else { return }
        let divisor = pair.right.vector(0, ofImage: image)
        let (gradient, value) = (whole.value(ofImage: image), output.value(ofImage: image))
        // g / b and −g y / b, or their tangents: (ġ − g ḃ/b) / b and −(ġ y + g ẏ − g y ḃ/b) / b.
        room.fill(0)
        if vector > 0 {
          room.copy(gradient)
          pair.right.combine(divisor, into: room) { -$0 / $1 }
          pair.right.combine(pair.right.vector(vector, ofImage: image), into: room) { $0 * $1 }
        }
        room.set(room, whole.vector(vector, ofImage: image)) { $0 + $1 }
        pair.right.combine(divisor, into: room) { $0 / $1 }
        pair.left.collect(room, into: left)
        room.set(room, value) { -$0 * $1 }
        pair.right.collect(room, into: right)
        guard vector > 0 else { return }
        room.set(gradient, output.vector(vector, ofImage: image)) { -$0 * $1 }
        pair.right.combine(divisor, into: room) { $0 / $1 }
        pair.right.collect(room, into: right)
      })
  }
}
