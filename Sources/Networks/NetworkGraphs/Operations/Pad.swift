/// A value with a constant around it: torch's `pad` in its mode "constant".
///
/// Operand: the value.
public struct Pad: GraphOperation {
  /// The name of the kind.
  public static let name = "pad"
  /// The entries in front along each axis.
  public let before: [Int]
  /// The entries behind along each axis.
  public let after: [Int]
  /// What they are.
  public let constant: Double

  /// Describes padding; there is a number for each axis.
  public init(before: [Int], after: [Int], constant: Double = 0) {
    self.before = before
    self.after = after
    self.constant = constant
  }

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    let shape = try single(operands)
    guard before.count == shape.rank, after.count == shape.rank,
      (before + after).allSatisfy({ $0 >= 0 })
    else { throw error("the padding \(before), \(after) does not fit \(shape)") }
    return Shape(shape.sides.indices.map { before[$0] + shape[$0] + after[$0] })
  }

  /// Whether all tangents of the result are 0 wherever it is 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { operands[0] }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole {
    constant == 0 ? .padding(before: before, after: after) : .none
  }
}

extension Pad: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func isView(_ operands: [OperandShape], _ layouts: OperandLayouts) -> Bool {
    (before + after).allSatisfy { $0 == 0 }
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let (source, output) = (binding.value(0), binding.output)
    let order = output.layout.axes(rank: output.shape.rank)
    let own = output.layout.strides(of: output.shape)
    let strides = source.layout.strides(of: source.shape)
    let copy = StridedCopy(
      order.map { source.shape[$0] }, from: source, strides: order.map { strides[$0] }, to: output,
      targetAt: zip(before, own).reduce(0) { $0 + $1.0 * $1.1 }, strides: order.map { own[$0] })
    let constant = Scalar(constant)
    return Kernel(
      forward: {
        output.numbers.fill(0)
        if constant != 0 {
          for image in 0..<output.images { output.value(ofImage: image).fill(constant) }
        }
        copy.run()
      }, backward: copy.adjoint(binding.gradients))
  }
}
