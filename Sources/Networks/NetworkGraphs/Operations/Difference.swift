/// One operand less another one, each repeated along sides of 1.
public struct Difference: GraphOperation {
  /// The name of the kind.
  public static let name = "subtract"

  /// Describes a difference.
  public init() {}

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    try broadcastPair(operands)
  }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    !operands[0].isParameter && operands[1].isParameter
      && Shape.broadcast(operands.map(\.shape)) == operands[0].shape ? .shift : .none
  }
}

extension Difference: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    broadcastLayouts(operands, offered: offered)
  }

  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage? {
    let (own, other) = (operands[operand], operands[1 - operand])
    if operand == 0, !other.isParameter {
      return other.shape == own.shape ? .sum(with: 1, isNegative: true) : nil
    }
    guard let width = other.channelCount(of: own.shape, layout) else { return nil }
    return .channels(
      ChannelMap(operands: [1 - operand]) { numbers in
        let constants = repeated(numbers[0], count: width)
        return operand == 0
          ? (nil, constants.map { -$0 }) : (constants.map { _ in -1 }, constants)
      })
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let pair = BroadcastPair(binding)
    let whole = binding.gradients?.output
    return pair.kernel(
      { left, right, result, _ in
        if let left { pair.left.combine(left, into: result) { $1 } } else { result.fill(0) }
        if let right { pair.right.combine(right, into: result) { $0 - $1 } }
      }, gradients: binding.gradients, binding.scratch,
      differentiate: { left, right, vector, image, room in
        guard let gradient = whole?.vector(vector, ofImage: image) else { return }
        pair.left.collect(gradient, into: left)
        room.set(gradient) { -$0 }
        pair.right.collect(room, into: right)
      })
  }
}
