/// The product of two operands entry by entry, each repeated along sides of 1.
public struct Product: GraphOperation {
  /// The name of the kind.
  public static let name = "multiply"

  /// Describes a product.
  public init() {}

  /// What a parameter is to it: a factor.
  public func parameterRole(ofOperand index: Int) -> ParameterRole { .scale }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    try broadcastPair(operands)
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands.allSatisfy { $0 } }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    guard operands.count == 2, let value = operands.firstIndex(where: { !$0.isParameter }),
      operands[1 - value].isPerChannel(of: operands[value].shape)
    else { return .none }
    return .channelScale(operand: 1 - value)
  }
}

extension Product: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    broadcastLayouts(operands, offered: offered)
  }

  func pointwise(
    operand: Int, _ operands: [OperandShape], layout: DataLayout
  ) -> PointwiseStage? {
    guard let width = operands[1 - operand].channelCount(of: operands[operand].shape, layout) else {
      return nil
    }
    return .channels(
      ChannelMap(operands: [1 - operand]) { (repeated($0[0], count: width), nil) })
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let pair = BroadcastPair(binding)
    let (dimension, scratch) = (binding.output.dimension, binding.scratch)
    scratch.reserve(dimension)
    let whole = binding.gradients?.output
    return pair.kernel(
      { left, right, result, image in
        let (leftValue, rightValue) = (
          pair.left.vector(0, ofImage: image), pair.right.vector(0, ofImage: image)
        )
        if let left {
          pair.left.combine(left, into: result) { $1 }
          pair.right.combine(rightValue, into: result) { $0 * $1 }
        } else {
          result.fill(0)
        }
        // The value is one product; a tangent is the sum of two.
        guard let right, !right.isSame(as: rightValue) else { return }
        let part = scratch.numbers(dimension)
        pair.left.combine(leftValue, into: part) { $1 }
        pair.right.combine(right, into: part) { $0 * $1 }
        result.set(result, part) { $0 + $1 }
      }, gradients: binding.gradients, scratch,
      differentiate: { left, right, vector, image, room in
        guard let whole else { return }
        /// Adds the product of a vector of the gradient and one of the other operand.
        func add(
          _ gradient: Int, times other: BroadcastTerm<Scalar>, _ factor: Int,
          to term: BroadcastTerm<Scalar>, _ own: Numbers<Scalar>
        ) {
          room.copy(whole.vector(gradient, ofImage: image))
          other.combine(other.vector(factor, ofImage: image), into: room) { $0 * $1 }
          term.collect(room, into: own)
        }
        add(vector, times: pair.right, 0, to: pair.left, left)
        add(vector, times: pair.left, 0, to: pair.right, right)
        guard vector > 0 else { return }
        add(0, times: pair.right, vector, to: pair.left, left)
        add(0, times: pair.left, vector, to: pair.right, right)
      })
  }
}
