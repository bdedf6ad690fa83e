/// Zeros in the shape of a value: torch's `zeros_like`.
///
/// Operand: the value, of which nothing but the shape counts.
public struct Zeros: GraphOperation {
  /// The name of the kind.
  public static let name = "zeros"

  /// Describes zeros.
  public init() {}

  /// The shape of the result; the type says which operands fit.
  public func outputShape(_ operands: [OperandShape]) throws(GraphError) -> Shape {
    try single(operands)
  }

  /// What it takes for one vector of one image.
  public func cost(_ operands: [OperandShape], output: Shape) -> OperationCost {
    OperationCost(numbers: Double(output.count))
  }

  /// All tangents are 0.
  public func keepsZeros(_ operands: [Bool]) -> Bool { true }

  /// What it is in an induced frame.
  public func frameRole(_ operands: [OperandShape]) -> FrameRole { .zero }
}

extension Zeros: EvaluatedOperation {
  func layouts(_ operands: [OperandShape], offered: [DataLayout]) -> OperandLayouts {
    firstLayout(operands, offered: offered)
  }

  func kernel(_ binding: Binding<Float>) -> Kernel { prepare(binding) }
  func kernel(_ binding: Binding<Double>) -> Kernel { prepare(binding) }

  private func prepare<Scalar: GraphScalar>(_ binding: Binding<Scalar>) -> Kernel {
    let output = binding.output
    return Kernel(forward: { output.numbers.fill(0) }, backward: binding.gradients.map { _ in {} })
  }
}
